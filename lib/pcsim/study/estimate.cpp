#include <pcsim/study/estimate.hpp>

#include <pcsim/assert.hpp>

#include <boost/math/distributions/students_t.hpp>

#include <cmath>
#include <limits>

namespace pcsim {

Estimate estimate(std::span<const double> values) {
  PCSIM_ASSERT(!values.empty());
  const double n = static_cast<double>(values.size());
  // Counted from the first value: so equal ones have exactly their own mean.
  double beyond = 0;
  for (const double value : values) beyond += value - values.front();
  const double mean = values.front() + beyond / n;
  if (values.size() < 2) return {values.size(), mean, std::numeric_limits<double>::infinity()};
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const double t = boost::math::quantile(boost::math::students_t(n - 1), 0.975);
  return {values.size(), mean, t * std::sqrt(squares / (n - 1) / n)};
}

}  // namespace pcsim
