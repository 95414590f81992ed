#pragma once

#include <cstdint>
#include <limits>

namespace pcsim {

/// The number, the mean, the standard deviation and the bounds of many durations, whatever their size, in constant memory.
class Moments {
public:
  /// REQUIRES: seconds is not negative, and finite.
  void add(double seconds);

  /// Whether a value is neither less than the least nor more than the greatest one.
  bool covers(double seconds) const { return seconds <= max_ && seconds >= min_; }

  /// As add(), but quicker. REQUIRES: covers(seconds).
  void add_covered(double seconds) {
    ++count_;
    const double beyond = seconds - first_;  // sums of squares lose nothing where all values are alike
    sum_ += beyond;
    const double scaled = beyond * scale_;
    squares_ += scaled * scaled;
  }

  /// REQUIRES: the first value was 0, unless there are none to add.
  void add_zeros(std::uint64_t count) { count_ += count; }

  std::uint64_t count() const { return count_; }

  // The figures are 0 where there is no value.

  double mean() const;
  double stddev() const;  ///< of the values, as a population
  double min() const { return count_ == 0 ? 0 : min_; }
  double max() const { return count_ == 0 ? 0 : max_; }

private:
  void rescale();

  std::uint64_t count_ = 0;
  double first_ = 0;
  double sum_ = 0;      // of what the values are beyond the first
  double squares_ = 0;  // of the same, scaled
  double min_ = std::numeric_limits<double>::infinity();
  double max_ = -1;
  // Squares of 1e200 and of 1e-200 are beyond what a double holds. All are scaled by a power of two near the largest value, which
  // rounds nothing.
  double scale_ = 1;
  int exponent_ = 0;  // of the scale, which is 2^-exponent
};

}  // namespace pcsim
