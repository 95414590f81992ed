#include <pcsim/runtime/clock.hpp>

#include <doctest/doctest.h>

#include <chrono>

namespace pcsim {
namespace {

using std::chrono::duration;

TEST_CASE("a virtual clock never has to wait, and shows the loop's own time") {
  VirtualClock clock;
  clock.start();
  CHECK_FALSE(clock.due(1e9).has_value());
  CHECK(clock.elapsed(0.125) == 0.125);
}

TEST_CASE("a wall clock counts every deadline from the start") {
  WallClock clock(1);
  const auto before = std::chrono::steady_clock::now();
  clock.start();
  const auto after = std::chrono::steady_clock::now();
  const auto start = clock.due(0).value();
  CHECK(start >= before);
  CHECK(start <= after);
  for (const double seconds : {0.001, 1.0, 3600.0})
    CHECK(duration<double>(*clock.due(seconds) - start).count() == doctest::Approx(seconds).epsilon(1e-9));
}

TEST_CASE("a wall clock never has a deadline reached too early") {
  WallClock clock(1);
  clock.start();
  CHECK(*clock.due(1e-10) > *clock.due(0));
}

TEST_CASE("with a speed, time passes so many times as fast") {
  WallClock clock(1000);
  clock.start();
  CHECK(duration<double>(*clock.due(5) - *clock.due(0)).count() == doctest::Approx(0.005).epsilon(1e-6));
  const auto before = std::chrono::steady_clock::now();
  const double shown = clock.elapsed(0);
  const double passed = duration<double>(before - *clock.due(0)).count();
  CHECK(shown >= 1000 * passed);
}

TEST_CASE("what a wall clock shows is the measured time and not the loop's") {
  WallClock clock(1);
  clock.start();
  const double first = clock.elapsed(1e9);
  const double second = clock.elapsed(0);
  CHECK(first >= 0);
  CHECK(second >= first);
  CHECK(second < 1e9);
}

TEST_CASE("deadlines beyond what an instant holds are far away and not in the past") {
  WallClock clock(1e-9);
  clock.start();
  for (const double seconds : {1e9, 1e18, 1e300}) CHECK(*clock.due(seconds) > *clock.due(0));
}

}  // namespace
}  // namespace pcsim
