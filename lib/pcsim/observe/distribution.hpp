#pragma once

#include <pcsim/assert.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pcsim {

/// Figures of many durations, in constant memory: a histogram with 128 buckets between each power of two and the next, of which
/// percentiles are read, and sums for the rest.
///
/// Boost.Histogram's log axis takes a logarithm for each value, and Boost.Accumulators' variance a division: some 20 ns where
/// this takes 3.
class Distribution {
public:
  Distribution() : counts_(size) {}

  /// REQUIRES: seconds is not negative.
  void add(double seconds) {
    PCSIM_ASSERT(seconds >= 0);
    if (count_ == 0) first_ = seconds;
    ++count_;
    const double beyond = seconds - first_;  // sums of squares lose nothing where all values are alike
    sum_ += beyond;
    squares_ += beyond * beyond;
    if (seconds > max_) max_ = seconds;
    ++counts_[bucket(seconds)];
  }

  std::uint64_t count() const { return count_; }

  // The figures are 0 where there is no value.

  double mean() const;
  double stddev() const;  ///< of the values, as a population
  double max() const { return max_; }

  /// The smallest value that is not exceeded by a share `q` of all, within 0.4 %. REQUIRES: 0 < q <= 1.
  double percentile(double q) const;

private:
  static constexpr int bits = 7;              // of the mantissa
  static constexpr int least_exponent = -64;  // what is less than 2^-64 s counts as 0
  static constexpr int most_exponent = 64;    // what is more than 2^64 s is in the last bucket
  static constexpr std::size_t size = (static_cast<std::size_t>(most_exponent - least_exponent) << bits) + 1;

  static std::size_t bucket(double seconds) {
    constexpr std::uint64_t lowest = static_cast<std::uint64_t>(1023 + least_exponent) << bits;
    const std::uint64_t high = std::bit_cast<std::uint64_t>(seconds) >> (52 - bits);
    if (high < lowest) return 0;
    return high - lowest + 1 < size ? high - lowest + 1 : size - 1;
  }
  static double middle(std::size_t bucket);

  std::uint64_t count_ = 0;
  double first_ = 0;
  double sum_ = 0;
  double squares_ = 0;
  double max_ = 0;
  std::vector<std::uint64_t> counts_;
};

}  // namespace pcsim
