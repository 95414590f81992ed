#include <pcsim/study/size.hpp>

#include <pcsim/observe/bottleneck.hpp>
#include <pcsim/observe/statistics.hpp>
#include <pcsim/study/first_value.hpp>
#include <pcsim/study/stoppable_run.hpp>
#include <pcsim/study/sweep.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace pcsim {

namespace {

using Verdict = Target::Verdict;

// Looks at values of the setting.
class Prober {
public:
  Prober(const SizePlan& plan, SizeProbes& probes, std::stop_token stop, const std::function<void(const std::string&)>& progress)
      : plan_(plan), probes_(probes), stop_(std::move(stop)), progress_(progress) {
    for (const Target& target : plan.targets) measures_.push_back(target.measure);
  }

  const SizeProbe& at(std::size_t index) {
    if (const auto known = probes_.find(index); known != probes_.end()) return known->second;
    if (progress_) progress_(fmt::format("{} = {}", plan_.axis.setting->name, plan_.axis.values[index]));
    look_at(index);
    return probes_.at(index);
  }

  bool missed(std::size_t index) { return at(index).verdict == Verdict::missed; }

  // Whether, as far as was looked at, greater values are better for every target: none goes back from met to missed, and no
  // measure clearly rises here and falls there.
  bool monotonic() const {
    for (std::size_t i = 0; i < plan_.targets.size(); ++i)
      if (!monotonic(i)) return false;
    return true;
  }

private:
  bool monotonic(std::size_t target) const {
    // Sums of the same numbers in another order differ in their last digits.
    constexpr double rounding = 1e-9;
    bool rises = false;
    bool falls = false;
    bool met = false;
    for (auto later = probes_.begin(); later != probes_.end(); ++later) {
      const Verdict verdict = verdict_of(later->second, target);
      if (met && verdict == Verdict::missed) return false;
      met = met || verdict == Verdict::met;
      if (later->second.estimates.empty()) continue;
      const Estimate& b = later->second.estimates[target];
      for (auto earlier = probes_.begin(); earlier != later; ++earlier) {
        if (earlier->second.estimates.empty()) continue;
        const Estimate& a = earlier->second.estimates[target];
        const double noise = rounding * std::max(std::abs(a.mean), std::abs(b.mean));
        rises = rises || b.low() > a.high() + noise;
        falls = falls || b.high() < a.low() - noise;
      }
    }
    return !(rises && falls);
  }

  Verdict verdict_of(const SizeProbe& probe, std::size_t target) const {
    return probe.estimates.empty() ? probe.verdict : plan_.targets[target].judge(probe.estimates[target]);
  }

  void look_at(std::size_t index) {
    constexpr std::size_t first_batch = 5;
    Scenario scenario = plan_.base;
    plan_.axis.setting->set(scenario, plan_.axis.values[index]);
    std::vector<std::vector<double>> values(plan_.targets.size());
    Verdict verdict = Verdict::unclear;
    for (std::size_t done = 0; done < plan_.replications && verdict == Verdict::unclear;) {
      const std::size_t batch = std::min(plan_.replications - done, std::max(first_batch, done));
      const SweepPlan sweep{Grid(scenario, {}), batch, {measures_, plan_.warmup}};
      SweepResults results(sweep);
      try {
        run_sweep(sweep, {}, plan_.jobs, stop_, results, [] {});
      } catch (...) {
        take_in(index, results, values);
        throw;
      }
      take_in(index, results, values);
      if (results.count() < batch) throw Stopped();
      verdict = probes_.at(index).verdict;
      done += batch;
      scenario.seed += batch;
    }
  }

  // Adds to what is known of a value what there is of a batch, to whose end it may not have come.
  void take_in(std::size_t index, const SweepResults& results, std::vector<std::vector<double>>& values) {
    if (results.count() == 0) return;
    SizeProbe& probe = probes_.try_emplace(index, SizeProbe{index, Verdict::unclear, {}, {}}).first->second;
    for (std::size_t piece = 0; piece < results.size(); ++piece) {
      if (!results.has(piece)) continue;
      if (results.end(piece) != Replication::End::done) {
        probe = {
            index, Verdict::missed, {}, results.end(piece) == Replication::End::deadlock ? "a deadlock" : "a failure ends it"};
        return;
      }
      for (std::size_t i = 0; i < values.size(); ++i) values[i].push_back(results.values(piece)[i]);
    }
    judge(probe, values);
  }

  void judge(SizeProbe& probe, const std::vector<std::vector<double>>& values) const {
    probe.estimates.clear();
    probe.verdict = Verdict::met;
    for (std::size_t i = 0; i < plan_.targets.size(); ++i) {
      probe.estimates.push_back(estimate(values[i]));
      const Verdict one = plan_.targets[i].judge(probe.estimates.back());
      if (one == Verdict::missed || (one == Verdict::unclear && probe.verdict == Verdict::met)) probe.verdict = one;
    }
  }

  const SizePlan& plan_;
  SizeProbes& probes_;
  std::stop_token stop_;
  const std::function<void(const std::string&)>& progress_;
  std::vector<std::string> measures_;
};

std::string limits_of(const SizePlan& plan, const SizeProbe& probe, std::stop_token stop) {
  if (!probe.trouble.empty()) return probe.trouble;
  Scenario scenario = plan.base;
  plan.axis.setting->set(scenario, plan.axis.values[probe.index]);
  Statistics statistics(scenario, plan.warmup);
  const auto outcome = run_in_virtual_time(scenario, {&statistics}, std::move(stop));
  if (!outcome) throw Stopped();
  statistics.end(outcome->at);
  return bottleneck(scenario, statistics);
}

SizeAnswer search(const SizePlan& plan, Prober& prober, const SizeProbes& probes, std::stop_token stop) {
  const std::size_t count = plan.axis.values.size();
  const FirstValue first =
      find_first({count, [&](std::size_t index) { return prober.missed(index); }, [&] { return prober.monotonic(); }});
  const bool none = first.index == count;
  const SizeProbe& probe = prober.at(none ? count - 1 : first.index);
  SizeAnswer answer{SizeAnswer::Kind::too_close, probe, std::nullopt, std::nullopt, first.scanned, {}};
  if (none) {
    answer.kind = SizeAnswer::Kind::none_will_do;
    answer.limits = limits_of(plan, probe, std::move(stop));
  } else if (probe.verdict == Verdict::met) {
    answer.kind = SizeAnswer::Kind::found;
  }
  if (!none && probe.index + 1 < count) answer.above = prober.at(probe.index + 1);
  if (const auto below = probes.find(probe.index - 1); probe.index > 0 && below != probes.end()) answer.below = below->second;
  return answer;
}

}  // namespace

std::optional<SizeAnswer> find_size(const SizePlan& plan, SizeProbes& probes, std::stop_token stop,
                                    const std::function<void(const std::string&)>& progress) {
  Prober prober(plan, probes, stop, progress);
  try {
    return search(plan, prober, probes, stop);
  } catch (const Stopped&) {
    return std::nullopt;
  }
}

}  // namespace pcsim
