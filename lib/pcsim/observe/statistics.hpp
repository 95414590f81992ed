#pragma once

#include <pcsim/model/happening.hpp>
#include <pcsim/model/scenario.hpp>
#include <pcsim/observe/delays.hpp>
#include <pcsim/observe/distribution.hpp>
#include <pcsim/runtime/fifo.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace pcsim {

/// The figures of a run, in seconds; gathered in constant memory but for what stands in the queue. Sentinels are no items: they
/// count nowhere, the queue's depth included.
class Statistics final : public Observer {
public:
  /// The first `warmup` items (by id) are left out of the distributions.
  explicit Statistics(const Scenario& scenario, std::uint64_t warmup = 0);

  void on(const Happening& happening) override;
  void on_draw(const Draw& draw) override;
  void on_exit(const Exit& exit) override;

  /// The run is over, at this time. To be called once, before any figure is read.
  void end(double at);

  struct Producer {
    std::uint64_t items = 0;  ///< put
    double busy = 0;          ///< producing
    double blocked = 0;       ///< before a full queue
    double since = 0;         ///< while the run goes on: when it began to stand there, or negative
    double drawn = 0;         ///< while the run goes on: its present delay, which busy does not hold yet
    double drawn_at = 0;      ///< while the run goes on: when that began
    double gone = 0;          ///< when its life was over, or the run
  };
  struct Consumer {
    std::uint64_t items = 0;  ///< consumed
    double busy = 0;          ///< from getting an item to the end of the work on it
    double waiting = 0;       ///< the rest of its life
    double gone = 0;          ///< when that was over, or the run
    std::uint64_t item = 0;   ///< what it has in hand, since got_at; its producer offered it at offered_at
    double got_at = 0;
    double offered_at = 0;
    double drawn_until = 0;  ///< while the run goes on: when the last delay is over that it drew for its item
    Draw::Purpose drawn_for = Draw::Purpose::work;
  };
  const std::vector<Producer>& producers() const { return producers_; }
  const std::vector<Consumer>& consumers() const { return consumers_; }

  double makespan() const { return makespan_; }  ///< from the start to the end of the run
  double throughput() const;                     ///< items consumed a second
  double utilization() const;                    ///< share of the makespan in which a consumer was busy, their mean

  const Distribution& wait() const { return wait_; }        ///< from put to get
  const Distribution& service() const { return service_; }  ///< from get to done
  const Distribution& latency() const { return latency_; }  ///< from the start of put to done
  const Distribution& blocked() const { return blocked_; }  ///< from the start of put to its end

  double mean_depth() const;  ///< of the queue, weighted by time
  std::uint64_t max_depth() const { return max_depth_; }
  double full() const;   ///< share of the makespan in which the queue was full
  double empty() const;  ///< share of the makespan in which it was empty

  /// Little's law: items got a second, times their mean wait. Equal to mean_depth() in a run that ends with an empty queue.
  double little() const;

  // Where every item is: these six add up to the scenario's items.
  std::uint64_t consumed() const { return consumed_; }
  std::uint64_t timed_out() const { return timed_out_; }
  std::uint64_t failed() const { return failed_; }
  std::uint64_t unfinished() const { return got_ - consumed_ - timed_out_ - failed_; }  ///< a consumer ended with it in hand
  std::uint64_t queued() const { return put_ - got_; }
  std::uint64_t never_put() const { return items_ - std::min(put_, items_); }
  std::uint64_t put() const { return put_; }

  const Delays& delays() const { return delays_; }

  // The sums of what was spent of these delays: a run that is ended cuts some short. What is drawn ahead of its time (--streams
  // per-item, or a log's) counts in full.
  double worked() const { return delays_.work() - work_left_; }
  double locked() const { return delays_.lock() - lock_left_; }

private:
  struct Queued {
    double offered_at;
    double put_at;
  };

  void depth_changes(double at);
  void cut_short(Consumer& consumer, double at);
  void on_put(const Happening& happening);
  void on_got(const Happening& happening);
  void on_end_of_work(const Happening& happening);
  void on_rare(const Happening& happening);

  std::uint64_t items_;
  std::uint64_t warmup_;
  std::int64_t full_depth_;  // of the queue; more than there can be where it is unbounded
  double makespan_ = 0;

  Distribution wait_;
  Distribution service_;
  Distribution latency_;
  Distribution blocked_;
  double all_waits_ = 0;

  Fifo<Queued> queue_;
  double depth_since_ = 0;
  double depth_time_ = 0;
  double full_time_ = 0;
  double empty_time_ = 0;
  std::uint64_t max_depth_ = 0;

  std::uint64_t put_ = 0;
  std::uint64_t got_ = 0;
  std::uint64_t consumed_ = 0;
  std::uint64_t timed_out_ = 0;
  std::uint64_t failed_ = 0;
  Delays delays_;
  double work_left_ = 0;
  double lock_left_ = 0;
  std::vector<Producer> producers_;
  std::vector<Consumer> consumers_;
};

// What happens for every item is inline, so that it becomes a part of actors that know whom they tell.

[[gnu::always_inline]] inline void Statistics::depth_changes(double at) {
  const double passed = at - depth_since_;
  if (passed <= 0) return;
  const auto depth = static_cast<std::int64_t>(queued());  // signed numbers are turned into doubles by one instruction
  depth_time_ += static_cast<double>(depth) * passed;
  if (depth == 0) empty_time_ += passed;
  if (depth >= full_depth_) full_time_ += passed;
  depth_since_ = at;
}

[[gnu::always_inline]] inline void Statistics::on_put(const Happening& happening) {
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

[[gnu::always_inline]] inline void Statistics::on_got(const Happening& happening) {
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

[[gnu::always_inline]] inline void Statistics::on_end_of_work(const Happening& happening) {
  Consumer& consumer = consumers_[happening.who.number - 1];
  if (happening.kind == Happening::Kind::consumed) {
    ++consumed_;
    ++consumer.items;
  } else {
    ++(happening.kind == Happening::Kind::timed_out ? timed_out_ : failed_);
  }
  const double service = happening.at - consumer.got_at;
  consumer.busy += service;
  consumer.item = 0;
  consumer.drawn_until = 0;
  if (happening.item <= warmup_) return;
  service_.add(service);
  latency_.add(happening.at - consumer.offered_at);
}

[[gnu::always_inline]] inline void Statistics::on(const Happening& happening) {
  switch (happening.kind) {
    case Happening::Kind::blocked: producers_[happening.who.number - 1].since = happening.at; break;
    case Happening::Kind::put: on_put(happening); break;
    case Happening::Kind::got: on_got(happening); break;
    case Happening::Kind::consumed:
    case Happening::Kind::timed_out:
    case Happening::Kind::failed: on_end_of_work(happening); break;
    default: on_rare(happening);
  }
}

[[gnu::always_inline]] inline void Statistics::on_draw(const Draw& draw) {
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

}  // namespace pcsim
