#include <pcsim/observe/distribution.hpp>

#include <support/allocations.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace pcsim {
namespace {

using Values = std::vector<double>;

constexpr double least = std::numeric_limits<double>::denorm_min();

Distribution distribution_of(const Values& values) {
  Distribution distribution;
  for (const double value : values) distribution.add(value);
  return distribution;
}

// The smallest value that is not exceeded by a share q of all.
double exact_percentile(const Values& sorted, double q) {
  return sorted[static_cast<std::size_t>(std::ceil(q * static_cast<double>(sorted.size()))) - 1];
}

// Of any size that a duration may have; some are equal.
Values any_values(std::mt19937_64& rng, std::size_t count) {
  Values values;
  const int lowest = static_cast<int>(rng() % 2000) - 1074;
  const int highest = std::min(lowest + static_cast<int>(rng() % (rng() % 4 == 0 ? 2000 : 5)), 980);
  while (values.size() < count) {
    const double mantissa = std::uniform_real_distribution(1.0, 2.0)(rng);
    const double value =
        std::ldexp(rng() % 10 == 0 ? 1 : mantissa,
                   lowest + static_cast<int>(rng() % static_cast<std::uint64_t>(std::max(1, highest - lowest + 1))));
    switch (rng() % 8) {
      case 0: values.push_back(0); break;
      case 1: values.push_back(values.empty() ? least : values[rng() % values.size()]); break;
      default: values.push_back(value);
    }
  }
  return values;
}

TEST_CASE("up to 1,000 values of any size, every percentile is exactly one of them, and every count is exact") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < 300; ++i) {
    Values values = any_values(rng, i < 10 ? 1000 : rng() % 1000 + 1);
    const Distribution distribution = distribution_of(values);
    std::sort(values.begin(), values.end());
    CAPTURE(values.size());
    CHECK(distribution.count() == values.size());
    CHECK(distribution.min() == values.front());
    CHECK(distribution.max() == values.back());
    for (const double q : {1e-9, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0})
      CHECK(distribution.percentile(q) == exact_percentile(values, q));
    const double edge = values[rng() % values.size()];
    const auto at_most = std::upper_bound(values.begin(), values.end(), edge) - values.begin();
    CHECK(distribution.at_most(edge) == static_cast<std::uint64_t>(at_most));
  }
}

TEST_CASE("of more values of any size, percentiles are within 1 %, and never leave their bounds") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < 200; ++i) {
    Values values = any_values(rng, 1001 + rng() % 3000);
    const Distribution distribution = distribution_of(values);
    std::sort(values.begin(), values.end());
    CHECK(distribution.min() == values.front());
    CHECK(distribution.max() == values.back());
    for (const double q : {1e-9, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0}) {
      const double exact = exact_percentile(values, q);
      const double percentile = distribution.percentile(q);
      CAPTURE(exact);
      CAPTURE(percentile);
      CHECK(std::abs(percentile - exact) <= std::max(0.004 * exact, exact < 1e-300 ? least : 0));
      CHECK(percentile >= values.front());
      CHECK(percentile <= values.back());
    }
  }
}

TEST_CASE("how many values are at most something is what the percentiles say") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < 100; ++i) {
    const Values values = any_values(rng, rng() % 3000 + 1);
    const Distribution distribution = distribution_of(values);
    const auto count = static_cast<double>(values.size());
    for (int k = 0; k < 20; ++k) {
      const std::uint64_t rank = rng() % values.size() + 1;
      // Half a rank before it, so that rounding does not reach the next one.
      const double value = distribution.percentile((static_cast<double>(rank) - 0.5) / count);
      CAPTURE(rank);
      CHECK(distribution.at_most(value) >= rank);
      if (value > 0) CHECK(distribution.at_most(std::nextafter(value, 0)) < rank);
    }
  }
}

TEST_CASE("values that are equal are their own percentiles, and their own mean") {
  for (const std::size_t count : {1, 999, 1000, 1001, 5000})
    for (const double value : {0.0, least, 1e-310, 0.1, 0.5, 1e9, 1e284}) {
      CAPTURE(value);
      const Distribution distribution = distribution_of(Values(count, value));
      CHECK(distribution.percentile(0.5) == value);
      CHECK(distribution.percentile(0.99) == value);
      CHECK(distribution.mean() == value);
      CHECK(distribution.stddev() == 0);
      CHECK(distribution.at_most(value) == count);
    }
}

TEST_CASE("mean and standard deviation are right for values of any size, also where the first ones are of another") {
  for (const std::size_t before : {0, 1, 2000})
    for (const std::size_t count : {2, 1000, 5000})
      for (const double unit : {1e-310, 1e-200, 1e-3, 1.0, 1e150, 1e284}) {
        CAPTURE(before);
        CAPTURE(count);
        CAPTURE(unit);
        Values values(before, 0);
        for (std::size_t i = 0; i < count; ++i) values.push_back(unit * (i % 2 == 0 ? 1 : 3));
        const Distribution distribution = distribution_of(values);
        const double share = static_cast<double>(count) / static_cast<double>(before + count);
        const double mean = 2 * share;
        CHECK(distribution.mean() / unit == doctest::Approx(mean));
        CHECK(distribution.stddev() / unit == doctest::Approx(std::sqrt(5 * share - mean * mean)));
      }
}

TEST_CASE("zeros count as any other value, to the last bit, whether or not the first value is one") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < 60; ++i) {
    CAPTURE(i);
    Values values = any_values(rng, 1001 + rng() % 3000);
    const std::uint64_t one_of = 1 + rng() % 20;
    for (double& value : values)
      if (rng() % one_of == 0) value = 0;
    if (i % 3 != 0) values.front() = 0;
    if (i % 10 == 0) std::fill(values.begin(), values.end(), 0);
    const Distribution distribution = distribution_of(values);
    Moments moments;
    Histogram histogram;
    for (const double value : values) {
      moments.add(value);
      histogram.add(value);
    }
    REQUIRE(distribution.count() == values.size());
    CHECK(distribution.mean() == moments.mean());
    CHECK(distribution.stddev() == moments.stddev());
    CHECK(distribution.min() == moments.min());
    CHECK(distribution.max() == moments.max());
    for (std::uint64_t rank = 1; rank < values.size(); rank += 1 + rng() % 50) {
      const double q = (static_cast<double>(rank) - 0.5) / static_cast<double>(values.size());
      const double expected = std::clamp(histogram.value(rank), moments.min(), moments.max());
      REQUIRE(distribution.percentile(q) == expected);
      if (moments.min() <= expected && expected < moments.max())
        REQUIRE(distribution.at_most(expected) == std::clamp<std::uint64_t>(histogram.at_most(expected), 1, values.size() - 1));
    }
  }
}

TEST_CASE("without values all figures are 0") {
  const Distribution none;
  CHECK(none.count() == 0);
  for (const double figure : {none.mean(), none.stddev(), none.min(), none.max(), none.percentile(0.5)}) CHECK(figure == 0);
  CHECK(none.at_most(1) == 0);
}

TEST_CASE("cleared, a distribution is as new, and takes no memory for values such as it had") {
  std::mt19937_64 rng(test_seed());
  for (const std::size_t count : {12, 1000, 4000}) {
    const Values values = any_values(rng, count);
    Distribution distribution = distribution_of(any_values(rng, 3000));
    for (int i = 0; i < 2; ++i) {
      const std::uint64_t before = allocations();
      distribution.clear();
      CHECK(distribution.count() == 0);
      for (const double value : values) distribution.add(value);
      if (i == 1) CHECK(allocations() == before);
    }
    const Distribution other = distribution_of(values);
    CHECK(distribution.mean() == other.mean());
    CHECK(distribution.stddev() == other.stddev());
    for (const double q : {0.01, 0.5, 0.99}) CHECK(distribution.percentile(q) == other.percentile(q));
  }
}

}  // namespace
}  // namespace pcsim
