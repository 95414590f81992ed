#include "simulation.hpp"

#include <pcsim/observe/event_export.hpp>
#include <pcsim/observe/statistics.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace pcsim {
namespace {

// What became of the items, from a CSV file of events.
struct Durations {
  std::vector<double> wait;
  std::vector<double> service;
  std::vector<double> latency;
  std::vector<double> blocked;
};

Durations read_durations(const std::string& csv) {
  struct Item {
    double offered = -1;
    double put = 0;
    double got = 0;
  };
  std::map<std::uint64_t, Item> items;
  Durations durations;
  std::istringstream lines(csv);
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::istringstream columns(line);
    std::string at_text;
    std::string event;
    std::string actor;
    std::string id;
    std::getline(columns, at_text, ',');
    std::getline(columns, event, ',');
    std::getline(columns, actor, ',');
    std::getline(columns, id, ',');
    double at = 0;
    std::from_chars(at_text.data(), at_text.data() + at_text.size(), at);
    if (event != "blocked" && event != "put" && event != "got" && event != "consumed") continue;
    Item& item = items[std::stoull(id)];
    if (event == "blocked") item.offered = at;
    if (event == "put") {
      if (item.offered < 0) item.offered = at;
      durations.blocked.push_back(at - item.offered);
      item.put = at;
    }
    if (event == "got") {
      durations.wait.push_back(at - item.put);
      item.got = at;
    }
    if (event == "consumed") {
      durations.service.push_back(at - item.got);
      durations.latency.push_back(at - item.offered);
    }
  }
  return durations;
}

void check(const Distribution& distribution, std::vector<double> values) {
  std::sort(values.begin(), values.end());
  REQUIRE(distribution.count() == values.size());
  for (const double q : {0.5, 0.9, 0.99, 0.999}) {
    CAPTURE(q);
    // The smallest value that is not exceeded by a share q of all.
    const double exact = values[static_cast<std::size_t>(std::ceil(q * static_cast<double>(values.size()))) - 1];
    CAPTURE(exact);
    CAPTURE(distribution.percentile(q));
    CHECK(std::abs(distribution.percentile(q) - exact) <= 0.01 * exact);
  }
  CHECK(distribution.max() == values.back());
}

TEST_CASE("percentiles are within 1 % of the exact ones, on uniform, exponential and Pareto delays") {
  for (const char* delay : {"10ms,90ms", "exp:50ms", "pareto:1.2,5ms", "pareto:2.5,30ms", "lognormal:-3,1"})
    for (const char* maxsize : {"0", "3"}) {
      CAPTURE(delay);
      CAPTURE(maxsize);
      const Scenario scenario = scenario_of({{"items", "50000"}, {"produce-delay", delay}, {"consume-delay", delay}, {"maxsize", maxsize}, {"seed", "7"}});
      const ScratchFile file(".csv");
      Output output(file.path(), Output::Way::in_place);
      EventExport events(EventFormat::csv, output);
      Statistics statistics(scenario);
      const Outcome outcome = simulate(scenario, {&events, &statistics});
      events.end(&outcome);
      statistics.end(outcome.at);
      const Durations durations = read_durations(file.read());
      check(statistics.wait(), durations.wait);
      check(statistics.service(), durations.service);
      check(statistics.latency(), durations.latency);
      check(statistics.blocked(), durations.blocked);
      CHECK(durations.wait.size() == 50000);
    }
}

}  // namespace
}  // namespace pcsim
