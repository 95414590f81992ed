#include <pcsim/observe/statistics.hpp>

#include <pcsim/observe/ratio.hpp>

#include <algorithm>

namespace pcsim {

namespace {

using Kind = Happening::Kind;

// What was added up may, by rounding, exceed the time that has passed.
double waited(const Statistics::Consumer& consumer, double at) { return std::max(0.0, at - consumer.busy); }

// Its present delay is over, or cut short.
void settle(Statistics::Producer& producer, double at) {
  const bool passed = producer.drawn_at + producer.drawn <= at;
  producer.busy += passed ? producer.drawn : at - producer.drawn_at;
  producer.drawn = 0;
}

}  // namespace

Statistics::Statistics(const Scenario& scenario, std::uint64_t warmup)
    : items_(scenario.items),
      warmup_(warmup),
      full_depth_(scenario.maxsize > 0 && scenario.maxsize <= INT64_MAX ? static_cast<std::int64_t>(scenario.maxsize)
                                                                        : INT64_MAX),
      delays_(scenario),
      producers_(scenario.producers),
      consumers_(scenario.consumers) {
  for (Producer& producer : producers_) producer.since = producer.gone = -1;
  for (Consumer& consumer : consumers_) consumer.gone = -1;
}

// It ends with an item in hand.
void Statistics::cut_short(Consumer& consumer, double at) {
  consumer.busy += at - consumer.got_at;
  consumer.item = 0;
  const double left = std::max(0.0, consumer.drawn_until - at);
  (consumer.drawn_for == Draw::Purpose::work ? work_left_ : lock_left_) += left;
}

void Statistics::on_rare(const Happening& happening) {
  switch (happening.kind) {
    case Kind::cancelled:
      if (happening.who.role == Actor::Role::producer) {
        Producer& producer = producers_[happening.who.number - 1];
        if (producer.since >= 0) producer.blocked += happening.at - producer.since;
        producer.since = -1;
        settle(producer, happening.at);
        break;
      }
      if (happening.item != 0) cut_short(consumers_[happening.who.number - 1], happening.at);
      break;
    default: break;
  }
}

void Statistics::on_exit(const Exit& exit) {
  if (exit.who.role == Actor::Role::producer) {
    producers_[exit.who.number - 1].gone = exit.at;
  } else {
    Consumer& consumer = consumers_[exit.who.number - 1];
    consumer.gone = exit.at;
    consumer.waiting = waited(consumer, exit.at);
  }
}

void Statistics::end(double at) {
  makespan_ = at;
  depth_changes(at);
  for (Producer& producer : producers_) {
    if (producer.since >= 0) producer.blocked += at - producer.since;
    settle(producer, at);
    if (producer.gone < 0) producer.gone = at;
  }
  for (Consumer& consumer : consumers_) {
    if (consumer.item != 0) cut_short(consumer, at);
    if (consumer.gone >= 0) continue;
    consumer.gone = at;
    consumer.waiting = waited(consumer, at);
  }
}

double Statistics::throughput() const { return ratio(static_cast<double>(consumed_), makespan_); }

double Statistics::utilization() const {
  double busy = 0;
  for (const Consumer& consumer : consumers_) busy += consumer.busy;
  return ratio(busy, makespan_ * static_cast<double>(consumers_.size()));
}

double Statistics::mean_depth() const { return ratio(depth_time_, makespan_); }
double Statistics::full() const { return ratio(full_time_, makespan_); }
double Statistics::empty() const { return ratio(empty_time_, makespan_); }
double Statistics::little() const { return ratio(all_waits_, makespan_); }

}  // namespace pcsim
