#pragma once

#include <pcsim/model/happening.hpp>
#include <pcsim/model/scenario.hpp>
#include <pcsim/observe/slices.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pcsim {

/// What became of an item, and when, in seconds. From `offered` to `done` no time is before the one above it; what never came
/// about has the time at which the item was given up.
struct Story {
  enum class Fate : std::uint8_t { consumed, timed_out, failed, unfinished, queued, never_put };

  double produce_from = 0;  ///< before it was offered, or after it was put (--produce-first)
  double produce_to = 0;

  double offered = 0;  ///< its producer came to the queue
  double put = 0;
  double got = 0;
  double work_from = 0;  ///< until then its consumer stood in line for the limit or a thread
  double work_to = 0;
  double lock_from = 0;  ///< until then its consumer stood in line for the lock
  double done = 0;

  std::uint32_t producer = 0;
  std::uint32_t consumer = 0;  ///< 0: none
  Fate fate = Fate::never_put;
};

/// The stories of a run's items, in bounded memory: of all of them or, where they are too many, of every step-th.
class Stories {
public:
  /// Keeps `most` at most.
  explicit Stories(std::size_t most) : most_(most) {}

  void on(const Happening& happening);

  /// To be called after the happening that has ended the slice.
  void on(const Slice& slice);

  /// The run is over, at this time. To be called before the slices that end with it are told.
  void end(double at);

  /// Leaves out every other one.
  void thin_out();

  /// Of the items 1, 1 + step, 1 + 2 step and so on.
  const std::vector<Story>& items() const { return items_; }
  std::uint64_t step() const { return step_; }

  /// Productions that were cut short, so that no item came of them.
  const std::vector<Slice>& cut() const { return cut_; }

  /// Nothing was left out.
  bool complete() const { return complete_; }

private:
  void begin(const Happening& happening);
  Story* find(std::uint64_t item);

  std::size_t most_;
  std::uint64_t step_ = 1;
  bool complete_ = true;
  std::vector<Story> items_;
  std::vector<Slice> cut_;
};

}  // namespace pcsim
