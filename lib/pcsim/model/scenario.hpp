#pragma once

#include <pcsim/model/delay.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pcsim {

class CountedLog;

/// What is asked of a run. Times are in seconds. Two runs of equal scenarios are equal to the byte in virtual time.
struct Scenario {
  static constexpr std::uint64_t most_items = 3'000'000'000;  // the square of an id still fits 64 bits
  static constexpr std::uint64_t most_actors = 10'000'000;
  static constexpr std::uint64_t most_seed = INT64_MAX;

  /// What draws are taken from: one stream for all, one for each actor, or one for each producer that also draws the work on its
  /// items.
  enum class Streams { shared, per_actor, per_item };

  /// How it ends: the last producer sends sentinels; or, when all is consumed, sentinels are sent or the consumers are cancelled.
  enum class Shutdown { sentinel, join_sentinel, join_cancel };

  /// How an item is worked on: awaiting, blocking the loop, or on a thread of a pool.
  enum class Work { async, block, thread };

  /// What a failure of a consumer does: ends the run, or costs that item only.
  enum class OnFailure { stop, carry_on };

  /// How a run is ended early: all are cancelled; consumers finish what they have in hand; or they consume all that is queued.
  enum class OnStop { cancel, finish, drain };

  enum class Clock { wall, virtual_time };
  enum class Trace { lesson, full, none };

  std::uint64_t producers = 1;
  std::uint64_t consumers = 2;
  std::uint64_t items = 12;   ///< in all, shared out evenly over the producers; of a log, as many as there are in it
  std::uint64_t maxsize = 0;  ///< of the queue; 0: unbounded
  Delay produce_delay = Delay::uniform(0.01, 0.05);
  bool produce_first = false;  ///< put the item, then sleep
  Delay consume_delay = Delay::uniform(0.02, 0.08);
  std::uint64_t seed = 42;
  Streams streams = Streams::shared;
  Shutdown shutdown = Shutdown::sentinel;
  std::optional<std::uint64_t> sentinels;  ///< how many are sent; default: one for each consumer
  std::optional<double> ready_after;       ///< consumers wait for an event that is set at this time
  std::optional<std::uint64_t> limit;      ///< how many consumers may work at once
  std::optional<Delay> lock_delay;         ///< time that every item also spends in one lock
  std::optional<double> timeout;           ///< on the work on one item
  Work work = Work::async;
  std::optional<std::uint64_t> threads;  ///< of the pool, for Work::thread; default 4
  std::vector<std::uint64_t> fail_at;    ///< ids of the items on which consumers fail, ascending
  OnFailure on_failure = OnFailure::stop;
  std::optional<double> stop_after;
  OnStop on_stop = OnStop::cancel;
  std::string arrivals;                  ///< a log of items, instead of a producer's own; empty: none
  std::shared_ptr<const CountedLog> log;  ///< that log, for all runs to find it as it was counted; without it each opens its own
  std::optional<double> arrivals_speed;  ///< times as fast as the log; default 1
  Clock clock = Clock::wall;
  std::optional<double> speed;  ///< of the wall clock: times as fast as real time; default 1
  Trace trace = Trace::lesson;

  std::uint64_t sentinels_sent() const { return sentinels.value_or(consumers); }
  std::uint64_t pool_size() const { return threads.value_or(4); }

  /// How many consumers can work at the same time at most: by their number, the limit, the threads, or since they block each
  /// other.
  std::uint64_t works_at_once() const;
};

}  // namespace pcsim
