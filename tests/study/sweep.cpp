#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/setting.hpp>
#include <pcsim/study/sweep.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <set>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace pcsim {
namespace {

const Setting* setting(std::string_view name) {
  for (const Setting& one : settings())
    if (one.name == name) return &one;
  throw std::logic_error("no such setting");
}

Scenario small() {
  Scenario scenario;
  scenario.items = 40;
  scenario.streams = Scenario::Streams::per_item;
  scenario.clock = Scenario::Clock::virtual_time;
  return scenario;
}

SweepPlan plan_of(std::vector<Axis> axes, std::size_t replications = 4) {
  return {Grid(small(), std::move(axes)), replications, {{"makespan", "wait.p99", "utilization"}, 0}};
}

void nothing() {}

SweepResults swept(const SweepPlan& plan, Shard shard, std::size_t jobs, std::stop_token stop,
                   const std::function<void()>& done) {
  SweepResults results(plan);
  run_sweep(plan, shard, jobs, std::move(stop), results, done);
  return results;
}

bool same(const SweepResults& a, const SweepResults& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a.has(i) != b.has(i)) return false;
    if (a.has(i) && (a.end(i) != b.end(i) || !std::ranges::equal(a.values(i), b.values(i)))) return false;
  }
  return true;
}

std::string refusal(const SweepPlan& plan) {
  try {
    plan.check();
  } catch (const BadValue& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("a piece is a run of its own: of its combination, with the seed that is its turn") {
  const SweepPlan plan = plan_of({{setting("consumers"), {"1", "3"}}, {setting("seed"), {"7", "100"}}});
  const SweepResults results = swept(plan, {}, 2, {}, nothing);
  REQUIRE(results.size() == 16);
  std::size_t piece = 0;
  for (const std::uint64_t consumers : {1U, 3U})
    for (const std::uint64_t seed : {7U, 100U})
      for (const std::uint64_t replication : {0U, 1U, 2U, 3U}) {
        Scenario scenario = small();
        scenario.consumers = consumers;
        scenario.seed = seed + replication;
        const auto alone = replicate(scenario, plan.observation);
        REQUIRE(alone.has_value());
        CHECK(std::ranges::equal(alone->values, results.values(piece++)));
      }
}

TEST_CASE("the number of threads changes nothing, and shares make up the whole") {
  const SweepPlan plan = plan_of({{setting("consumers"), {"1", "2", "5"}}, {setting("maxsize"), {"0", "1"}}}, 5);
  const SweepResults all = swept(plan, {}, 1, {}, nothing);
  CHECK(all.count() == 30);
  for (const std::size_t jobs : {2U, 3U, 7U, 100U}) CHECK(same(all, swept(plan, {}, jobs, {}, nothing)));
  for (const std::size_t n : {1U, 2U, 7U, 30U, 31U, 100U}) {
    CAPTURE(n);
    std::size_t pieces = 0;
    std::set<std::size_t> sizes;
    for (std::size_t k = 1; k <= n; ++k) {
      const Shard shard{k, n};
      const SweepResults share = swept(plan, shard, 2, {}, nothing);
      CHECK(share.count() == shard.share_of(all.size()));
      sizes.insert(share.count());
      for (std::size_t i = 0; i < all.size(); ++i) {
        CHECK(share.has(i) == shard.has(i));
        if (share.has(i)) CHECK(std::ranges::equal(share.values(i), all.values(i)));
      }
      pieces += share.count();
    }
    CHECK(pieces == all.size());
    CHECK(*sizes.rbegin() - *sizes.begin() <= 1);
  }
}

TEST_CASE("replications of different combinations are of the very same work") {
  SweepPlan plan = plan_of({{setting("consumers"), {"1", "2", "9"}}}, 3);
  plan.observation.measures = {"service.mean", "makespan"};
  const SweepResults results = swept(plan, {}, 1, {}, nothing);
  for (std::size_t replication = 0; replication < 3; ++replication) {
    CHECK(results.values(replication)[0] == doctest::Approx(results.values(3 + replication)[0]).epsilon(1e-12));
    CHECK(results.values(replication)[0] == doctest::Approx(results.values(6 + replication)[0]).epsilon(1e-12));
    CHECK(results.values(replication)[1] > results.values(3 + replication)[1]);
  }
}

TEST_CASE("the callback is called once for every piece, one at a time") {
  const SweepPlan plan = plan_of({{setting("consumers"), {"1", "2", "3"}}}, 20);
  std::atomic<int> inside{0};
  int calls = 0;
  bool overlap = false;
  swept(plan, {}, 4, {}, [&] {
    overlap = overlap || ++inside > 1;
    ++calls;
    --inside;
  });
  CHECK(calls == 60);
  CHECK(!overlap);
}

TEST_CASE("a stop leaves gaps, and whatever is there is right") {
  const SweepPlan plan = plan_of({{setting("consumers"), {"1", "2", "3"}}}, 4);
  const SweepResults all = swept(plan, {}, 1, {}, nothing);
  for (const std::size_t jobs : {1U, 3U})
    for (const int after : {0, 1, 5, 11}) {
      CAPTURE(jobs);
      CAPTURE(after);
      std::stop_source stop;
      int calls = 0;
      if (after == 0) stop.request_stop();
      const SweepResults some = swept(plan, {}, jobs, stop.get_token(), [&] {
        if (++calls == after) stop.request_stop();
      });
      CHECK(some.count() >= static_cast<std::size_t>(after));
      CHECK(some.count() <= static_cast<std::size_t>(after) + jobs - 1);
      for (std::size_t i = 0; i < some.size(); ++i)
        if (some.has(i)) CHECK(std::ranges::equal(some.values(i), all.values(i)));
      const auto rows = sweep_rows(plan, some);
      std::size_t complete = 0;
      for (std::size_t i = 0; i < 3; ++i) {
        bool whole = true;
        for (std::size_t j = 0; j < 4; ++j) whole = whole && some.has(4 * i + j);
        complete += whole;
      }
      CHECK(rows.size() == complete);
    }
}

TEST_CASE("a stop ends a run that would last for hours") {
  Scenario scenario = small();
  scenario.items = 3'000'000'000;
  std::stop_source stop;
  std::jthread other([&] { stop.request_stop(); });
  CHECK(!replicate(scenario, {{"makespan"}, 0}, stop.get_token()).has_value());
}

TEST_CASE("what a run throws comes out of the sweep, from whichever thread") {
  for (const std::size_t jobs : {1U, 3U}) {
    SweepPlan plan = plan_of({{setting("consumers"), {"1", "2", "3"}}});
    Scenario broken = plan.grid.base();
    broken.arrivals = "/nowhere/at all.csv";
    plan.grid = Grid(broken, plan.grid.axes());
    CHECK_THROWS_AS(swept(plan, {}, jobs, {}, nothing), BadValue);
  }
}

TEST_CASE("combinations that deadlock or fail are rows too, and the others are none the worse") {
  SweepPlan plan = plan_of({{setting("sentinels"), {"1", "2"}}});
  const auto rows = sweep_rows(plan, swept(plan, {}, 2, {}, nothing));
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].deadlocks == 4);
  CHECK(rows[0].done == 0);
  CHECK(rows[0].estimates.empty());
  CHECK(!rows[0].sound());
  CHECK(rows[1].done == 4);
  CHECK(rows[1].sound());
  CHECK(rows[1].estimates.size() == 3);

  Scenario failing = small();
  failing.fail_at = {25};
  plan.grid = Grid(failing, {{setting("consumers"), {"1", "2"}}});
  for (const SweepRow& row : sweep_rows(plan, swept(plan, {}, 2, {}, nothing))) {
    CHECK(row.failures == 4);
    CHECK(row.deadlocks == 0);
    CHECK(!row.sound());
  }
}

TEST_CASE("a run that stands still after a failure is a deadlock, as it is alone") {
  Scenario scenario = small();
  scenario.fail_at = {1};
  scenario.on_stop = Scenario::OnStop::drain;
  scenario.sentinels = 0;
  const auto outcome = run_in_virtual_time(scenario, {});
  REQUIRE(outcome->failed);
  REQUIRE(outcome->deadlock);
  CHECK(replicate(scenario, {{"makespan"}, 0})->end == Replication::End::deadlock);
}

TEST_CASE("estimates are over the replications that came to their end") {
  const SweepPlan plan = plan_of({});
  SweepResults results(plan);
  results.set(0, {Replication::End::done, {1, 10, 5}});
  results.set(1, {Replication::End::deadlock, {100, 100, 100}});
  results.set(2, {Replication::End::done, {3, 10, 5}});
  CHECK(sweep_rows(plan, results).empty());
  results.set(3, {Replication::End::failed, {100, 100, 100}});
  const auto rows = sweep_rows(plan, results);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].done == 2);
  CHECK(rows[0].deadlocks == 1);
  CHECK(rows[0].failures == 1);
  CHECK(rows[0].estimates[0].mean == 2);
  CHECK(rows[0].estimates[0].count == 2);
  CHECK(rows[0].estimates[1].mean == 10);
  CHECK(rows[0].estimates[1].half_width == 0);
}

TEST_CASE("a plan that cannot be carried out is refused, and says which option is in the way") {
  CHECK(refusal(plan_of({{setting("consumers"), {"1", "2"}}})).empty());
  std::vector<std::string> many;
  for (int i = 1; i <= 4000; ++i) many.push_back(std::to_string(i));
  CHECK(refusal(plan_of({{setting("consumers"), many}, {setting("maxsize"), many}})).find("10000000 runs") != std::string::npos);
  const std::vector<std::string> countless(std::size_t{1} << 16, "1");
  CHECK(refusal(plan_of({{setting("consumers"), countless},
                         {setting("items"), countless},
                         {setting("maxsize"), countless},
                         {setting("limit"), countless}}))
            .find("10000000 runs") != std::string::npos);

  const std::string last = std::to_string(Scenario::most_seed);
  const std::string last_that_will_do = std::to_string(Scenario::most_seed - 3);
  const std::string one_too_late = std::to_string(Scenario::most_seed - 2);
  CHECK(refusal(plan_of({{setting("seed"), {"1", last_that_will_do}}})).empty());
  CHECK(refusal(plan_of({{setting("seed"), {"1", one_too_late}}})).starts_with("--seed: "));
  CHECK(refusal(plan_of({{setting("seed"), {"1", last}}})).starts_with("--seed: "));

  CHECK(refusal(plan_of({{setting("threads"), {"1", "2"}}})).starts_with("--threads: "));
  SweepPlan log = plan_of({{setting("items"), {"1", "2"}}});
  Scenario with_log = small();
  with_log.arrivals = "log.csv";
  log.grid = Grid(with_log, log.grid.axes());
  CHECK(refusal(log).starts_with("--items: "));
}

}  // namespace
}  // namespace pcsim
