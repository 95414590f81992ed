#include <pcsim/random/random.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace pcsim {
namespace {

// The expected numbers are what CPython's random.Random(seed) draws; in hexadecimal where no function of libm is involved.

struct Known {
  std::vector<std::uint32_t> key;  // the seed's 32-bit words, the lowest first
  double draw_1;
  double draw_2;
  double draw_624;
  double draw_10000;
};

const std::vector<Known> known{
    {{0}, 0x1.b0580f98a7dbep-1, 0x1.84129978f9c1ap-1, 0x1.0a27b2089a588p-1, 0x1.2d317b9eed414p-1},
    {{1}, 0x1.132d8f91b7584p-3, 0x1.b1e2d5b3584f8p-1, 0x1.80b46559a5fc8p-1, 0x1.f996aaecd2538p-1},
    {{42}, 0x1.4762f307200c5p-1, 0x1.99c6b5eeb2060p-6, 0x1.e9b23b7c5ae80p-4, 0x1.2aa5ab9c7fbd0p-4},
    // 2**32 - 1
    {{0xffffffff}, 0x1.454d9227a7013p-1, 0x1.a0274a3720bf8p-3, 0x1.853539ad85540p-4, 0x1.7e0a753c61e68p-4},
    // 2**32
    {{0, 1}, 0x1.ced31cb3df170p-4, 0x1.abdb5477a4f26p-2, 0x1.f36bfe991a2dfp-1, 0x1.8587ecfd70090p-4},
    // 2**63 - 1
    {{0xffffffff, 0x7fffffff}, 0x1.443e8e5409ca6p-2, 0x1.43346b887de9dp-1, 0x1.8ed76166f67d3p-1, 0x1.11159ef9602a0p-1},
    // 42 + (1 << 64) + (1 << 72)
    {{42, 0, 0x101}, 0x1.e95e73b3c9200p-10, 0x1.4f72cad0fc780p-5, 0x1.2b657f1cdfb04p-3, 0x1.79f136ea417f4p-3},
    // 42 + (2 << 64) + (1 << 72)
    {{42, 0, 0x102}, 0x1.5f69fc3810650p-4, 0x1.55d49c2fdf49fp-1, 0x1.8696a2bea3f01p-1, 0x1.4ff93afeb5bfbp-1},
    // 0 + (1 << 64) + (3 << 72)
    {{0, 0, 0x301}, 0x1.68e51db193040p-4, 0x1.84df0979f4a0fp-1, 0x1.3fa78bf9e52aap-2, 0x1.1219e068c7762p-1},
    // 2**63 - 1 + (2 << 64) + (10_000_000 << 72)
    {{0xffffffff, 0x7fffffff, 0x98968002}, 0x1.dd09a03a6f85ap-2, 0x1.0e559988e5ce4p-2, 0x1.ddd2792124724p-1, 0x1.a5ea6f235828fp-1},
};

// Between C libraries, and between processors under one of them, log, exp and pow may differ in the last bits.
doctest::Approx about(double value) { return doctest::Approx(value).epsilon(1e-14); }

TEST_CASE("random() is CPython's for small and large seeds, over many refills") {
  for (const Known& expected : known) {
    CAPTURE(expected.key.size());
    CAPTURE(expected.key.front());
    CAPTURE(expected.key.back());
    Random random(expected.key);
    std::vector<double> draws;
    for (int i = 0; i < 10000; ++i) draws.push_back(random.random());
    CHECK(draws[0] == expected.draw_1);
    CHECK(draws[1] == expected.draw_2);
    CHECK(draws[623] == expected.draw_624);
    CHECK(draws[9999] == expected.draw_10000);
  }
}

TEST_CASE("a 64-bit seed is the key of its two words") {
  for (const Known& expected : known) {
    if (expected.key.size() > 2) continue;
    std::uint64_t seed = 0;
    for (std::size_t i = 0; i < expected.key.size(); ++i) seed |= std::uint64_t{expected.key[i]} << (32 * i);
    CAPTURE(seed);
    CHECK(Random(seed).random() == expected.draw_1);
  }
  CHECK(Random(42).random() == 0.6394267984578837);
}

TEST_CASE("leading zero words of a key do not count") {
  const double expected = Random(42).random();
  CHECK(Random(std::vector<std::uint32_t>{42}).random() == expected);
  CHECK(Random(std::vector<std::uint32_t>{42, 0}).random() == expected);
  CHECK(Random(std::vector<std::uint32_t>{42, 0, 0}).random() == expected);
  CHECK(Random(std::vector<std::uint32_t>{0, 42}).random() != expected);
  CHECK(Random(std::span<const std::uint32_t>()).random() == Random(0).random());
}

TEST_CASE("instances share nothing") {
  Random a(42);
  Random b(42);
  for (int i = 0; i < 1000; ++i) a.random();
  CHECK(b.random() == 0x1.4762f307200c5p-1);
}

TEST_CASE("a copy draws the same numbers as the original from there on") {
  Random original(7);
  for (int i = 0; i < 700; ++i) original.random();
  Random copy = original;
  for (int i = 0; i < 2000; ++i) REQUIRE(copy.random() == original.random());
}

TEST_CASE("uniform() is CPython's to the last bit") {
  Random random(42);
  CHECK(random.uniform(0.01, 0.05) == 0x1.2372870eccd4bp-5);
  CHECK(random.uniform(0.01, 0.05) == 0x1.68764bfe9d9a1p-7);
  CHECK(random.uniform(0.01, 0.05) == 0x1.58154d84b3982p-6);
  CHECK(random.uniform(-3.5, 1e9) == 0x1.a9bd9dedc30dep+27);
  CHECK(random.uniform(-3.5, 1e9) == 0x1.5f2d4569eeec5p+29);
}

TEST_CASE("uniform() between equal ends is that value, and takes a draw") {
  Random random(42);
  CHECK(random.uniform(0.1, 0.1) == 0.1);
  CHECK(random.random() == 0x1.99c6b5eeb2060p-6);
}

// The 1st, 2nd, 3rd and 10,000th value, and what random() gives after that: it tells how many draws were taken.
template <class Draw>
void check_draws(Draw draw, const std::vector<double>& first, double value_10000, double next_random) {
  Random random(42);
  for (const double expected : first) CHECK(draw(random) == about(expected));
  for (auto i = first.size(); i < 9999; ++i) draw(random);
  CHECK(draw(random) == about(value_10000));
  CHECK(random.random() == next_random);
}

TEST_CASE("expovariate() is CPython's") {
  check_draws([](Random& random) { return random.expovariate(1 / 0.05); },
              {0.05100301436374005, 0.0012664419521369445, 0.016081203203748277, 0.012629309283505677}, 0.003785334106638445,
              0x1.e55ff0e416384p-1);
}

TEST_CASE("expovariate() divides by the rate, and does not multiply by the mean") {
  Random random(42);
  Random same(42);
  for (int i = 0; i < 1000; ++i) REQUIRE(random.expovariate(3.0) == -std::log(1.0 - same.random()) / 3.0);
}

TEST_CASE("normalvariate() is CPython's, and takes as many draws") {
  check_draws([](Random& random) { return random.normalvariate(0.5, 2.0); },
              {0.9906526834157268, -0.4936889468224057, 3.0095718621149254, 0.2238818745143762}, 4.129181993221205,
              0x1.0ed156d3e1258p-4);
}

TEST_CASE("lognormvariate() is CPython's, and takes as many draws") {
  check_draws([](Random& random) { return random.lognormvariate(-3.0, 0.25); },
              {0.05293617086176826, 0.04397160833930236, 0.06813232442819886, 0.04809799601223214}, 0.07836700844457561,
              0x1.0ed156d3e1258p-4);
}

TEST_CASE("paretovariate() is CPython's") {
  check_draws([](Random& random) { return random.paretovariate(1.5); },
              {1.9739570669642394, 1.0170292652354855, 1.2391380819400695, 1.183398981313489}, 1.0517664893956633,
              0x1.e55ff0e416384p-1);
}

}  // namespace
}  // namespace pcsim
