#include <pcsim/observe/time_buckets.hpp>

#include <support/count.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>
#include <vector>

namespace pcsim {
namespace {

struct Seconds {
  double sum = 0;
  int merged = 1;
  void merge(const Seconds& later) {
    sum += later.sum;
    merged += later.merged;
  }
};

TEST_CASE("a bucket has the part of each span of time that lies in it, however often buckets were merged") {
  std::mt19937_64 rng(test_seed());
  for (int round = 0; round < test_count(50); ++round) {
    const double scale = std::pow(10, std::uniform_real_distribution(-6.0, 9.0)(rng));
    std::uniform_real_distribution<double> draw(0, scale);
    TimeBuckets<Seconds> buckets(16);
    std::vector<std::pair<double, double>> spans;
    for (int i = 0; i < 100; ++i) {
      const double a = draw(rng), b = rng() % 10 == 0 ? a : draw(rng);
      spans.emplace_back(std::min(a, b), std::max(a, b));
      double told = 0;
      buckets.over(spans.back().first, spans.back().second, [&](Seconds& cell, double seconds) {
        cell.sum += seconds;
        told += seconds;
      });
      CHECK(told == doctest::Approx(spans.back().second - spans.back().first));
    }
    CHECK(buckets.cells().size() <= 16);
    for (std::size_t i = 0; i < buckets.cells().size(); ++i) {
      const double low = static_cast<double>(i) * buckets.width(), high = low + buckets.width();
      double expected = 0;
      for (const auto& [from, to] : spans) expected += std::max(0.0, std::min(to, high) - std::max(from, low));
      CHECK(buckets.cells()[i].sum == doctest::Approx(expected).epsilon(1e-9));
    }
  }
}

TEST_CASE("at least half of the buckets are in use, once time has grown beyond the first") {
  for (const double end : {1e-6, 0.3, 1.0, 7.0, 1e9}) {
    TimeBuckets<Seconds> buckets(1024);
    buckets.over(0, end, [](Seconds&, double) {});
    CHECK(buckets.cells().size() >= 512);
  }
}

TEST_CASE("a moment meets one bucket, also where two meet") {
  TimeBuckets<Seconds> buckets(4);
  buckets.reach(3);
  REQUIRE(buckets.width() == 1);
  int met = 0;
  buckets.over(2, 2, [&](Seconds&, double seconds) {
    ++met;
    CHECK(seconds == 0);
  });
  CHECK(met == 1);
  CHECK(buckets.cells().size() == 3);
}

}  // namespace
}  // namespace pcsim
