#pragma once

#include <pcsim/model/pipeline.hpp>
#include <pcsim/model/scenario.hpp>
#include <pcsim/observe/ratio.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace pcsim {

/// The same work done twice: every item produced and worked on one after another, and concurrently.
struct Comparison {
  /// What no concurrent run of this work can be faster than.
  struct Bound {
    double seconds = 0;
    std::string why;
  };

  std::uint64_t consumers = 0;
  double sequential = 0;  ///< seconds
  double concurrent = 0;  ///< seconds
  Bound bound;
  Outcome outcome;  ///< of the concurrent run; its time means nothing if that is a deadlock or a failure

  double speedup() const { return concurrent > 0 ? ratio(sequential, concurrent) : 1; }
  double most_speedup() const { return bound.seconds > 0 ? ratio(sequential, bound.seconds) : 1; }
  double efficiency() const { return speedup() / static_cast<double>(consumers); }
};

/// What compare() does at the moment, and how long that will take (seconds of real time, as far as is known).
using CompareProgress = std::function<void(const char* what, double seconds)>;

/// Compares the two. With the wall clock both really run, on an event loop, and are measured; in virtual time they are computed.
/// A time limit on the work cuts it short in both. Nothing if `stop` was requested before the end. REQUIRES: `scenario` has no
/// conflict, and no stop time.
std::optional<Comparison> compare(const Scenario& scenario, std::stop_token stop = {}, const CompareProgress& progress = nullptr);

}  // namespace pcsim
