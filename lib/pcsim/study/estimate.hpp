#pragma once

#include <cstddef>
#include <span>

namespace pcsim {

/// The mean of a measure over independent replications, and how sure it is.
struct Estimate {
  std::size_t count = 0;
  double mean = 0;
  double half_width = 0;  ///< of the 95 % confidence interval, by Student's t; infinite for a single value

  double low() const { return mean - half_width; }
  double high() const { return mean + half_width; }
};

/// REQUIRES: there is a value, and all are finite.
Estimate estimate(std::span<const double> values);

}  // namespace pcsim
