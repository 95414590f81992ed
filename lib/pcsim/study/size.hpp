#pragma once

#include <pcsim/study/grid.hpp>
#include <pcsim/study/replication.hpp>
#include <pcsim/study/target.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace pcsim {

/// The search for the smallest value of a setting that meets all targets.
struct SizePlan {
  Scenario base;
  Axis axis;  ///< whole numbers, ascending
  std::vector<Target> targets;
  std::size_t replications = 20;  ///< at most, for one value
  std::uint64_t warmup = 0;
  std::size_t jobs = 1;
};

/// What is known of one value of the setting.
struct SizeProbe {
  std::size_t index;  ///< of the axis' values
  Target::Verdict verdict;
  std::vector<Estimate> estimates;  ///< of the targets' measures; none if a run did not end in order
  std::string trouble;              ///< that it did not: a deadlock or a failure
};

struct SizeAnswer {
  enum class Kind { found, none_will_do, too_close };

  Kind kind;
  SizeProbe probe;                 ///< the answer; the last value; or the one that cannot be told
  std::optional<SizeProbe> below;  ///< the next smaller value, if there is one
  bool scanned = false;            ///< value by value, since the measure was found not to be monotonic in the setting
  std::string limits;              ///< with none_will_do: what limits the last value
};

/// Searches by bisection, and value by value where what it meets on the way is not monotonic. A value is run with ever more
/// replications, until each target's confidence interval is clear of its bound or they are spent. Nothing if `stop` was
/// requested.
std::optional<SizeAnswer> find_size(const SizePlan& plan, std::stop_token stop,
                                    const std::function<void(const std::string&)>& progress);

}  // namespace pcsim
