#include <pcsim/model/setting.hpp>
#include <pcsim/study/size.hpp>
#include <pcsim/study/sweep.hpp>

#include <support/count.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <random>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace pcsim {
namespace {

using Verdict = Target::Verdict;
using Kind = SizeAnswer::Kind;

const Setting* setting(std::string_view name) {
  for (const Setting& one : settings())
    if (one.name == name) return &one;
  throw std::logic_error("no such setting");
}

Axis axis(std::string_view name, std::uint64_t from, std::uint64_t to) {
  Axis result{setting(name), {}};
  for (std::uint64_t value = from; value <= to; ++value) result.values.push_back(std::to_string(value));
  return result;
}

Scenario exponential(double gap, double service, std::uint64_t items) {
  Scenario scenario;
  scenario.items = items;
  scenario.produce_delay = Delay::parse("exp:" + std::to_string(gap));
  scenario.consume_delay = Delay::parse("exp:" + std::to_string(service));
  scenario.streams = Scenario::Streams::per_item;
  scenario.clock = Scenario::Clock::virtual_time;
  return scenario;
}

std::vector<Target> targets(const std::vector<std::string>& texts) {
  std::vector<Target> all;
  for (const std::string& text : texts) all.push_back(Target::parse(text));
  return all;
}

SizeAnswer answer_to(const SizePlan& plan) {
  SizeProbes probes;
  auto answer = find_size(plan, probes, {}, nullptr);
  REQUIRE(answer.has_value());
  return *std::move(answer);
}

std::vector<SweepRow> rows_of(const SweepPlan& plan) {
  SweepResults results(plan);
  run_sweep(plan, {}, 2, {}, results, [] {});
  return sweep_rows(plan, results);
}

// All values with all replications, and the first that does not miss; a value that is near the bound of any target has no clear
// verdict, and makes the whole of no use.
struct BruteForce {
  std::vector<Verdict> verdicts;
  bool clear = true;
};

BruteForce look_at_all(const SizePlan& plan) {
  std::vector<std::string> measures;
  for (const Target& target : plan.targets) measures.push_back(target.measure);
  const SweepPlan sweep{Grid(plan.base, {plan.axis}), plan.replications, {measures, plan.warmup}};
  BruteForce all;
  for (const SweepRow& row : rows_of(sweep)) {
    Verdict verdict = row.sound() ? Verdict::met : Verdict::missed;
    for (std::size_t i = 0; row.sound() && i < plan.targets.size(); ++i) {
      Estimate wide = row.estimates[i];
      wide.half_width *= 2;
      all.clear = all.clear && plan.targets[i].judge(wide) != Verdict::unclear;
      if (plan.targets[i].judge(row.estimates[i]) == Verdict::missed) verdict = Verdict::missed;
    }
    all.verdicts.push_back(verdict);
  }
  return all;
}

TEST_CASE("whatever the targets are, the answer is that of looking at every value") {
  std::mt19937_64 rng(77);
  const auto between = [&](double low, double high) { return std::uniform_real_distribution<double>(low, high)(rng); };
  int found = 0;
  int none = 0;
  int scanned = 0;
  constexpr int all_cases = 80;
  const int cases = test_count(all_cases);
  for (int i = 0; i < cases; ++i) {
    SizePlan plan{exponential(0.01, 0.01 * between(1, 9), 800), axis("consumers", 1, 16), {}, 8, 100, 2};
    std::vector<std::string> texts;
    switch (i % 4) {
      case 0: texts = {"latency.p99 < " + std::to_string(between(0.02, 0.6))}; break;
      case 1:
        texts = {"wait.mean < " + std::to_string(between(0, 0.05)), "utilization > " + std::to_string(between(0.1, 0.9))};
        break;
      case 2: texts = {"utilization > " + std::to_string(between(0.1, 1.1))}; break;
      case 3:
        // A size of 0 is none at all: the longest waits are there, and the shortest at 1.
        plan.base.consumers = 6;
        plan.axis = axis("maxsize", 0, 24);
        texts = {"wait.mean < " + std::to_string(between(0, 0.04)), "blocked.mean < " + std::to_string(between(0.001, 0.05))};
        break;
    }
    plan.targets = targets(texts);
    const BruteForce all = look_at_all(plan);
    if (!all.clear) continue;
    CAPTURE(i);
    for (const std::string& text : texts) CAPTURE(text);
    const auto first = std::find(all.verdicts.begin(), all.verdicts.end(), Verdict::met);
    const SizeAnswer answer = answer_to(plan);
    scanned += answer.scanned;
    if (first == all.verdicts.end()) {
      ++none;
      CHECK(answer.kind == Kind::none_will_do);
      CHECK(answer.probe.index == all.verdicts.size() - 1);
      CHECK(answer.limits.find("limited by") != std::string::npos);
      continue;
    }
    ++found;
    CHECK(answer.kind == Kind::found);
    CHECK(answer.probe.index == static_cast<std::size_t>(first - all.verdicts.begin()));
    CHECK(answer.probe.verdict == Verdict::met);
    CHECK(answer.probe.estimates.size() == plan.targets.size());
    CHECK(answer.below.has_value() == (answer.probe.index > 0));
    if (answer.below) {
      CHECK(answer.below->index == answer.probe.index - 1);
      CHECK(answer.below->verdict == Verdict::missed);
    }
    CHECK(answer.above.has_value() == (answer.probe.index + 1 < all.verdicts.size()));
  }
  MESSAGE(found << " found, " << none << " without an answer, " << scanned << " value by value");
  if (cases < all_cases) return;
  CHECK(found >= 10);
  CHECK(none >= 5);
  CHECK(scanned >= 3);
}

TEST_CASE("few values are looked at where greater ones are better") {
  const SizePlan plan{exponential(0.01, 0.05, 2000), axis("consumers", 1, 1024), targets({"wait.p99 < 50ms"}), 20, 200, 2};
  std::vector<std::string> looked_at;
  SizeProbes probes;
  const auto answer = find_size(plan, probes, {}, [&](const std::string& what) { looked_at.push_back(what); });
  REQUIRE(answer.has_value());
  CHECK(answer->kind == Kind::found);
  CHECK(!answer->scanned);
  CHECK(looked_at.size() <= 14);
  CHECK(looked_at.front() == "consumers = 1");
  CHECK(probes.size() == looked_at.size());
}

TEST_CASE("where all values meet the target, the first is the answer") {
  const SizeAnswer answer =
      answer_to({exponential(0.01, 0.005, 500), axis("consumers", 3, 40), targets({"latency.p99 < 10s"}), 20, 0, 2});
  CHECK(answer.kind == Kind::found);
  CHECK(answer.probe.index == 0);
  CHECK(!answer.below.has_value());
  CHECK(answer.above.has_value());
}

TEST_CASE("replications are added until the interval is clear of the bound, and no more") {
  const SizeAnswer easy =
      answer_to({exponential(0.01, 0.02, 1000), axis("consumers", 1, 8), targets({"wait.mean < 100ms"}), 64, 0, 2});
  CHECK(easy.kind == Kind::found);
  CHECK(easy.probe.estimates.at(0).count == 5);

  // The mean itself as the bound: the interval never gets clear of it.
  SizePlan hard{exponential(0.01, 0.02, 1000), axis("consumers", 3, 3), {}, 37, 0, 2};
  const SweepPlan sweep{Grid(hard.base, {hard.axis}), hard.replications, {{"wait.mean"}, 0}};
  const double mean = rows_of(sweep).at(0).estimates.at(0).mean;
  hard.targets = targets({"wait.mean < " + fmt::format("{}", mean)});
  for (const std::uint64_t last : {3U, 4U, 9U})
    for (const std::uint64_t first : {1U, 3U}) {
      hard.axis = axis("consumers", first, last);
      const SizeAnswer answer = answer_to(hard);
      CHECK(answer.kind == Kind::too_close);
      CHECK(hard.axis.values[answer.probe.index] == "3");
      CHECK(answer.probe.estimates.at(0).count == 37);
      CHECK(answer.probe.estimates.at(0).mean == doctest::Approx(mean).epsilon(1e-12));
      if (last > 3) CHECK(answer.above.value().verdict == Verdict::met);
      if (first < 3) CHECK(answer.below.value().verdict == Verdict::missed);
    }
}

TEST_CASE("a value at which a run stands still or fails is one that misses, and says why") {
  Scenario scenario = exponential(0.01, 0.02, 200);
  scenario.consumers = 4;
  SizeAnswer answer = answer_to({scenario, axis("sentinels", 0, 9), targets({"makespan < 1000"}), 20, 0, 2});
  CHECK(answer.kind == Kind::found);
  CHECK(answer.probe.index == 4);
  CHECK(answer.below.value().trouble.find("deadlock") != std::string::npos);

  answer = answer_to({scenario, axis("sentinels", 0, 3), targets({"makespan < 1000"}), 20, 0, 2});
  CHECK(answer.kind == Kind::none_will_do);
  CHECK(answer.limits.find("deadlock") != std::string::npos);

  scenario.fail_at = {100};
  answer = answer_to({scenario, axis("consumers", 1, 8), targets({"makespan < 1000"}), 20, 0, 2});
  CHECK(answer.kind == Kind::none_will_do);
  CHECK(answer.limits.find("failure") != std::string::npos);
}

TEST_CASE("the answer does not depend on the number of threads") {
  for (const char* text : {"wait.p99 < 30ms", "wait.p99 < 0.1us", "utilization > 0.6"}) {
    SizePlan plan{exponential(0.01, 0.04, 800), axis("consumers", 1, 12), targets({text}), 20, 100, 1};
    const SizeAnswer one = answer_to(plan);
    plan.jobs = 3;
    const SizeAnswer three = answer_to(plan);
    CHECK(one.kind == three.kind);
    CHECK(one.probe.index == three.probe.index);
    CHECK(one.probe.estimates.at(0).mean == three.probe.estimates.at(0).mean);
    CHECK(one.limits == three.limits);
  }
}

TEST_CASE("a search that is stopped has no answer") {
  std::stop_source stop;
  stop.request_stop();
  const SizePlan plan{exponential(0.01, 0.04, 3'000'000'000), axis("consumers", 1, 12), targets({"wait.p99 < 1"}), 20, 0, 2};
  SizeProbes probes;
  CHECK(!find_size(plan, probes, stop.get_token(), nullptr).has_value());
  CHECK(probes.empty());

  std::stop_source later;
  std::jthread other([&] { later.request_stop(); });
  CHECK(!find_size(plan, probes, later.get_token(), nullptr).has_value());
  CHECK(probes.empty());
}

TEST_CASE("whatever ends a search, all that it has looked at is known") {
  SizePlan plan{exponential(0.01, 0.04, 500), axis("consumers", 1, 64), targets({"wait.mean < 20ms"}), 20, 0, 2};
  SizeProbes all;
  REQUIRE(find_size(plan, all, {}, nullptr).has_value());
  REQUIRE(all.size() > 4);
  struct Broken : std::exception {};
  for (const bool broken : {false, true})
    for (std::size_t before = 0; before < all.size(); ++before) {
      std::stop_source stop;
      SizeProbes probes;
      std::size_t begun = 0;
      const auto progress = [&](const std::string&) {
        if (begun++ < before) return;
        if (broken) throw Broken();
        stop.request_stop();
      };
      if (broken)
        CHECK_THROWS_AS(find_size(plan, probes, stop.get_token(), progress), Broken);
      else
        CHECK(!find_size(plan, probes, stop.get_token(), progress).has_value());
      CHECK(probes.size() == before);
      for (const auto& [index, probe] : probes) {
        CHECK(probe.verdict == all.at(index).verdict);
        CHECK(probe.estimates.at(0).mean == all.at(index).estimates.at(0).mean);
      }
    }
}

}  // namespace
}  // namespace pcsim
