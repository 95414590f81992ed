#pragma once

#include <pcsim/study/grid.hpp>
#include <pcsim/study/replication.hpp>
#include <pcsim/study/target.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace pcsim {

/// The search for the smallest value of a setting that meets all targets.
struct SizePlan {
  Scenario base;
  Axis axis;  ///< whole numbers, ascending as sort_values() has them
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

/// What is known of the values that were looked at, by their indices. A search that was ended early may have left one at an
/// unclear verdict that more replications would have cleared.
using SizeProbes = std::map<std::size_t, SizeProbe>;

struct SizeAnswer {
  enum class Kind { found, none_will_do, too_close };

  Kind kind;
  SizeProbe probe;                 ///< the answer; the one that cannot be told; or the last value
  std::optional<SizeProbe> below;  ///< the next smaller value, if there is one
  std::optional<SizeProbe> above;  ///< the next greater value, if there is one
  bool scanned = false;            ///< value by value, since bisection could not tell
  std::string limits;              ///< with none_will_do: what limits the last value
};

/// Searches for the first value that does not miss the targets, as find_first() does. A value is run with ever more replications,
/// until each target's confidence interval is clear of its bound or they are spent. Nothing if `stop` was requested; throws what
/// a run threw. Whatever ends it, `probes` is what has come to be known. `progress` is told what is looked at.
std::optional<SizeAnswer> find_size(const SizePlan& plan, SizeProbes& probes, std::stop_token stop,
                                    const std::function<void(const std::string&)>& progress);

}  // namespace pcsim
