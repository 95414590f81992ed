#include <pcsim/observe/slices.hpp>

#include <algorithm>
#include <utility>

namespace pcsim {

namespace {

using Kind = Happening::Kind;

}  // namespace

Slicer::Slicer(const Scenario& scenario, Sink sink)
    : sink_(std::move(sink)),
      produce_first_(scenario.produce_first),
      works_(!scenario.consume_delay.none()),
      lines_(works_ && (scenario.limit || scenario.work == Scenario::Work::thread)),
      locks_(scenario.lock_delay && !scenario.lock_delay->none()),
      producers_(scenario.producers),
      consumers_(scenario.consumers) {}

void Slicer::on_draw(const Draw& draw) {
  if (draw.purpose == Draw::Purpose::produce) {
    Producer& producer = producers_[draw.who.number - 1];
    producer.from = draw.at;
    producer.to = draw.at + draw.seconds;
    producer.item = produce_first_ ? producer.offered : 0;
  } else if (draw.who.role == Actor::Role::producer) {
    works_ = lines_ = locks_ = false;
  } else {
    Consumer& consumer = consumers_[draw.who.number - 1];
    if (draw.purpose == Draw::Purpose::lock) {
      consumer.lock_from = draw.at;
    } else {
      consumer.work_from = draw.at;
      consumer.work_to = draw.at + draw.seconds;
    }
  }
}

void Slicer::on(const Happening& happening) {
  const Actor who = happening.who;
  switch (happening.kind) {
    case Kind::blocked: {
      produced(who, happening.item, happening.at);
      Producer& producer = producers_[who.number - 1];
      producer.offered = happening.item;
      producer.blocked_since = happening.at;
      break;
    }
    case Kind::put:
      produced(who, happening.item, happening.at);
      producers_[who.number - 1].offered = happening.item;
      stood(who, happening.at);
      break;
    case Kind::got: {
      Consumer& consumer = consumers_[who.number - 1];
      consumer = Consumer();
      consumer.item = happening.item;
      consumer.got_at = happening.at;
      break;
    }
    case Kind::consumed:
    case Kind::timed_out:
    case Kind::failed: handled(who, happening.at); break;
    case Kind::cancelled:
      if (who.role == Actor::Role::producer) {
        produced(who, 0, happening.at);
        stood(who, happening.at);
      } else {
        handled(who, happening.at);
      }
      break;
    default: break;
  }
}

void Slicer::end(double at) {
  for (std::uint32_t number = 1; number <= producers_.size(); ++number) {
    const Actor who{Actor::Role::producer, number};
    produced(who, 0, at);
    stood(who, at);
  }
  for (std::uint32_t number = 1; number <= consumers_.size(); ++number) handled({Actor::Role::consumer, number}, at);
}

// The producer's delay, if it had one, is over; it was for this item, where it came before it.
void Slicer::produced(Actor who, std::uint64_t item, double at) {
  Producer& producer = producers_[who.number - 1];
  if (producer.from < 0) return;
  tell(Slice::Kind::produce, who, produce_first_ ? producer.item : item, producer.from, std::min(producer.to, at));
  producer.from = -1;
}

void Slicer::stood(Actor who, double at) {
  Producer& producer = producers_[who.number - 1];
  if (producer.blocked_since < 0) return;
  tell(Slice::Kind::full_queue, who, producer.offered, producer.blocked_since, at);
  producer.blocked_since = -1;
}

void Slicer::handled(Actor who, double at) {
  Consumer& consumer = consumers_[who.number - 1];
  if (consumer.item == 0) return;
  const std::uint64_t item = std::exchange(consumer.item, 0);
  const bool worked = consumer.work_from >= 0;
  double work_from = consumer.got_at;
  if (lines_) work_from = worked ? consumer.work_from : at;
  double work_to = at;
  double lock_from = at;
  if (locks_) {
    if (worked) work_to = std::min(consumer.work_to, at);
    if (!works_) work_to = consumer.got_at;
    if (consumer.lock_from >= 0) lock_from = consumer.lock_from;
  }
  tell(Slice::Kind::line, who, item, consumer.got_at, work_from);
  tell(Slice::Kind::work, who, item, work_from, work_to);
  tell(Slice::Kind::lock_line, who, item, work_to, lock_from);
  tell(Slice::Kind::lock, who, item, lock_from, at);
}

void Slicer::tell(Slice::Kind kind, Actor who, std::uint64_t item, double from, double to) {
  if (from < to) sink_({kind, who, item, from, to});
}

}  // namespace pcsim
