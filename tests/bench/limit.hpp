#pragma once

#include "workloads.hpp"

#include <cstdint>

namespace pcsim::bench {

/// What a run came to.
struct Totals {
  double at = 0;  ///< when it ended, in seconds
  std::uint64_t consumed = 0;
  std::uint64_t payloads = 0;  ///< the sum of the ids squared, modulo 2^64

  friend bool operator==(const Totals&, const Totals&) = default;
};

/// The limit: the workload as bare state machines, written by hand. It draws the same numbers in the same order as pcsim and
/// comes to the same end to the last bit, and it can do nothing else: no coroutines, no observers, no cancelling. REQUIRES: less
/// than 2^24 actors.
Totals run_limit(const Workload& workload);

}  // namespace pcsim::bench
