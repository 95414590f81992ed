#include "simulation.hpp"

#include <pcsim/observe/event_export.hpp>
#include <pcsim/observe/event_import.hpp>
#include <pcsim/observe/measures.hpp>
#include <pcsim/observe/trace_format.hpp>
#include <support/count.hpp>
#include <support/random_scenario.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace pcsim {
namespace {

// Keeps all that it is told, in one order.
struct Recording final : Observer {
  std::vector<std::variant<Happening, Draw, Pause, Exit>> all;

  void on(const Happening& happening) override { all.emplace_back(happening); }
  void on_draw(const Draw& draw) override { all.emplace_back(draw); }
  void on_pause(const Pause& pause) override { all.emplace_back(pause); }
  void on_exit(const Exit& exit) override { all.emplace_back(exit); }

  std::vector<Happening> happenings() const {
    std::vector<Happening> found;
    for (const auto& one : all)
      if (const auto* happening = std::get_if<Happening>(&one)) found.push_back(*happening);
    return found;
  }
};

bool same(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

bool same(const Happening& a, const Happening& b) {
  return same(a.at, b.at) && a.kind == b.kind && a.who == b.who && a.item == b.item;
}

bool same(const Draw& a, const Draw& b) {
  return same(a.at, b.at) && a.purpose == b.purpose && a.who == b.who && a.item == b.item && same(a.seconds, b.seconds);
}

bool same(const Pause& a, const Pause& b) { return same(a.at, b.at) && a.who == b.who && same(a.seconds, b.seconds); }

bool same(const Exit& a, const Exit& b) { return same(a.at, b.at) && a.who == b.who; }

bool same(const Recording& a, const Recording& b) {
  return std::equal(a.all.begin(), a.all.end(), b.all.begin(), b.all.end(), [](const auto& one, const auto& other) {
    if (one.index() != other.index()) return false;
    return std::visit([&](const auto& it) { return same(it, std::get<std::decay_t<decltype(it)>>(other)); }, one);
  });
}

// Runs a scenario into a file of events; the observers see the same run.
Outcome export_events(const Scenario& scenario, const ScratchFile& file, std::vector<Observer*> observers) {
  Output output(file.path(), Output::Way::in_place);
  EventExport events(*event_format(file.path()), output);
  observers.push_back(&events);
  const Outcome outcome = simulate(scenario, std::move(observers));
  events.end(&outcome);
  return outcome;
}

// All that Statistics tells, to the last bit.
std::vector<std::uint64_t> bits_of(const Statistics& statistics) {
  std::vector<std::uint64_t> bits;
  const auto add = [&](double value) { bits.push_back(std::bit_cast<std::uint64_t>(value)); };
  for (const Measure& measure : measures(statistics)) add(measure.value);
  for (const double value : {statistics.little(), statistics.delays().total(), statistics.delays().work(), statistics.delays().lock()})
    add(value);
  for (const double value : statistics.delays().produce()) add(value);
  for (const Statistics::Producer& producer : statistics.producers()) {
    bits.push_back(producer.items);
    for (const double value : {producer.busy, producer.blocked}) add(value);
  }
  for (const Statistics::Consumer& consumer : statistics.consumers()) {
    bits.push_back(consumer.items);
    for (const double value : {consumer.busy, consumer.waiting}) add(value);
  }
  return bits;
}

std::string full_trace(const std::vector<Happening>& happenings, Scenario scenario) {
  scenario.trace = Scenario::Trace::full;
  const TraceFormat format(scenario);
  fmt::memory_buffer text;
  for (const Happening& happening : happenings) format.append(text, happening);
  return fmt::to_string(text);
}

TEST_CASE("what is read back is what the run told, and so are the statistics: both to the last bit, in either format") {
  std::mt19937_64 rng(test_seed());
  int told = 0;
  for (int i = 0; i < test_count(300); ++i) {
    const Scenario scenario = random_scenario(rng);
    const std::uint64_t warmup = rng() % 5;
    for (const char* ending : {".jsonl", ".csv"}) {
      CAPTURE(i);
      CAPTURE(ending);
      const ScratchFile file(ending);
      Recording run;
      Statistics statistics(scenario, warmup);
      const Outcome outcome = export_events(scenario, file, {&run, &statistics});
      statistics.end(outcome.at);

      Recording read;
      const auto end = import_events(file.path(), scenario, read);
      REQUIRE(end);
      CHECK(same(*end, outcome.at));
      CHECK(same(read, run));
      CHECK(full_trace(read.happenings(), scenario) == full_trace(run.happenings(), scenario));

      Statistics again(scenario, warmup);
      again.end(*import_events(file.path(), scenario, again));
      CHECK(bits_of(again) == bits_of(statistics));
      told += static_cast<int>(run.all.size());
    }
  }
  CHECK(told > test_count(10'000));
}

TEST_CASE("JSON Lines has an object a line, and CSV the same in columns") {
  const Scenario scenario = scenario_of({{"maxsize", "1"}, {"lock-delay", "10ms"}, {"fail-at", "3"}, {"ready-after", "0.1"}});
  const ScratchFile jsonl(".jsonl");
  const ScratchFile csv(".csv");
  export_events(scenario, jsonl, {});
  export_events(scenario, csv, {});
  std::istringstream lines(jsonl.read());
  std::string rows = std::string(event_columns) + "\n";
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line); ++number) {
    CAPTURE(line);
    const boost::json::object event = boost::json::parse(line).as_object();
    for (const char* name : {"at", "event", "actor", "item", "seconds"}) {
      if (const auto* const value = event.if_contains(name)) {
        const std::size_t begin = line.find(fmt::format("\"{}\":", name)) + std::string_view(name).size() + 3;
        const std::string text = line.substr(begin, line.find_first_of(",}", begin) - begin);
        rows += value->is_string() ? text.substr(1, text.size() - 2) : text;
      }
      rows += std::string_view(name) == "seconds" ? '\n' : ',';
    }
  }
  CHECK(rows == csv.read());
  CHECK(number > 12);
}

TEST_CASE("the last line says when the run was over, and only a run that was broken off has none") {
  const Scenario scenario = scenario_of({{"sentinels", "1"}});
  const ScratchFile file(".csv");
  Recording run;
  const Outcome outcome = export_events(scenario, file, {&run});
  CHECK(outcome.deadlock);
  CHECK(file.read().ends_with(fmt::format("\n{},end,,,\n", outcome.at)));

  const ScratchFile broken(".csv");
  Output output(broken.path(), Output::Way::in_place);
  EventExport events(EventFormat::csv, output);
  for (const Happening& happening : run.happenings()) events.on(happening);
  events.end(nullptr);
  Recording read;
  CHECK(import_events(broken.path(), scenario, read) == std::nullopt);
  CHECK(read.all.size() == run.happenings().size());
}

TEST_CASE("the format goes by the ending of the name") {
  CHECK(event_format("a.jsonl") == EventFormat::jsonl);
  CHECK(event_format("-") == EventFormat::jsonl);
  CHECK(event_format("a.jsonl.csv") == EventFormat::csv);
  for (const char* path : {"a.json", "a", "jsonl", "a.CSV", "a.csv/b", ""}) CHECK(event_format(path) == std::nullopt);
}

TEST_CASE("a file that no run can have written is refused, by its name and line") {
  struct Case {
    std::string_view ending;
    std::string_view text;
    int line;
    std::string_view message;
  };
  const std::vector<Case> cases{
      {".csv", "", 1, "empty"},
      {".csv", "at,event,actor,item\n", 1, "at,event,actor,item,seconds"},
      {".csv", "at,event,actor,item,seconds\n0,put,P1,1\n", 2, "5 columns"},
      {".csv", "at,event,actor,item,seconds\n0,put,P1,1,,\n", 2, "5 columns"},
      {".csv", "at,event,actor,item,seconds\n0,put,P1,1,", 2, "cut short"},
      {".csv", "at,event,actor,item,seconds\n0,put,P1,1,\r\n", 2, "has no 'seconds'"},
      {".csv", "at,event,actor,item,seconds\n,put,P1,1,\n", 2, "'at' is missing"},
      {".csv", "at,event,actor,item,seconds\n0,,P1,1,\n", 2, "'event' is missing"},
      {".csv", "at,event,actor,item,seconds\nnan,put,P1,1,\n", 2, "'nan' is not a number of seconds"},
      {".csv", "at,event,actor,item,seconds\n-1,put,P1,1,\n", 2, "'-1' is not a number of seconds"},
      {".csv", "at,event,actor,item,seconds\n1e999,put,P1,1,\n", 2, "'1e999'"},
      {".csv", "at,event,actor,item,seconds\n1,put,P1,1,\n0.5,put,P1,2,\n", 3, "before the event above"},
      {".csv", "at,event,actor,item,seconds\n0,puts,P1,1,\n", 2, "'puts' is no event"},
      {".csv", "at,event,actor,item,seconds\n0,put,1,1,\n", 2, "'1' is no actor"},
      {".csv", "at,event,actor,item,seconds\n0,put,P2,1,\n", 2, "from 1 to 1"},
      {".csv", "at,event,actor,item,seconds\n0,put,P1,13,\n", 2, "from 1 to 12"},
      {".csv", "at,event,actor,item,seconds\n0,put,P1,0,\n", 2, "from 1 to 12"},
      {".csv", "at,event,actor,item,seconds\n0,put,P1,,\n", 2, "'put' needs 'item'"},
      {".csv", "at,event,actor,item,seconds\n0,put,,1,\n", 2, "'put' needs 'actor'"},
      {".csv", "at,event,actor,item,seconds\n0,put,C1,1,\n", 2, "'put' is not for 'C1'"},
      {".csv", "at,event,actor,item,seconds\n0,done,P1,,\n", 2, "'done' has no 'actor'"},
      {".csv", "at,event,actor,item,seconds\n0,stopped,C1,1,\n", 2, "'stopped' has no 'item'"},
      {".csv", "at,event,actor,item,seconds\n0,produce,P1,,\n", 2, "'produce' needs 'seconds'"},
      {".csv", "at,event,actor,item,seconds\n0,produce,C1,,1\n", 2, "'produce' is not for 'C1'"},
      {".csv", "at,event,actor,item,seconds\n0,work,C1,,1\n", 2, "'work' needs 'item'"},
      {".csv", "at,event,actor,item,seconds\n0,put,P1,1,1\n", 2, "'put' has no 'seconds'"},
      {".csv", "at,event,actor,item,seconds\n0,got,C1,1,\n", 2, "the queue, which is empty"},
      {".csv", "at,event,actor,item,seconds\n0,put,P1,1,\n0,put,P1,2,\n0,got,C1,2,\n", 4, "before item 1"},
      {".csv", "at,event,actor,item,seconds\n0,put,P1,1,\n0,put,P1,2,\n0,got,C1,1,\n0,got,C1,2,\n", 5, "C1 has item 1 in hand"},
      {".csv", "at,event,actor,item,seconds\n0,consumed,C1,1,\n", 2, "C1 has no item in hand"},
      {".csv", "at,event,actor,item,seconds\n0,put,P1,1,\n0,got,C1,1,\n0,stopped,C1,,\n", 4, "C1 has item 1 in hand"},
      {".csv", "at,event,actor,item,seconds\n0,end,,,\n0,done,,,\n", 3, "no event after 'end'"},
      {".jsonl", "", 1, "empty"},
      {".jsonl", "\n", 1, "not JSON"},
      {".jsonl", "[]\n", 1, "not an object"},
      {".jsonl", "7\n", 1, "not an object"},
      {".jsonl", "{\"at\":0,\"event\":\"done\"}\n{\"at\":0\n", 2, "not JSON"},
      {".jsonl", "{\"at\":0,\"event\":\"done\"} {}\n", 1, "more than one value"},
      {".jsonl", "{\"at\":0,\"event\":\"done\",\"who\":1}\n", 1, "unknown key 'who'"},
      {".jsonl", "{\"at\":0,\"at\":0,\"event\":\"done\"}\n", 1, "'at' is there twice"},
      {".jsonl", "{\"at\":\"0\",\"event\":\"done\"}\n", 1, "'at' has a value that it cannot have"},
      {".jsonl", "{\"at\":0,\"event\":1}\n", 1, "'event' has a value that it cannot have"},
      {".jsonl", "{\"at\":0,\"event\":{}}\n", 1, "'event' has a value that it cannot have"},
      {".jsonl", "{\"at\":0,\"event\":\"done\",\"item\":null}\n", 1, "'item' has a value that it cannot have"},
      {".jsonl", "{\"at\":0,\"event\":\"put\",\"actor\":\"P1\",\"item\":1.5}\n", 1, "'1.5' is not a whole number"},
      {".jsonl", "{\"at\":0,\"event\":\"\"}\n", 1, "'event' has a value that it cannot have"},
      {".jsonl", "{}\n", 1, "'at' is missing"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.text);
    const ScratchFile file(one.ending);
    file.write(one.text);
    Recording read;
    try {
      import_events(file.path(), scenario_of({}), read);
      FAIL_CHECK("it was taken");
    } catch (const BadEvents& error) {
      const std::string_view message = error.what();
      CAPTURE(message);
      CHECK(message.starts_with(fmt::format("{}:{}: ", file.path(), one.line)));
      CHECK(message.find(one.message) != std::string_view::npos);
      CHECK(message.find('\n') == std::string_view::npos);
    }
  }
}

TEST_CASE("JSON Lines that another program has written anew is read as well") {
  const ScratchFile file(".jsonl");
  file.write(" { \"event\" : \"pr\\u006fduce\", \"seconds\": 2.50e-1, \"actor\": \"P1\", \"at\": 0.0 } \n{\"event\": \"end\", \"at\": 1}\n");
  Recording read;
  CHECK(import_events(file.path(), scenario_of({}), read) == 1.0);
  REQUIRE(read.all.size() == 1);
  CHECK(std::get<Draw>(read.all.front()).seconds == 0.25);
}

TEST_CASE("a file that is not there, and a folder, are named") {
  Recording read;
  CHECK_THROWS_WITH_AS(import_events("/nowhere/a.csv", scenario_of({}), read), "/nowhere/a.csv: No such file or directory",
                       std::system_error);
  CHECK_THROWS_AS(import_events("a.txt", scenario_of({}), read), BadEvents);
}

}  // namespace
}  // namespace pcsim
