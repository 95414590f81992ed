#include <pcsim/observe/timeline.hpp>

#include <pcsim/observe/statistics.hpp>
#include <pcsim/observe/timeline_text.hpp>
#include <support/allocations.hpp>
#include <support/count.hpp>
#include <support/random_scenario.hpp>
#include <support/recorded_run.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>
#include <boost/regex.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace pcsim {
namespace {

using Kind = Happening::Kind;
using Role = Actor::Role;

constexpr Actor P1{Role::producer, 1};
constexpr Actor C1{Role::consumer, 1};

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::size_t width_of(std::string_view line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string without_colour(const std::string& text) { return boost::regex_replace(text, boost::regex("\x1b\\[\\d+m"), ""); }

Scenario actors(std::uint64_t producers, std::uint64_t consumers) {
  Scenario scenario;
  scenario.clock = Scenario::Clock::virtual_time;
  scenario.producers = producers;
  scenario.consumers = consumers;
  return scenario;
}

// What a timeline shows of a row in all, in seconds of its actors.
Timeline::Shares total(const Timeline& timeline, std::size_t row, std::size_t parts) {
  const Timeline::Row& actors = timeline.rows()[row];
  const double seconds = timeline.makespan() / static_cast<double>(parts) * (actors.last - actors.first + 1);
  Timeline::Shares all;
  for (const Timeline::Shares& shares : timeline.shares(row, parts)) {
    all.working += shares.working * seconds;
    all.blocked += shares.blocked * seconds;
    all.waiting += shares.waiting * seconds;
    all.gone += shares.gone * seconds;
  }
  return all;
}

TEST_CASE("what a timeline shows of an actor adds up to what the statistics say, whatever happens and in however many parts") {
  std::mt19937_64 rng(test_seed());
  int deadlocks = 0;
  int cancelled = 0;
  int timed_out = 0;
  for (int i = 0; i < test_count(2000); ++i) {
    const Scenario scenario = random_scenario(rng);
    CAPTURE(text_of(scenario));
    Statistics statistics(scenario);
    Timeline timeline(scenario);
    const RecordedRun run = run_recorded(scenario, {&statistics, &timeline});
    statistics.end(run.outcome.at);
    timeline.end(run.outcome.at);
    deadlocks += run.outcome.deadlock;
    for (const Happening& h : run.recorder.happenings) {
      cancelled += h.kind == Kind::cancelled;
      timed_out += h.kind == Kind::timed_out;
    }
    if (run.outcome.at == 0) continue;

    const auto same = [&](double a, double b) { return std::abs(a - b) <= 1e-9 * run.outcome.at; };
    const std::size_t parts = std::uniform_int_distribution<std::size_t>(1, 300)(rng);
    CAPTURE(parts);
    for (std::size_t p = 0; p < scenario.producers; ++p) {
      const Timeline::Shares all = total(timeline, p, parts);
      REQUIRE(same(all.working, statistics.producers()[p].busy));
      REQUIRE(same(all.blocked, statistics.producers()[p].blocked));
      REQUIRE(same(all.working + all.blocked + all.waiting + all.gone, run.outcome.at));
    }
    for (std::size_t c = 0; c < scenario.consumers; ++c) {
      const Timeline::Shares all = total(timeline, scenario.producers + c, parts);
      REQUIRE(same(all.working + all.blocked, statistics.consumers()[c].busy));
      REQUIRE(same(all.working + all.blocked + all.waiting + all.gone, run.outcome.at));
    }
    double depth = 0;
    for (const double mean : timeline.depths(parts)) depth += mean / static_cast<double>(parts);
    REQUIRE(std::abs(depth - statistics.mean_depth()) <= 1e-9 * (1 + depth));
  }
  CHECK(deadlocks > test_count(20));
  CHECK(cancelled > test_count(20));
  CHECK(timed_out > test_count(20));
}

TEST_CASE("a consumer waits for items as long as it lives, and no longer") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(500); ++i) {
    const Scenario scenario = random_scenario(rng);
    CAPTURE(text_of(scenario));
    Timeline timeline(scenario);
    const RecordedRun run = run_recorded(scenario, {&timeline});
    timeline.end(run.outcome.at);
    if (run.outcome.at == 0) continue;
    std::vector<double> gone_at(scenario.consumers, run.outcome.at);
    for (const Happening& h : run.recorder.happenings)
      if (h.who.role == Role::consumer && (h.kind == Kind::stopped || h.kind == Kind::cancelled ||
                                           (h.kind == Kind::failed && scenario.on_failure == Scenario::OnFailure::stop)))
        gone_at[h.who.number - 1] = h.at;
    for (std::size_t c = 0; c < scenario.consumers; ++c)
      REQUIRE(total(timeline, scenario.producers + c, 7).gone == doctest::Approx(run.outcome.at - gone_at[c]));
  }
}

TEST_CASE("rows hold neighbours, all actors once, in order, and there are no more than fit") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(300); ++i) {
    const auto count = [&] {
      return static_cast<std::uint64_t>(std::pow(10, std::uniform_real_distribution<double>(0, 5)(rng)));
    };
    const Scenario scenario = actors(count(), count());
    CAPTURE(scenario.producers);
    CAPTURE(scenario.consumers);
    const Timeline timeline(scenario);
    const auto& rows = timeline.rows();
    CHECK(rows.size() <= Timeline::most_rows);
    std::uint32_t next = 1;
    Role role = Role::producer;
    for (const Timeline::Row& row : rows) {
      if (row.role != role) {
        REQUIRE(next == scenario.producers + 1);
        role = row.role;
        next = 1;
      }
      REQUIRE(row.first == next);
      REQUIRE(row.last >= row.first);
      next = row.last + 1;
    }
    REQUIRE(role == Role::consumer);
    REQUIRE(next == scenario.consumers + 1);
    if (scenario.producers + scenario.consumers <= Timeline::most_rows)
      REQUIRE(rows.size() == scenario.producers + scenario.consumers);
  }
}

TEST_CASE("a million items take no more memory than a thousand") {
  Timeline timeline(actors(1, 1));
  const auto item = [&](std::uint64_t id) {
    const auto at = static_cast<double>(id);
    timeline.on_draw({at, Draw::Purpose::produce, P1, 0, 0.4});
    timeline.on({at + 0.4, Kind::put, P1, id});
    timeline.on({at + 0.4, Kind::got, C1, id});
    timeline.on({at + 0.9, Kind::consumed, C1, id});
  };
  for (std::uint64_t id = 1; id <= 1000; ++id) item(id);
  const std::uint64_t before = allocations();
  for (std::uint64_t id = 1001; id <= 1'000'000; ++id) item(id);
  CHECK(allocations() == before);
  timeline.end(1'000'001);
  CHECK(total(timeline, 0, 100).working == doctest::Approx(400'000));
  CHECK(total(timeline, 1, 100).working == doctest::Approx(500'000));
}

// Twenty seconds, with a column for each.
struct TwentySeconds {
  TwentySeconds()
      : timeline([] {
          Scenario scenario = actors(1, 1);
          scenario.maxsize = 1;
          return scenario;
        }()) {}
  void produce(double at, double seconds) { timeline.on_draw({at, Draw::Purpose::produce, P1, 0, seconds}); }
  void tell(double at, Kind kind, Actor who, std::uint64_t item = 0) { timeline.on({at, kind, who, item}); }
  std::vector<std::string> picture() {
    timeline.end(20);
    return lines_of(to_text(timeline, {6 + 1 + 20 + 1, false, false}));
  }
  Timeline timeline;
};

TEST_CASE("a picture shows who works, is blocked, waits and is gone, and the queue") {
  TwentySeconds run;
  run.produce(0, 4);
  run.tell(4, Kind::put, P1, 1);
  run.tell(4, Kind::got, C1, 1);
  run.produce(4, 2);
  run.tell(6, Kind::put, P1, 2);
  run.produce(6, 2);
  run.tell(8, Kind::blocked, P1, 3);
  run.tell(10, Kind::consumed, C1, 1);
  run.tell(10, Kind::got, C1, 2);
  run.tell(10, Kind::put, P1, 3);
  run.timeline.on_exit({10, P1});
  run.tell(13, Kind::consumed, C1, 2);
  run.tell(13, Kind::got, C1, 3);
  run.tell(15, Kind::timed_out, C1, 3);
  run.tell(18, Kind::stopped, C1);
  run.timeline.on_exit({18, C1});
  const auto lines = run.picture();
  REQUIRE(lines.size() >= 3);
  CHECK(lines[0] == "P1    |########xx          |");
  CHECK(lines[1] == "C1    |....###########...  |");
  CHECK(lines[2] == "queue |      @@@@@@@       |");
}

TEST_CASE("where items are long enough, one that follows another can be told from it") {
  TwentySeconds run;
  run.tell(0, Kind::put, P1, 1);
  run.tell(0, Kind::got, C1, 1);
  run.tell(5.5, Kind::put, P1, 2);
  run.tell(5.5, Kind::consumed, C1, 1);
  run.tell(5.5, Kind::got, C1, 2);
  run.tell(14, Kind::consumed, C1, 2);
  CHECK(run.picture()[1] == "C1    |#####|########......|");
}

TEST_CASE("work is shown by its share of the time where none of it would be seen alone") {
  TwentySeconds run;
  for (int second = 0; second < 20; ++second)
    for (int i = 0; i < 4; ++i) {
      const double at = second + i * 0.25;
      run.tell(at, Kind::put, P1, 1);
      run.tell(at, Kind::got, C1, 1);
      run.tell(at + 0.0125 * (second + 1), Kind::consumed, C1, 1);
    }
  CHECK(run.picture()[1] == "C1    |..-----+++++*****###|");
}

TEST_CASE("who stands in line for the lock is blocked, who has it works") {
  Scenario scenario = actors(1, 2);
  scenario.items = 2;
  scenario.produce_delay = Delay::constant(0);
  scenario.consume_delay = Delay::constant(0);
  scenario.lock_delay = Delay::constant(10);
  Timeline timeline(scenario);
  timeline.end(run_recorded(scenario, {&timeline}).outcome.at);
  const auto lines = lines_of(to_text(timeline, {28, false, false}));
  CHECK(lines[1] == "C1    |##########          |");
  CHECK(lines[2] == "C2    |xxxxxxxxxx##########|");
}

TEST_CASE(
    "whatever happens, all rows of a picture are equally wide, no line is wider than asked, and the colours are only added") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(500); ++i) {
    const Scenario scenario = random_scenario(rng);
    Timeline timeline(scenario);
    timeline.end(run_recorded(scenario, {&timeline}).outcome.at);
    const std::size_t width = std::uniform_int_distribution<std::size_t>(40, 200)(rng);
    CAPTURE(text_of(scenario));
    CAPTURE(width);
    for (const bool utf8 : {false, true}) {
      const std::string text = to_text(timeline, {width, utf8, false});
      CAPTURE(text);
      REQUIRE(without_colour(to_text(timeline, {width, utf8, true})) == text);
      REQUIRE((utf8 || std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); })));
      const auto lines = lines_of(text);
      if (timeline.makespan() == 0) {
        REQUIRE(lines.size() == 1);
        continue;
      }
      const std::size_t rows = timeline.rows().size() + 2;  // the queue, and the axis' line
      REQUIRE(lines.size() >= rows + 2);
      for (std::size_t line = 0; line < lines.size(); ++line) {
        if (line < rows) REQUIRE(width_of(lines[line]) == width);
        REQUIRE(width_of(lines[line]) <= width);
      }
    }
  }
}

TEST_CASE("the ticks of the axis are at round times, in order, where these times are") {
  struct Unit {
    const char* name;
    double seconds;
  };
  const std::vector<Unit> units{{"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}};
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(2000); ++i) {
    const double makespan = std::pow(10, std::uniform_real_distribution<double>(-9, 10)(rng));
    const std::size_t width = std::uniform_int_distribution<std::size_t>(60, 300)(rng);
    Timeline timeline(actors(1, 1));
    timeline.end(makespan);
    const auto lines = lines_of(to_text(timeline, {width, false, false}));
    REQUIRE(lines.size() >= 5);
    const std::string& axis = lines[3];
    CAPTURE(makespan);
    CAPTURE(axis);
    CAPTURE(lines[4]);

    std::vector<std::size_t> ticks;
    for (std::size_t at = 6; at < axis.size(); ++at)
      if (axis[at] == '+') ticks.push_back(at);
    std::istringstream text(lines[4]);
    std::vector<double> labels;
    for (double label = 0; text >> label;) labels.push_back(label);
    text.clear();
    std::string name;
    text >> name;
    const auto unit = std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == name; });
    REQUIRE(unit != units.end());

    // The right end has a corner, whether that is a round time or not.
    REQUIRE(labels.size() >= 2);
    REQUIRE((ticks.size() == labels.size() || ticks.size() == labels.size() + 1));
    const double step = labels[1] * unit->seconds;
    const double leading = step / std::pow(10, std::floor(std::log10(step) + 1e-9));
    REQUIRE((leading == doctest::Approx(1) || leading == doctest::Approx(2) || leading == doctest::Approx(5)));
    for (std::size_t label = 0; label < labels.size(); ++label) {
      REQUIRE(labels[label] * unit->seconds == doctest::Approx(static_cast<double>(label) * step));
      const double place = 6 + static_cast<double>(axis.size() - 7) * labels[label] * unit->seconds / makespan;
      REQUIRE(std::abs(static_cast<double>(ticks[label]) - place) <= 0.51);
    }
    REQUIRE(static_cast<double>(labels.size()) * step > makespan * (1 - 1e-9));
  }
}

TEST_CASE("a run that took no time has nothing to draw, and says so") {
  Scenario scenario = actors(1, 2);
  scenario.produce_delay = Delay::constant(0);
  scenario.consume_delay = Delay::constant(0);
  Timeline timeline(scenario);
  const RecordedRun run = run_recorded(scenario, {&timeline});
  REQUIRE(run.outcome.at == 0);
  timeline.end(0);
  CHECK(to_text(timeline, {}).find("took no time") != std::string::npos);
}

TEST_CASE("a picture of groups says how many actors share a row") {
  Timeline timeline(actors(1, 100));
  timeline.end(1);
  const std::string text = to_text(timeline, {});
  CHECK(text.find("C1-5 ") != std::string::npos);
  CHECK(text.find("C96-100 ") != std::string::npos);
  CHECK(text.find("C: 5 in a row") != std::string::npos);
  CHECK(text.find("P: ") == std::string::npos);
}

}  // namespace
}  // namespace pcsim
