#include <pcsim/observe/trace_format.hpp>

#include <support/count.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace pcsim {
namespace {

using Kind = Happening::Kind;

constexpr Actor p3{Actor::Role::producer, 3};
constexpr Actor c12{Actor::Role::consumer, 12};

std::string line(const Scenario& scenario, const Happening& happening) {
  fmt::memory_buffer text;
  const bool appended = TraceFormat(scenario).append(text, happening);
  CHECK(appended == (text.size() > 0));
  return fmt::to_string(text);
}

Scenario scenario_with(Scenario::Trace trace, std::uint64_t producers) {
  Scenario scenario;
  scenario.trace = trace;
  scenario.producers = producers;
  return scenario;
}

TEST_CASE("each thing that happens has its line") {
  const Scenario full = scenario_with(Scenario::Trace::full, 4);
  for (const auto& [happening, expected] : std::vector<std::pair<Happening, std::string>>{
           {{1.5, Kind::blocked, p3, 7}, "1.500 P3 BLOCKED id=7\n"},
           {{1.5, Kind::put, p3, 7}, "1.500 PROD 7 by P3\n"},
           {{1.5, Kind::got, c12, 7}, "1.500 C12 GET id=7\n"},
           {{1.5, Kind::consumed, c12, 7}, "1.500 C12 id=7 payload=49\n"},
           {{1.5, Kind::timed_out, c12, 7}, "1.500 C12 TIMEOUT id=7\n"},
           {{1.5, Kind::failed, c12, 7}, "1.500 C12 FAIL id=7\n"},
           {{1.5, Kind::cancelled, c12, 7}, "1.500 C12 CANCELLED id=7\n"},
           {{1.5, Kind::cancelled, c12, 0}, "1.500 C12 CANCELLED\n"},
           {{1.5, Kind::cancelled, p3, 0}, "1.500 P3 CANCELLED\n"},
           {{1.5, Kind::stopped, c12, 0}, "1.500 C12 STOP\n"},
           {{1.5, Kind::ready, {}, 0}, "1.500 READY\n"},
           {{1.5, Kind::stopping, {}, 0}, "1.500 STOPPING\n"},
           {{1.5, Kind::done, {}, 0}, "1.500 DONE\n"},
       })
    CHECK(line(full, happening) == expected);
}

TEST_CASE("an only producer is not named") {
  CHECK(line(scenario_with(Scenario::Trace::full, 1), {0, Kind::put, {Actor::Role::producer, 1}, 7}) == "0.000 PROD 7\n");
}

TEST_CASE("the lesson leaves out what is got and who is blocked, and nothing else") {
  const Scenario lesson = scenario_with(Scenario::Trace::lesson, 4);
  const Scenario full = scenario_with(Scenario::Trace::full, 4);
  CHECK(line(lesson, {1, Kind::got, c12, 7}).empty());
  CHECK(line(lesson, {1, Kind::blocked, p3, 7}).empty());
  for (const Kind kind : {Kind::put, Kind::consumed, Kind::timed_out, Kind::failed, Kind::cancelled, Kind::stopped, Kind::ready,
                          Kind::stopping, Kind::done}) {
    const Happening happening{1, kind, kind == Kind::put ? p3 : c12, 7};
    CHECK(line(lesson, happening) == line(full, happening));
  }
}

TEST_CASE("the payload of the largest id is its square") {
  CHECK(line(Scenario(), {0, Kind::consumed, c12, Scenario::most_items}) ==
        "0.000 C12 id=3000000000 payload=9000000000000000000\n");
}

// glibc rounds the exact value of a double, ties to even, as CPython's f"{t:.3f}" does.
void check_time(double time) {
  std::string expected(400, '\0');
  expected.resize(static_cast<std::size_t>(std::snprintf(expected.data(), expected.size(), "%.3f DONE\n", time)));
  CAPTURE(time);
  REQUIRE(line(Scenario(), {time, Kind::done, {}, 0}) == expected);
}

TEST_CASE("times are rounded as CPython does: a table from there") {
  for (const auto& [time, expected] : std::vector<std::pair<double, std::string>>{
           {0.0, "0.000"},         {0.0005, "0.001"},       {0.0015, "0.002"},        {0.0025, "0.003"},
           {0.0625, "0.062"},      {0.1875, "0.188"},       {0.3125, "0.312"},        {0.4375, "0.438"},
           {2.6745, "2.675"},      {1.0005, "1.000"},       {0.9995, "1.000"},        {999.9995, "1000.000"},
           {0.1 + 0.2, "0.300"},   {1e9, "1000000000.000"}, {1e-9, "0.000"},          {1e15 + 0.0625, "1000000000000000.000"},
           {1e22, "10000000000000000000000.000"}}) {
    CHECK(line(Scenario(), {time, Kind::done, {}, 0}) == expected + " DONE\n");
  }
}

TEST_CASE("exact ties are rounded to even") {
  // k / 16 with an odd k is in binary and has four decimals, the last of which is 5.
  for (int k = 1; k < 100000; k += 2) check_time(k / 16.0);
}

TEST_CASE("times beside a tie are rounded away from it") {
  for (int k = 1; k < 10000; k += 2) {
    check_time(std::nextafter(k / 2000.0, 0.0));
    check_time(k / 2000.0);
    check_time(std::nextafter(k / 2000.0, 1e9));
  }
}

TEST_CASE("times of any magnitude are rounded as CPython does") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(50000); ++i) {
    check_time(static_cast<double>(rng() % 1'000'000'000) * 1e-6);
    const double any = std::bit_cast<double>(rng() & INT64_MAX);
    if (std::isfinite(any) && any < 1e100) check_time(any);
  }
}

}  // namespace
}  // namespace pcsim
