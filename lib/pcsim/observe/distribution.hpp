#pragma once

#include <pcsim/assert.hpp>
#include <pcsim/observe/histogram.hpp>
#include <pcsim/observe/moments.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

namespace pcsim {

/// Figures of many durations. Up to most_exact of them are kept, and all figures are exact; more of them go into a histogram, so
/// that percentiles are within 0.4 %, and the memory that it takes does not grow with their number.
///
/// Boost.Histogram's log axis takes a logarithm for each value, and Boost.Accumulators' variance a division: some 20 ns where
/// this takes 3.
class Distribution {
public:
  static constexpr std::size_t most_exact = 1000;

  /// Forgets all values, and keeps the memory for others.
  void clear();

  /// REQUIRES: seconds is not negative, and finite.
  [[gnu::always_inline]] void add(double seconds) {
    PCSIM_ASSERT(0 <= seconds && seconds <= std::numeric_limits<double>::max());
    if (seconds <= only_counted_)
      ++zeros_;
    else if (moments_.covers(seconds) && histogram_->add_known(seconds)) [[likely]]
      moments_.add_covered(seconds);
    else
      add_apart(seconds);
  }

  std::uint64_t count() const { return exact() ? values_.size() : zeros_ + moments_.count(); }

  // The figures are 0 where there is no value.

  double mean() const { return moments().mean(); }
  double stddev() const { return moments().stddev(); }  ///< of the values, as a population
  double min() const { return moments().min(); }
  double max() const { return moments().max(); }

  /// The smallest value that is not exceeded by a share `q` of all; never less than min(), nor more than max(). REQUIRES:
  /// 0 < q <= 1.
  double percentile(double q) const;

  /// How many of the values are at most this, where each is what percentile() takes it for.
  std::uint64_t at_most(double seconds) const;

private:
  bool exact() const { return moments_.count() == 0; }
  Moments moments() const;
  [[gnu::noinline]] void add_apart(double seconds);

  std::vector<double> values_;  // as long as they are exact; of what comes after that:
  Moments moments_;
  std::unique_ptr<Histogram> histogram_;
  // Where nobody has to wait, most values are 0. If the first was, more of them change the number and nothing else.
  double only_counted_ = -1;  // 0 then
  std::uint64_t zeros_ = 0;
};

}  // namespace pcsim
