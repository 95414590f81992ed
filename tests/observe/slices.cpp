#include <pcsim/observe/slices.hpp>

#include "simulation.hpp"

#include <pcsim/observe/statistics.hpp>
#include <support/count.hpp>
#include <support/random_scenario.hpp>
#include <support/recorded_run.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <random>
#include <utility>
#include <vector>

namespace pcsim {
namespace {

using Kind = Slice::Kind;

struct SliceRecorder final : Observer {
  explicit SliceRecorder(const Scenario& scenario)
      : slicer(scenario, [this](const Slice& slice) { slices.push_back(slice); }) {}
  void on(const Happening& happening) override { slicer.on(happening); }
  void on_draw(const Draw& draw) override { slicer.on_draw(draw); }

  std::vector<Slice> slices;
  Slicer slicer;
};

std::vector<Slice> slices_of(const Scenario& scenario, Statistics& statistics) {
  SliceRecorder recorder(scenario);
  const Outcome outcome = simulate(scenario, {&statistics, &recorder});
  statistics.end(outcome.at);
  recorder.slicer.end(outcome.at);
  return recorder.slices;
}

std::vector<Slice> slices_of(const Scenario& scenario) {
  Statistics statistics(scenario);
  return slices_of(scenario, statistics);
}

double sum(const std::vector<Slice>& slices, Actor who, bool (*counts)(Kind)) {
  double seconds = 0;
  for (const Slice& slice : slices)
    if (slice.who == who && counts(slice.kind)) seconds += slice.to - slice.from;
  return seconds;
}

std::size_t count_at(const std::vector<Slice>& slices, double at, bool (*counts)(Kind)) {
  return static_cast<std::size_t>(std::count_if(slices.begin(), slices.end(), [&](const Slice& slice) {
    return counts(slice.kind) && slice.from < at && at < slice.to;
  }));
}

bool at_work(Kind kind) { return kind == Kind::work; }
bool has_lock(Kind kind) { return kind == Kind::lock; }

TEST_CASE("an actor's slices add up to its figures: nothing is lost, whatever the run") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(1000); ++i) {
    const Scenario scenario = random_scenario(rng);
    CAPTURE(text_of(scenario));
    Statistics statistics(scenario);
    const auto slices = slices_of(scenario, statistics);
    for (std::uint32_t p = 1; p <= scenario.producers; ++p) {
      const Actor who{Actor::Role::producer, p};
      CHECK(sum(slices, who, [](Kind kind) { return kind == Kind::produce; }) ==
            doctest::Approx(statistics.producers()[p - 1].busy).epsilon(1e-9));
      CHECK(sum(slices, who, [](Kind kind) { return kind == Kind::full_queue; }) ==
            doctest::Approx(statistics.producers()[p - 1].blocked).epsilon(1e-9));
    }
    for (std::uint32_t c = 1; c <= scenario.consumers; ++c)
      CHECK(sum(slices, {Actor::Role::consumer, c}, [](Kind) { return true; }) ==
            doctest::Approx(statistics.consumers()[c - 1].busy).epsilon(1e-9));
  }
}

TEST_CASE("no slice is empty, and no actor does two things at once") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(500); ++i) {
    const Scenario scenario = random_scenario(rng);
    CAPTURE(text_of(scenario));
    std::map<std::pair<Actor::Role, std::uint32_t>, double> ended;
    for (const Slice& slice : slices_of(scenario)) {
      CHECK(slice.from < slice.to);
      double& before = ended[{slice.who.role, slice.who.number}];
      CHECK(slice.from >= before);
      before = slice.to;
    }
  }
}

TEST_CASE("never do more consumers work than the limit allows, nor have more than one the lock; who stands in line has a reason") {
  std::mt19937_64 rng(test_seed());
  int in_line = 0, in_lock_line = 0;
  for (int i = 0; i < test_count(2000); ++i) {
    Scenario scenario = random_scenario(rng);
    scenario.work = Scenario::Work::async;
    scenario.threads.reset();
    if (scenario.streams == Scenario::Streams::per_item) continue;  // nothing tells when the work begins
    CAPTURE(text_of(scenario));
    const auto slices = slices_of(scenario);
    for (const Slice& slice : slices) {
      const double within = slice.from + 0.3819660113 * (slice.to - slice.from);  // where no other slice ends, not even a regular one
      if (within <= slice.from || within >= slice.to) continue;
      CAPTURE(slice.from);
      CAPTURE(slice.to);
      CHECK(count_at(slices, within, at_work) <= scenario.limit.value_or(scenario.consumers));
      CHECK(count_at(slices, within, has_lock) <= 1);
      if (slice.kind == Kind::line) {
        ++in_line;
        CHECK(count_at(slices, within, at_work) == scenario.limit.value_or(0));
      }
      if (slice.kind == Kind::lock_line) {
        ++in_lock_line;
        CHECK(count_at(slices, within, has_lock) == 1);
      }
    }
  }
  CHECK(in_line > test_count(100));
  CHECK(in_lock_line > test_count(100));
}

TEST_CASE("with a pool of two threads two consumers work, and the others stand in line with their items") {
  const Scenario scenario = scenario_of({{"items", "4"},
                                         {"consumers", "4"},
                                         {"produce-delay", "0"},
                                         {"consume-delay", "1"},
                                         {"work", "thread"},
                                         {"threads", "2"}});
  const auto slices = slices_of(scenario);
  std::vector<std::pair<double, double>> lines, works;
  for (const Slice& slice : slices) (slice.blocked() ? lines : works).emplace_back(slice.from, slice.to);
  CHECK(lines == std::vector<std::pair<double, double>>{{0, 1}, {0, 1}});
  CHECK(works == std::vector<std::pair<double, double>>{{0, 1}, {0, 1}, {1, 2}, {1, 2}});
}

}  // namespace
}  // namespace pcsim
