#include "simulation.hpp"

#include <pcsim/observe/report.hpp>
#include <pcsim/observe/statistics.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace pcsim {
namespace {

using Role = Actor::Role;

std::vector<std::string> report_lines(const Outcome& outcome) {
  std::istringstream text(deadlock_report(outcome));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

TEST_CASE("a deadlock's report says when it stood still") {
  const auto lines = report_lines({3.5, true, {{{Role::consumer, 1}, "get", 3.5}}, false});
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].starts_with("deadlock at 3.500"));
}

TEST_CASE("a deadlock's report says of everyone who waits: who, in what, since when, and why nothing can wake them") {
  const auto lines = report_lines({9,
                                   true,
                                   {{{Role::producer, 2}, "put", 1.25},
                                    {{Role::consumer, 1}, "get", 3.5},
                                    {{Role::consumer, 7}, "ready", 0},
                                    {{Role::consumer, 8}, "limit", 4},
                                    {{Role::consumer, 9}, "lock", 5},
                                    {{Role::consumer, 10}, "threads", 6},
                                    {{Role::none, 0}, "join", 7}},
                                   false});
  REQUIRE(lines.size() == 8);
  for (const auto& [line, opening] : std::vector<std::pair<std::size_t, std::string>>{{1, "P2 in put since 1.250: "},
                                                                                      {2, "C1 in get since 3.500: "},
                                                                                      {3, "C7 in ready since 0.000: "},
                                                                                      {4, "C8 in limit since 4.000: "},
                                                                                      {5, "C9 in lock since 5.000: "},
                                                                                      {6, "C10 in threads since 6.000: "},
                                                                                      {7, "the shutdown in join since 7.000: "}}) {
    CAPTURE(lines[line]);
    CHECK(lines[line].find(opening) == 2);
    CHECK(lines[line].size() > 2 + opening.size() + 5);  // the reason
  }
}

TEST_CASE("neighbours in the same lot share a line, those in another do not") {
  const auto lines = report_lines({9,
                                   true,
                                   {{{Role::consumer, 1}, "get", 2},
                                    {{Role::consumer, 2}, "get", 2},
                                    {{Role::consumer, 3}, "get", 2},
                                    {{Role::consumer, 4}, "get", 2.5},
                                    {{Role::consumer, 5}, "lock", 2.5}},
                                   false});
  REQUIRE(lines.size() == 4);
  CHECK(lines[1].find("C1 to C3 in get since 2.000") == 2);
  CHECK(lines[2].find("C4 in get since 2.500") == 2);
  CHECK(lines[3].find("C5 in lock since 2.500") == 2);
}

TEST_CASE("the columns of a summary stand apart, however long the delays are") {
  for (const char* delay : {"0.1", "123456", "1e9", "lognormal:50,50"}) {
    CAPTURE(delay);
    const Scenario scenario = scenario_of({{"items", "30"}, {"consume-delay", delay}});
    Statistics statistics(scenario);
    statistics.end(simulate(scenario, {&statistics}).at);
    std::istringstream lines(summary(scenario, statistics, Detail::text));
    int rows = 0;
    for (std::string line; std::getline(lines, line);) {
      CAPTURE(line);
      CHECK(line.size() < 130);
      if (!line.starts_with("wait") && !line.starts_with("service") && !line.starts_with("latency")) continue;
      ++rows;
      REQUIRE(line.size() == 10 + 7 * 11);
      for (std::size_t column = 10; column < line.size(); column += 11) CHECK(line[column] == ' ');
    }
    CHECK(rows == 3);
  }
}

}  // namespace
}  // namespace pcsim
