#include <pcsim/observe/distribution.hpp>

#include <pcsim/assert.hpp>

#include <algorithm>
#include <cmath>

namespace pcsim {

double Distribution::mean() const { return count_ == 0 ? 0 : first_ + sum_ / static_cast<double>(count_); }

double Distribution::stddev() const {
  if (count_ == 0) return 0;
  const double n = static_cast<double>(count_);
  const double shift = sum_ / n;
  return std::sqrt(std::max(0.0, squares_ / n - shift * shift));
}

double Distribution::percentile(double q) const {
  PCSIM_ASSERT(0 < q && q <= 1);
  const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(count_))));
  if (rank >= count_) return max_;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < size; ++i) {
    seen += counts_[i];
    if (seen >= rank) return std::min(middle(i), max_);
  }
  return max_;
}

double Distribution::middle(std::size_t bucket) {
  if (bucket == 0) return 0;
  constexpr std::uint64_t lowest = static_cast<std::uint64_t>(1023 + least_exponent) << bits;
  const auto edge = [](std::uint64_t high) { return std::bit_cast<double>(high << (52 - bits)); };
  const std::uint64_t high = lowest + bucket - 1;
  return (edge(high) + edge(high + 1)) / 2;
}

}  // namespace pcsim
