#include <pcsim/observe/trace_check.hpp>

#include "simulation.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace pcsim {
namespace {

using Times = TraceCheck::Times;
using Difference = std::optional<TraceCheck::Difference>;

const Scenario small = scenario_of({{"items", "2"}, {"produce-delay", "1"}, {"consume-delay", "0.5"}, {"consumers", "1"}});

constexpr std::string_view trace =
    "1.000 PROD 1\n"
    "1.500 C1 id=1 payload=1\n"
    "2.000 PROD 2\n"
    "2.500 C1 id=2 payload=4\n"
    "2.500 C1 STOP\n"
    "2.500 DONE\n";

Difference check_against(std::string_view recorded, Times times = Times::compare) {
  const ScratchFile file(".trace");
  file.write(recorded);
  TraceCheck check(TraceFormat(small), file.path(), times);
  simulate(small, {&check});
  return check.difference();
}

TEST_CASE("a run agrees with its own trace") {
  CHECK_FALSE(check_against(trace).has_value());
  CHECK_FALSE(check_against(trace, Times::ignore).has_value());
}

TEST_CASE("the first line that differs is found, with both versions") {
  std::string other(trace);
  other.replace(other.find("2.000 PROD 2"), 12, "2.001 PROD 2");
  other.replace(other.find("DONE"), 4, "GONE");
  const Difference exact = check_against(other);
  REQUIRE(exact.has_value());
  CHECK(exact->line == 3);
  CHECK(exact->recorded == "2.001 PROD 2");
  CHECK(exact->now == "2.000 PROD 2");

  const Difference but_for_times = check_against(other, Times::ignore);
  REQUIRE(but_for_times.has_value());
  CHECK(but_for_times->line == 6);
  CHECK(but_for_times->recorded == "2.500 GONE");
  CHECK(but_for_times->now == "2.500 DONE");
}

TEST_CASE("a recorded trace that ends early is found") {
  const Difference difference = check_against(trace.substr(0, trace.find("2.500 DONE")));
  REQUIRE(difference.has_value());
  CHECK(difference->line == 6);
  CHECK_FALSE(difference->recorded.has_value());
  CHECK(difference->now == "2.500 DONE");
  const Difference empty = check_against("");
  REQUIRE(empty.has_value());
  CHECK(empty->line == 1);
}

TEST_CASE("a recorded trace that goes on is found") {
  const Difference difference = check_against(std::string(trace) + "3.000 MORE\n");
  REQUIRE(difference.has_value());
  CHECK(difference->line == 7);
  CHECK(difference->recorded == "3.000 MORE");
  CHECK_FALSE(difference->now.has_value());
}

TEST_CASE("bytes are bytes: a missing last newline, a carriage return and a space too many are differences") {
  CHECK(check_against(trace.substr(0, trace.size() - 1)).has_value());
  std::string with_returns(trace);
  with_returns.insert(with_returns.find('\n'), "\r");
  CHECK(check_against(with_returns).has_value());
  CHECK(check_against(with_returns, Times::ignore).has_value());
  std::string with_space(trace);
  with_space.insert(with_space.find('\n'), " ");
  CHECK(check_against(with_space).has_value());
}

TEST_CASE("what one would not see of a difference is shown") {
  CHECK(to_text({1, "1 A\r", "1 A"}) == "  recorded: 1 A\\x0d\n  this run: 1 A\n");
  CHECK(to_text({1, "1 A ", "1 A"}) == "  recorded: 1 A\\x20\n  this run: 1 A\n");
  CHECK(to_text({1, "1 A", "1 A", true}) == "  recorded: 1 A (no newline at its end)\n  this run: 1 A\n");
  CHECK(to_text({1, std::nullopt, "1 A"}) == "  recorded: (the trace has ended)\n  this run: 1 A\n");
  CHECK(to_text({1, "", std::nullopt}) == "  recorded: \n  this run: (the trace has ended)\n");
  const Difference cut = check_against(trace.substr(0, trace.size() - 1));
  REQUIRE(cut.has_value());
  CHECK(cut->cut);
}

TEST_CASE("lines without a space are compared, too") {
  const Difference difference = check_against("nonsense\n" + std::string(trace), Times::ignore);
  REQUIRE(difference.has_value());
  CHECK(difference->line == 1);
}

TEST_CASE("a trace that cannot be read is an error that names it") {
  const ScratchFile file(".trace");
  const std::string folder = std::filesystem::path(file.path()).parent_path();
  const auto message = [](const std::string& path) -> std::string {
    try {
      TraceCheck check(TraceFormat(small), path, Times::compare);
    } catch (const std::system_error& error) {
      return error.what();
    }
    return "";
  };
  CHECK(message(folder + "/none") == folder + "/none: No such file or directory");
  CHECK(message(folder) == folder + ": Is a directory");
}

}  // namespace
}  // namespace pcsim
