#include "simulation.hpp"

#include <pcsim/observe/statistics.hpp>
#include <support/count.hpp>
#include <support/random_scenario.hpp>
#include <support/recorded_run.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <string_view>

namespace pcsim {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

// One producer with a stream of its own and exponential delays is a Poisson process: here an item a second. An unbounded queue is
// served in the order of the puts. Where items come at a rate of 1, the mean wait and the mean number that wait are the same
// number. What two million items show strays from it by 1.6 % (one standard deviation) at utilization 0.9, and by less at 0.8.
void check_waits(const char* service, const char* servers, double expected) {
  for (const char* seed : {"1", "2", "3"}) {
    if (sanitized && seed != std::string_view("1")) {
      MESSAGE("under sanitizers: one seed instead of three");
      return;
    }
    const Scenario scenario = scenario_of({{"items", "2000000"},
                                           {"produce-delay", "exp:1"},
                                           {"consume-delay", service},
                                           {"consumers", servers},
                                           {"streams", "per-actor"},
                                           {"seed", seed}});
    Statistics statistics(scenario);
    statistics.end(simulate(scenario, {&statistics}).at);
    const double wait = statistics.wait().mean();
    const double depth = statistics.mean_depth();
    CAPTURE(seed);
    CAPTURE(expected);
    CAPTURE(wait);
    CAPTURE(depth);
    CHECK(std::abs(wait - expected) <= 0.03 * expected);
    CHECK(std::abs(depth - expected) <= 0.03 * expected);
    CHECK(std::abs(statistics.little() - depth) <= 1e-9 * depth);
  }
}

// Erlang's C: the probability that an item must wait, with an offered load of `load` on `servers`.
double must_wait(int servers, double load) {
  double term = 1;  // load^k / k!
  double sum = 0;
  for (int k = 0; k < servers; ++k) {
    sum += term;
    term *= load / (k + 1);
  }
  const double all_busy = term * servers / (servers - load);
  return all_busy / (sum + all_busy);
}

TEST_CASE("M/M/1 at utilization 0.8: the mean wait and depth are the textbook's") {
  const double service = 0.8;
  check_waits("exp:0.8", "1", service * service / (1 - service));
}

TEST_CASE("M/M/3 at utilization 0.9: the mean wait and depth are the textbook's") {
  const double service = 2.7;
  check_waits("exp:2.7", "3", must_wait(3, service) * service / (3 - service));
}

TEST_CASE("M/D/1 at utilization 0.8: the mean wait and depth are the textbook's, half of those of M/M/1") {
  const double service = 0.8;
  check_waits("0.8", "1", service * service / (2 * (1 - service)));
}

TEST_CASE("Little's law holds for every run that ends with an empty queue") {
  std::mt19937_64 rng(test_seed());
  int held = 0;
  for (int i = 0; i < test_count(1000); ++i) {
    const Scenario scenario = random_scenario(rng);
    CAPTURE(text_of(scenario));
    Statistics statistics(scenario);
    statistics.end(simulate(scenario, {&statistics}).at);
    if (statistics.queued() > 0 || statistics.mean_depth() == 0) continue;
    ++held;
    CHECK(std::abs(statistics.little() - statistics.mean_depth()) <= 1e-9 * statistics.mean_depth());
  }
  CHECK(held > test_count(100));
}

}  // namespace
}  // namespace pcsim
