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

void Statistics::depth_changes(double at) {
  const double passed = at - depth_since_;
  if (passed <= 0) return;
  const auto depth = static_cast<std::int64_t>(queued());  // signed numbers are turned into doubles by one instruction
  depth_time_ += static_cast<double>(depth) * passed;
  if (depth == 0) empty_time_ += passed;
  if (depth >= full_depth_) full_time_ += passed;
  depth_since_ = at;
}

void Statistics::on_put(const Happening& happening) {
  depth_changes(happening.at);
  ++put_;
  max_depth_ = std::max(max_depth_, queued());
  Producer& producer = producers_[happening.who.number - 1];
  ++producer.items;
  const double offered_at = producer.since >= 0 ? producer.since : happening.at;
  if (producer.since >= 0) producer.blocked += happening.at - producer.since;
  producer.since = -1;
  if (happening.item > warmup_) blocked_.add(happening.at - offered_at);
  queue_.push({offered_at, happening.at});
}

void Statistics::on_got(const Happening& happening) {
  depth_changes(happening.at);
  ++got_;
  const Queued queued = queue_.pop();
  const double wait = happening.at - queued.put_at;
  all_waits_ += wait;
  if (happening.item > warmup_) wait_.add(wait);
  Consumer& consumer = consumers_[happening.who.number - 1];
  consumer.item = happening.item;
  consumer.got_at = happening.at;
  consumer.offered_at = queued.offered_at;
}

void Statistics::on_end_of_work(const Happening& happening) {
  Consumer& consumer = consumers_[happening.who.number - 1];
  if (happening.kind == Kind::consumed) {
    ++consumed_;
    ++consumer.items;
  } else {
    ++(happening.kind == Kind::timed_out ? timed_out_ : failed_);
  }
  const double service = happening.at - consumer.got_at;
  consumer.busy += service;
  consumer.item = 0;
  consumer.drawn_until = 0;
  if (happening.item <= warmup_) return;
  service_.add(service);
  latency_.add(happening.at - consumer.offered_at);
}

// It ends with an item in hand.
void Statistics::cut_short(Consumer& consumer, double at) {
  consumer.busy += at - consumer.got_at;
  consumer.item = 0;
  const double left = std::max(0.0, consumer.drawn_until - at);
  (consumer.drawn_for == Draw::Purpose::work ? work_left_ : lock_left_) += left;
}

void Statistics::on(const Happening& happening) {
  switch (happening.kind) {
    case Kind::blocked: producers_[happening.who.number - 1].since = happening.at; break;
    case Kind::put: on_put(happening); break;
    case Kind::got: on_got(happening); break;
    case Kind::consumed:
    case Kind::timed_out:
    case Kind::failed: on_end_of_work(happening); break;
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

void Statistics::on_draw(const Draw& draw) {
  const double seconds = delays_.add(draw);
  if (draw.purpose != Draw::Purpose::produce) {
    if (draw.who.role != Actor::Role::consumer) return;
    Consumer& consumer = consumers_[draw.who.number - 1];
    consumer.drawn_until = draw.at + seconds;
    consumer.drawn_for = draw.purpose;
    return;
  }
  Producer& producer = producers_[draw.who.number - 1];
  producer.busy += producer.drawn;
  producer.drawn = draw.seconds;
  producer.drawn_at = draw.at;
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
