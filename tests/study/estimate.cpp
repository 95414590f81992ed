#include <pcsim/study/estimate.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <utility>
#include <vector>

namespace pcsim {
namespace {

TEST_CASE("the confidence interval is Student's, with the quantiles of the printed tables") {
  const std::vector<std::pair<std::size_t, double>> quantiles{{2, 12.706}, {3, 4.303},  {4, 3.182},  {5, 2.776},  {6, 2.571},
                                                              {10, 2.262}, {15, 2.145}, {20, 2.093}, {31, 2.042}, {121, 1.980}};
  for (const auto& [n, t] : quantiles) {
    CAPTURE(n);
    std::vector<double> values;
    for (std::size_t i = 0; i < n; ++i) values.push_back(10 + static_cast<double>(i * i % 7));
    double sum = 0;
    for (const double value : values) sum += value;
    const double mean = sum / static_cast<double>(n);
    double squares = 0;
    for (const double value : values) squares += (value - mean) * (value - mean);
    const double error = std::sqrt(squares / static_cast<double>(n - 1) / static_cast<double>(n));
    const Estimate result = estimate(values);
    CHECK(result.count == n);
    CHECK(result.mean == doctest::Approx(mean).epsilon(1e-12));
    CHECK(std::abs(result.half_width / error - t) <= 0.0006);
    CHECK(result.low() == result.mean - result.half_width);
    CHECK(result.high() == result.mean + result.half_width);
  }
}

TEST_CASE("equal values have exactly their own mean, and a width of exactly 0") {
  for (const double value : {0.0, 0.1, 1.0 / 3, -2.7, 1e-300, 1e15 + 0.3})
    for (const std::size_t n : {2U, 3U, 7U, 20U, 1001U}) {
      CAPTURE(value);
      CAPTURE(n);
      const Estimate result = estimate(std::vector<double>(n, value));
      CHECK(result.mean == value);
      CHECK(result.half_width == 0);
    }
}

TEST_CASE("values may be as small or as large as a double can be: the mean is finite, and the width what it is of others") {
  const std::vector<double> values{1, 3, 2, 4, 4.5};
  const Estimate expected = estimate(values);
  for (const double unit : {0x1p-1060, 0x1p-600, 0x1p600, 0x1p1021}) {
    CAPTURE(unit);
    std::vector<double> scaled;
    for (const double value : values) scaled.push_back(value * unit);
    const Estimate result = estimate(scaled);
    CHECK(result.mean / unit == doctest::Approx(expected.mean));
    if (unit < 1e300) CHECK(result.half_width / unit == doctest::Approx(expected.half_width));
  }
  constexpr double largest = std::numeric_limits<double>::max();
  CHECK(estimate(std::vector<double>(20, largest)).mean == largest);
  CHECK(estimate(std::vector<double>{0, largest, largest, largest}).mean == doctest::Approx(largest / 4 * 3));
}

TEST_CASE("one value says nothing of how sure it is") {
  const Estimate result = estimate(std::vector<double>{3.5});
  CHECK(result.mean == 3.5);
  CHECK(result.half_width == std::numeric_limits<double>::infinity());
}

TEST_CASE("of many intervals 95 % have the true mean in them") {
  std::mt19937_64 rng(20240607);
  constexpr int samples = 4000;
  for (const std::size_t n : {3U, 5U, 20U}) {
    CAPTURE(n);
    std::normal_distribution<double> normal(1e6, 3);
    int hits = 0;
    for (int i = 0; i < samples; ++i) {
      std::vector<double> values(n);
      for (double& value : values) value = normal(rng);
      const Estimate result = estimate(values);
      hits += result.low() <= 1e6 && 1e6 <= result.high();
    }
    const double share = hits / static_cast<double>(samples);
    CAPTURE(share);
    CHECK(std::abs(share - 0.95) < 4 * std::sqrt(0.95 * 0.05 / samples));
  }
}

}  // namespace
}  // namespace pcsim
