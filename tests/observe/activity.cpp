#include <pcsim/observe/activity.hpp>

#include "simulation.hpp"

#include <pcsim/observe/statistics.hpp>
#include <support/count.hpp>
#include <support/random_scenario.hpp>
#include <support/recorded_run.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <random>

namespace pcsim {
namespace {

struct ActivityObserver final : Observer {
  explicit ActivityObserver(const Scenario& scenario)
      : activity(scenario), slicer(scenario, [this](const Slice& slice) { activity.on(slice); }) {}
  void on(const Happening& happening) override {
    activity.on(happening);
    slicer.on(happening);
  }
  void on_draw(const Draw& draw) override { slicer.on_draw(draw); }

  Activity activity;
  Slicer slicer;
};

struct Seen {
  explicit Seen(const Scenario& scenario) : statistics(scenario), observer(scenario) {
    const Outcome outcome = simulate(scenario, {&statistics, &observer});
    statistics.end(outcome.at);
    observer.slicer.end(outcome.at);
    observer.activity.end(outcome.at);
  }
  const Activity& activity() const { return observer.activity; }

  Statistics statistics;
  ActivityObserver observer;
};

void check_totals(const Seen& seen) {
  const auto check = [](const Activity::Groups& groups, const auto& actors, const auto& expected) {
    for (std::size_t r = 0; r < groups.rows.size(); ++r) {
      Activity::Time time, same;
      for (const Activity::Time& span : groups.rows[r].cells()) time.merge(span);
      for (std::size_t i = r * groups.size; i < std::min((r + 1) * groups.size, actors.size()); ++i) same.merge(expected(actors[i]));
      CHECK(time.working + time.blocked == doctest::Approx(same.working + same.blocked).epsilon(1e-9));
    }
  };
  check(seen.activity().producers(), seen.statistics.producers(),
        [](const Statistics::Producer& p) { return Activity::Time{p.busy, p.blocked}; });
  check(seen.activity().consumers(), seen.statistics.consumers(),
        [](const Statistics::Consumer& c) { return Activity::Time{c.busy, 0}; });

  const double makespan = seen.statistics.makespan();
  Activity::Depth depth;
  for (const Activity::Depth& span : seen.activity().depth().cells()) depth.merge(span);
  CHECK(depth.area == doctest::Approx(seen.statistics.mean_depth() * makespan).epsilon(1e-9));
  CHECK(depth.most == seen.statistics.max_depth());
}

TEST_CASE("the spans of a group add up to what its actors did, and those of the queue to its mean depth") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(300); ++i) {
    const Scenario scenario = random_scenario(rng);
    CAPTURE(text_of(scenario));
    check_totals(Seen(scenario));
  }
}

TEST_CASE("the same with more actors than rows, and more time than spans") {
  const Scenario scenario = scenario_of({{"producers", "137"},
                                         {"consumers", "1033"},
                                         {"items", "30000"},
                                         {"maxsize", "20"},
                                         {"limit", "900"},
                                         {"consume-delay", "exp:1"}});
  const Seen seen(scenario);
  CHECK(seen.activity().producers().size == 2);
  CHECK(seen.activity().producers().rows.size() == 69);
  CHECK(seen.activity().consumers().size == 20);
  CHECK(seen.activity().consumers().rows.size() == 52);
  check_totals(seen);
}

TEST_CASE("a span is no fuller than its group has actors, and producers' work and blocking are told apart") {
  const Scenario scenario =
      scenario_of({{"producers", "3"}, {"items", "3000"}, {"maxsize", "1"}, {"produce-delay", "0.001"}, {"consume-delay", "0.003"}});
  const Seen seen(scenario);
  for (const auto* groups : {&seen.activity().producers(), &seen.activity().consumers()})
    for (const auto& row : groups->rows)
      for (const Activity::Time& span : row.cells()) CHECK(span.working + span.blocked <= seen.activity().span() * (1 + 1e-9));
  for (std::size_t p = 0; p < 3; ++p) {
    Activity::Time time;
    for (const Activity::Time& span : seen.activity().producers().rows[p].cells()) time.merge(span);
    CHECK(time.working == doctest::Approx(seen.statistics.producers()[p].busy));
    CHECK(time.blocked == doctest::Approx(seen.statistics.producers()[p].blocked));
    CHECK(time.blocked > time.working);
  }
}

TEST_CASE("the memory for a run's activity does not depend on how long it is") {
  for (const char* items : {"1000", "100000"}) {
    const Seen seen(scenario_of({{"items", items}}));
    CHECK(seen.activity().depth().cells().size() <= Activity::most_spans);
    for (const auto& row : seen.activity().consumers().rows) CHECK(row.cells().size() <= Activity::most_spans);
  }
}

TEST_CASE("groups are as small as they can be: of 1, 2, 5, 10, 20, 50 and so on") {
  CHECK(group_size(1, 100) == 1);
  CHECK(group_size(100, 100) == 1);
  CHECK(group_size(101, 100) == 2);
  CHECK(group_size(200, 100) == 2);
  CHECK(group_size(201, 100) == 5);
  CHECK(group_size(10'000'000, 100) == 100'000);
  CHECK(group_size(10'000'001, 100) == 200'000);
}

}  // namespace
}  // namespace pcsim
