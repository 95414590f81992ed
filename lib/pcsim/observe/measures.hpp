#pragma once

#include <pcsim/observe/statistics.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pcsim {

/// A figure of a run by its dotted name, which is the same wherever a measure is named: `makespan`, `wait.p99`, `items.consumed`.
struct Measure {
  std::string name;
  double value;  ///< times in seconds
  bool whole;    ///< it is a number of something
};

/// All figures of a run that are a single number, in the order of their documentation.
std::vector<Measure> measures(const Statistics& statistics);

/// One of them, for which nothing else is worked out. REQUIRES: `name` is one of measure_names().
double measure(const Statistics& statistics, std::string_view name);

/// Their names.
std::vector<std::string> measure_names();

}  // namespace pcsim
