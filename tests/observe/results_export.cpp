#include "simulation.hpp"

#include <pcsim/model/setting.hpp>
#include <pcsim/observe/measures.hpp>
#include <pcsim/observe/results_export.hpp>
#include <support/count.hpp>
#include <support/random_scenario.hpp>
#include <support/recorded_run.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace pcsim {
namespace {

namespace json = boost::json;

struct Exported {
  std::string text;
  json::object results;
  Outcome outcome;
};

Exported export_results(const Scenario& scenario, Statistics& statistics, std::uint64_t warmup = 0) {
  const ScratchFile file(".json");
  Output output(file.path(), Output::Way::in_place);
  ResultsExport exporter(scenario, statistics, warmup, "1.2.3", output);
  Exported exported;
  exported.outcome = simulate(scenario, {&statistics, &exporter});
  statistics.end(exported.outcome.at);
  exporter.end(&exported.outcome);
  exported.text = file.read();
  exported.results = json::parse(exported.text).as_object();
  return exported;
}

Exported export_results(const Scenario& scenario) {
  Statistics statistics(scenario);
  return export_results(scenario, statistics);
}

// Boost.JSON reads some numbers with their last bit wrong.
bool same_number(const json::value& value, double expected) {
  return std::abs(value.to_number<double>() - expected) <= 4e-16 * std::abs(expected);
}

// A value of the scenario object as the text that its flag takes.
std::string text_of(const json::value& value) {
  if (const auto* text = value.if_string()) return std::string(*text);
  if (const auto* list = value.if_array()) {
    std::string joined;
    for (const json::value& one : *list) {
      if (!joined.empty()) joined += ',';
      joined += json::serialize(one);
    }
    return joined;
  }
  return json::serialize(value);
}

// A number as it stands in the file, where reading it might cost the last bit.
std::string written(const std::string& text, std::string_view name) {
  const auto begin = text.find(fmt::format("\"{}\":", name)) + name.size() + 3;
  return text.substr(begin, text.find_first_of(",}", begin) - begin);
}

TEST_CASE("every measure is there under its dotted name, nested, and whole numbers are integers") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(200); ++i) {
    const Scenario scenario = random_scenario(rng);
    CAPTURE(pcsim::text_of(scenario));
    const std::uint64_t warmup = rng() % 5;
    Statistics statistics(scenario, warmup);
    const Exported exported = export_results(scenario, statistics, warmup);
    std::set<std::string> names{"schema", "version", "scenario", "clock", "warmup", "outcome", "producers", "consumers"};
    if (exported.outcome.deadlock) names.insert("stuck");
    for (const Measure& measure : measures(statistics)) {
      CAPTURE(measure.name);
      const json::value* value = nullptr;
      const json::object* inner = &exported.results;
      std::string rest = measure.name;
      names.insert(rest.substr(0, rest.find('.')));
      for (;;) {
        const auto dot = rest.find('.');
        value = inner->if_contains(rest.substr(0, dot));
        REQUIRE(value != nullptr);
        if (dot == std::string::npos) break;
        inner = &value->as_object();
        rest.erase(0, dot + 1);
      }
      CHECK(same_number(*value, measure.value));
      CHECK((value->is_int64() || value->is_uint64()) == measure.whole);
    }
    std::set<std::string> there;
    for (const auto& [name, value] : exported.results) there.emplace(name);
    CHECK(there == names);
    CHECK(exported.results.at("schema") == 1);
    CHECK(exported.results.at("version") == "1.2.3");
    CHECK(exported.results.at("clock") == "virtual");
    CHECK(exported.results.at("warmup") == warmup);
    CHECK(exported.text.find('\n') == exported.text.size() - 1);

    const json::array& producers = exported.results.at("producers").as_array();
    REQUIRE(producers.size() == scenario.producers);
    for (std::size_t p = 0; p < producers.size(); ++p) {
      const Statistics::Producer& producer = statistics.producers()[p];
      CHECK(producers[p].at("items") == producer.items);
      CHECK(same_number(producers[p].at("busy"), producer.busy));
      CHECK(same_number(producers[p].at("blocked"), producer.blocked));
      CHECK(std::abs(producers[p].at("utilization").as_double() * statistics.makespan() - producer.busy) <= 1e-9 + 1e-12 * producer.busy);
    }
    const json::array& consumers = exported.results.at("consumers").as_array();
    REQUIRE(consumers.size() == scenario.consumers);
    double utilization = 0;
    for (std::size_t c = 0; c < consumers.size(); ++c) {
      const Statistics::Consumer& consumer = statistics.consumers()[c];
      CHECK(consumers[c].at("items") == consumer.items);
      CHECK(same_number(consumers[c].at("busy"), consumer.busy));
      CHECK(same_number(consumers[c].at("waiting"), consumer.waiting));
      utilization += consumers[c].at("utilization").as_double() / static_cast<double>(consumers.size());
    }
    CHECK(std::abs(utilization - statistics.utilization()) <= 1e-12);
  }
}

TEST_CASE("the scenario is one to be run again: every value is one that its flag takes, of the type that it is") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(200); ++i) {
    const Scenario scenario = random_scenario(rng);
    CAPTURE(pcsim::text_of(scenario));
    const Exported exported = export_results(scenario);
    Scenario again;
    for (const auto& [name, value] : exported.results.at("scenario").as_object()) {
      CAPTURE(name);
      const auto all = settings();
      const auto setting = std::find_if(all.begin(), all.end(), [name = name](const Setting& s) { return s.name == std::string_view(name); });
      REQUIRE(setting != all.end());
      setting->set(again, value.is_double() ? written(exported.text, name) : text_of(value));
      switch (setting->kind) {
        case Setting::Kind::flag: CHECK(value.is_bool()); break;
        case Setting::Kind::whole: CHECK((value.is_int64() || value.is_uint64())); break;
        case Setting::Kind::decimal:
        case Setting::Kind::duration: CHECK(value.is_number()); break;
        case Setting::Kind::list: CHECK(value.is_array()); break;
        default: CHECK(value.is_string()); break;
      }
    }
    CHECK(pcsim::text_of(again) == pcsim::text_of(scenario));
  }
}

TEST_CASE("the outcome says how the run ended, and a deadlock who waits") {
  CHECK(export_results(scenario_of({})).results.at("outcome") == "done");
  CHECK(export_results(scenario_of({{"fail-at", "3"}})).results.at("outcome") == "failed");
  CHECK(export_results(scenario_of({{"fail-at", "3"}, {"on-failure", "continue"}})).results.at("outcome") == "done");
  CHECK(export_results(scenario_of({{"stop-after", "0.2"}})).results.at("outcome") == "stopped");
  CHECK(export_results(scenario_of({{"stop-after", "2"}})).results.at("outcome") == "done");

  const Exported deadlock = export_results(scenario_of({{"sentinels", "0"}, {"consumers", "2"}}));
  CHECK(deadlock.results.at("outcome") == "deadlock");
  const json::array& stuck = deadlock.results.at("stuck").as_array();
  REQUIRE(stuck.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(stuck[i].at("who") == (i == 0 ? "C1" : "C2"));
    CHECK(stuck[i].at("in") == "get");
    CHECK(same_number(stuck[i].at("since"), deadlock.outcome.stuck[i].since));
  }
}

TEST_CASE("a run that was broken off has figures up to there") {
  const Scenario scenario = scenario_of({});
  const RecordedRun run = run_recorded(scenario);
  const ScratchFile file(".json");
  Statistics statistics(scenario);
  Output output(file.path(), Output::Way::in_place);
  ResultsExport exporter(scenario, statistics, 0, "1.2.3", output);
  for (std::size_t i = 0; i < 10; ++i)
    for (Observer* observer : {static_cast<Observer*>(&statistics), static_cast<Observer*>(&exporter)})
      observer->on(run.recorder.happenings[i]);
  statistics.end(run.recorder.happenings[9].at);
  exporter.end(nullptr);
  const json::object results = json::parse(file.read()).as_object();
  CHECK(results.at("outcome") == "interrupted");
  CHECK(same_number(results.at("makespan"), run.recorder.happenings[9].at));
}

TEST_CASE("equal runs are equal to the byte") {
  for (const char* seed : {"1", "2"}) {
    const Scenario scenario = scenario_of({{"seed", seed}, {"maxsize", "2"}, {"producers", "3"}});
    CHECK(export_results(scenario).text == export_results(scenario).text);
  }
  CHECK(export_results(scenario_of({{"seed", "1"}})).text != export_results(scenario_of({{"seed", "2"}})).text);
}

}  // namespace
}  // namespace pcsim
