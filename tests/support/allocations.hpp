#pragma once

#include <cstdint>

namespace pcsim {

/// How often this thread has taken memory so far.
std::uint64_t allocations();

/// How much of what this thread has taken by `operator new` was not given back yet, as a number of pieces.
std::int64_t allocations_alive();

/// As long as it exists, one call of `operator new` by this thread throws std::bad_alloc: the `nth` from now, from 1; with
/// `from_then_on` so does every later one, as where memory has really run out. One at a time.
class FailingAllocation {
public:
  explicit FailingAllocation(std::uint64_t nth, bool from_then_on = false);
  FailingAllocation(const FailingAllocation&) = delete;
  FailingAllocation& operator=(const FailingAllocation&) = delete;
  ~FailingAllocation();

  /// Whether there were so many at all.
  bool has_failed() const;
};

}  // namespace pcsim
