#include "simulation.hpp"

#include <pcsim/observe/perfetto_export.hpp>
#include <pcsim/observe/statistics.hpp>
#include <support/count.hpp>
#include <support/random_scenario.hpp>
#include <support/recorded_run.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace pcsim {
namespace {

namespace json = boost::json;
using Kind = Happening::Kind;
using Time = std::int64_t;  // nanoseconds

Time nanoseconds(const json::value& microseconds) { return std::llround(microseconds.to_number<double>() * 1000); }
Time nanoseconds(double seconds) { return std::llround(seconds * 1e9); }

std::string name_of(Actor who) { return fmt::format("{}{}", who.role == Actor::Role::producer ? 'P' : 'C', who.number); }

// A slice on the track of an actor, by the actor's name.
struct Drawn {
  Time from;
  Time to;
  std::string category;
  std::string name;
  std::uint64_t item;  // 0: none
};

struct FlowPoint {
  std::string track;
  Time at;
};

// A trace as a viewer sees it.
struct Trace {
  std::map<std::string, std::vector<Drawn>> tracks;
  std::map<std::uint64_t, std::vector<FlowPoint>> starts;
  std::map<std::uint64_t, std::vector<FlowPoint>> finishes;
  std::vector<std::pair<Time, std::uint64_t>> depths;
  std::vector<std::pair<Time, std::string>> instants;
};

// Reads it, and checks each event against the format: the fields that its phase must have, and numbers where they must be.
Trace read_trace(const std::string& text) {
  Trace trace;
  const json::object root = json::parse(text).as_object();
  CHECK((root.at("displayTimeUnit") == "ms" || root.at("displayTimeUnit") == "ns"));
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::string> threads;
  std::map<std::uint64_t, std::string> processes;
  std::set<std::pair<std::uint64_t, std::uint64_t>> sorted;
  for (const json::value& one : root.at("traceEvents").as_array()) {
    const json::object& event = one.as_object();
    CAPTURE(json::serialize(event));
    const std::string phase(event.at("ph").as_string());
    const auto process = event.at("pid").to_number<std::uint64_t>();
    const auto thread = event.at("tid").to_number<std::uint64_t>();
    const std::string name(event.at("name").as_string());
    CHECK(!name.empty());
    if (phase == "M") {
      const json::object& arguments = event.at("args").as_object();
      if (name == "process_name") CHECK(processes.try_emplace(process, arguments.at("name").as_string()).second);
      if (name == "thread_name") CHECK(threads.try_emplace({process, thread}, arguments.at("name").as_string()).second);
      if (name == "thread_sort_index") CHECK(sorted.insert({process, arguments.at("sort_index").to_number<std::uint64_t>()}).second);
      continue;
    }
    const Time at = nanoseconds(event.at("ts"));
    CHECK(at >= 0);
    CHECK(processes.contains(process));
    if (phase == "C") {
      const json::object& series = event.at("args").as_object();
      CHECK(series.size() == 1);
      trace.depths.emplace_back(at, series.at("items").to_number<std::uint64_t>());
    } else if (phase == "i") {
      CHECK(event.at("s") == "g");
      trace.instants.emplace_back(at, name);
    } else {
      REQUIRE(threads.contains({process, thread}));
      const std::string& track = threads.at({process, thread});
      const std::string category(event.at("cat").as_string());
      if (phase == "X") {
        const auto* const arguments = event.if_contains("args");
        const Time length = nanoseconds(event.at("dur"));
        CHECK(length >= 0);
        trace.tracks[track].push_back(
            {at, at + length, category, name, arguments != nullptr ? arguments->at("item").to_number<std::uint64_t>() : 0});
      } else {
        const auto id = event.at("id").to_number<std::uint64_t>();
        CHECK((phase == "s" || phase == "f"));
        if (phase == "f") CHECK(event.at("bp") == "e");
        (phase == "s" ? trace.starts : trace.finishes)[id].push_back({track, at});
      }
    }
  }
  CHECK(sorted.size() == threads.size());
  return trace;
}

std::string export_trace(const Scenario& scenario, RecordedRun& run, Statistics& statistics) {
  const ScratchFile file(".json");
  Output output(file.path(), Output::Way::in_place);
  PerfettoExport exporter(scenario, output);
  run = run_recorded(scenario, {&exporter, &statistics});
  exporter.end(&run.outcome);
  statistics.end(run.outcome.at);
  return file.read();
}

// The longer ones first, where they begin together: what is inside comes after what is around it.
void sort(std::vector<Drawn>& slices) {
  std::stable_sort(slices.begin(), slices.end(),
                   [](const Drawn& a, const Drawn& b) { return a.from != b.from ? a.from < b.from : a.to > b.to; });
}

// Each lies within another or apart from it.
bool nest(std::vector<Drawn> slices) {
  sort(slices);
  std::vector<Time> open;
  for (const Drawn& slice : slices) {
    while (!open.empty() && open.back() <= slice.from) open.pop_back();
    if (!open.empty() && slice.to > open.back()) return false;
    open.push_back(slice.to);
  }
  return true;
}

// The slice of this item that a point of a flow lies in.
const Drawn* slice_at(const std::vector<Drawn>& slices, const FlowPoint& point, std::uint64_t item) {
  const auto found = std::find_if(slices.begin(), slices.end(), [&](const Drawn& slice) {
    return slice.item == item && slice.from <= point.at && point.at <= slice.to;
  });
  return found == slices.end() ? nullptr : &*found;
}

void check(const Scenario& scenario) {
  CAPTURE(text_of(scenario));
  RecordedRun run;
  Statistics statistics(scenario);
  const Trace trace = read_trace(export_trace(scenario, run, statistics));

  for (const auto& [track, slices] : trace.tracks) {
    CAPTURE(track);
    CHECK(nest(slices));
  }

  // What the run told: all who did something, when.
  std::map<std::uint64_t, Happening> puts;
  std::map<std::uint64_t, Happening> gets;
  std::map<std::uint64_t, Time> ends;
  std::vector<std::pair<Time, std::uint64_t>> depths{{0, 0}};
  std::vector<std::pair<Time, std::string>> instants;
  const auto depth_is = [&](Time at) { depths.emplace_back(at, puts.size() - gets.size()); };
  std::map<std::uint32_t, bool> has_failed;
  for (const Happening& happening : run.recorder.happenings) {
    const Time at = nanoseconds(happening.at);
    switch (happening.kind) {
      case Kind::put:
        puts.emplace(happening.item, happening);
        depth_is(at);
        break;
      case Kind::got:
        gets.emplace(happening.item, happening);
        depth_is(at);
        break;
      case Kind::failed: has_failed[happening.who.number] = true; [[fallthrough]];
      case Kind::consumed:
      case Kind::timed_out:
      case Kind::cancelled:
        if (happening.item != 0) ends.emplace(happening.item, at);
        break;
      case Kind::ready: instants.emplace_back(at, "ready"); break;
      case Kind::stopping: instants.emplace_back(at, "stopping"); break;
      case Kind::done: instants.emplace_back(at, "done"); break;
      default: break;
    }
  }
  CHECK(trace.depths == depths);
  CHECK(trace.instants == instants);

  // Every item that was got has one arrow, from its producer's slice for it to its consumer's.
  CHECK(trace.starts.size() == gets.size());
  CHECK(trace.finishes.size() == gets.size());
  for (const auto& [item, got] : gets) {
    CAPTURE(item);
    REQUIRE(trace.starts.contains(item));
    REQUIRE(trace.finishes.contains(item));
    REQUIRE(trace.starts.at(item).size() == 1);
    REQUIRE(trace.finishes.at(item).size() == 1);
    const FlowPoint start = trace.starts.at(item).front();
    const FlowPoint finish = trace.finishes.at(item).front();
    CHECK(start.at <= finish.at);
    CHECK(start.track == name_of(puts.at(item).who));
    CHECK(finish.track == name_of(got.who));
    const Drawn* const from = slice_at(trace.tracks.at(start.track), start, item);
    REQUIRE(from != nullptr);
    CHECK(std::abs(from->to - nanoseconds(puts.at(item).at)) <= 1);
    const Drawn* const to = slice_at(trace.tracks.at(finish.track), finish, item);
    REQUIRE(to != nullptr);
    CHECK(to->from == nanoseconds(got.at));
    CHECK(to->category == "working");
    CHECK(to->to == (ends.contains(item) ? ends.at(item) : nanoseconds(run.outcome.at)));
    CHECK(std::count_if(trace.tracks.at(finish.track).begin(), trace.tracks.at(finish.track).end(), [item = item](const Drawn& slice) {
            return slice.item == item && slice.category == "working";
          }) == 1);
  }
  for (const auto& [item, put] : puts) {
    CAPTURE(item);
    const auto track = trace.tracks.find(name_of(put.who));
    REQUIRE(track != trace.tracks.end());
    CHECK(std::any_of(track->second.begin(), track->second.end(), [item = item](const Drawn& slice) { return slice.item == item; }));
  }

  // The slices add up to what the statistics say; each end may be rounded by half a nanosecond.
  const auto sum = [&](const std::string& track, std::string_view category) {
    Time total = 0;
    if (trace.tracks.contains(track))
      for (const Drawn& slice : trace.tracks.at(track))
        if (slice.category == category) total += slice.to - slice.from;
    return static_cast<double>(total) / 1e9;
  };
  const double margin = 1e-9 * (static_cast<double>(scenario.items) + 2);
  for (std::uint32_t i = 1; i <= scenario.producers; ++i) {
    const Statistics::Producer& producer = statistics.producers()[i - 1];
    CHECK(std::abs(sum(name_of({Actor::Role::producer, i}), "producing") - producer.busy) <= margin);
    CHECK(std::abs(sum(name_of({Actor::Role::producer, i}), "blocked") - producer.blocked) <= margin);
  }
  for (std::uint32_t i = 1; i <= scenario.consumers; ++i) {
    const Statistics::Consumer& consumer = statistics.consumers()[i - 1];
    CHECK(std::abs(sum(name_of({Actor::Role::consumer, i}), "working") - consumer.busy) <= margin);
    // One that its failure has ended is gone, though it has told no end.
    if (!has_failed[i] || scenario.on_failure == Scenario::OnFailure::carry_on)
      CHECK(std::abs(sum(name_of({Actor::Role::consumer, i}), "waiting") - consumer.waiting) <= margin);
  }
}

TEST_CASE("a trace shows every item and all that actors do, in slices that nest, with an arrow for each item that was got") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(300); ++i) {
    CAPTURE(i);
    check(random_scenario(rng));
  }
}

TEST_CASE("the same for the lesson, for backpressure, a deadlock, a lock, and a run that is stopped") {
  check(scenario_of({}));
  check(scenario_of({{"maxsize", "1"}, {"consume-delay", "0.2"}, {"producers", "3"}}));
  check(scenario_of({{"sentinels", "1"}}));
  check(scenario_of({{"lock-delay", "0.1"}, {"limit", "2"}, {"consumers", "4"}}));
  check(scenario_of({{"stop-after", "0.2"}}));
  check(scenario_of({{"produce-first", "true"}}));
  check(scenario_of({{"items", "0"}}));
}

// As Perfetto does it: events in the order of their times, at the same time slices first, the longer ones before; then as they are
// in the file. A point of a flow belongs to the slice that was begun last on its track and was not yet over then.
TEST_CASE("Perfetto ties an arrow to the slices of its item, and nothing else") {
  for (const Scenario& scenario : {scenario_of({}), scenario_of({{"maxsize", "1"}, {"consume-delay", "0.2"}}),
                                   scenario_of({{"produce-delay", "0.25"}, {"consume-delay", "0.5"}, {"consumers", "2"}})}) {
    CAPTURE(text_of(scenario));
    RecordedRun run;
    Statistics statistics(scenario);
    const json::value root = json::parse(export_trace(scenario, run, statistics));
    std::vector<json::object> events;
    for (const json::value& event : root.at("traceEvents").as_array())
      if (const auto& phase = event.at("ph"); phase == "X" || phase == "s" || phase == "f") events.push_back(event.as_object());
    const auto key = [](const json::object& event) {
      const auto* const length = event.if_contains("dur");
      return std::pair(nanoseconds(event.at("ts")), length != nullptr ? -1 - nanoseconds(*length) : 0);
    };
    std::stable_sort(events.begin(), events.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
    std::map<std::int64_t, json::object> last;
    std::size_t arrows = 0;
    for (const json::object& event : events) {
      CAPTURE(json::serialize(event));
      const std::int64_t thread = event.at("tid").as_int64();
      if (event.at("ph") == "X") {
        last[thread] = event;
      } else {
        ++arrows;
        REQUIRE(last.contains(thread));
        CAPTURE(json::serialize(last.at(thread)));
        REQUIRE(last.at(thread).contains("args"));
        CHECK(last.at(thread).at("args").at("item") == event.at("id"));
      }
    }
    CHECK(arrows == 2 * scenario.items);
  }
}

TEST_CASE("a run that was broken off is a whole trace, up to the last that was seen of it") {
  const Scenario scenario = scenario_of({{"maxsize", "2"}, {"produce-delay", "0.01"}, {"consume-delay", "0.5"}});
  const RecordedRun run = run_recorded(scenario);
  for (std::size_t told = 0; told <= run.recorder.happenings.size(); ++told) {
    CAPTURE(told);
    const ScratchFile file(".json");
    Output output(file.path(), Output::Way::in_place);
    PerfettoExport exporter(scenario, output);
    double last = 0;
    for (std::size_t i = 0; i < told; ++i) {
      exporter.on(run.recorder.happenings[i]);
      last = run.recorder.happenings[i].at;
    }
    exporter.end(nullptr);
    const Trace trace = read_trace(file.read());
    for (const auto& [track, slices] : trace.tracks) {
      CHECK(nest(slices));
      for (const Drawn& slice : slices) CHECK(slice.to <= nanoseconds(last));
    }
    CHECK(trace.starts.size() == trace.finishes.size());
  }
}

TEST_CASE("a run may last longer than viewers can tell") {
  const Scenario scenario = scenario_of({{"produce-delay", "1e9"}, {"consume-delay", "1e9"}, {"items", "20"}});
  RecordedRun run;
  Statistics statistics(scenario);
  const Trace trace = read_trace(export_trace(scenario, run, statistics));
  for (const auto& [track, slices] : trace.tracks) CHECK(nest(slices));
  CHECK(trace.starts.size() == 20);
}

}  // namespace
}  // namespace pcsim
