#include <pcsim/study/estimate.hpp>

#include <pcsim/assert.hpp>

#include <boost/math/distributions/students_t.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace pcsim {

Estimate estimate(std::span<const double> values) {
  PCSIM_ASSERT(!values.empty());
  const double n = static_cast<double>(values.size());
  // Sums, and more so their squares, may be beyond what a double holds. All is scaled by a power of two near the largest value,
  // which rounds nothing.
  constexpr int most = 1000;  // so that the scale is a double itself
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  const int exponent = largest > 0 ? std::clamp(std::ilogb(largest), -most, most) : 0;
  const double scale = std::ldexp(1.0, -exponent);
  // Counted from the first value: so equal ones have exactly their own mean.
  const double first = values.front() * scale;
  double beyond = 0;
  for (const double value : values) beyond += value * scale - first;
  const double mean = first + beyond / n;
  if (values.size() < 2) return {values.size(), values.front(), std::numeric_limits<double>::infinity()};
  double squares = 0;
  for (const double value : values) squares += (value * scale - mean) * (value * scale - mean);
  const double t = boost::math::quantile(boost::math::students_t(n - 1), 0.975);
  const double half_width = t * std::sqrt(squares / (n - 1) / n);
  return {values.size(), std::ldexp(mean, exponent), std::ldexp(half_width, exponent)};
}

}  // namespace pcsim
