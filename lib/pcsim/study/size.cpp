#include <pcsim/study/size.hpp>

#include <pcsim/observe/bottleneck.hpp>
#include <pcsim/observe/statistics.hpp>
#include <pcsim/study/sweep.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <map>
#include <utility>

namespace pcsim {

namespace {

using Verdict = Target::Verdict;

class Stopped : public std::exception {};

// Values of the setting that were looked at, and the replications behind what is known of them.
class Prober {
public:
  Prober(const SizePlan& plan, std::stop_token stop, const std::function<void(const std::string&)>& progress)
      : plan_(plan), stop_(std::move(stop)), progress_(progress) {
    for (const Target& target : plan.targets) measures_.push_back(target.measure);
  }

  const SizeProbe& at(std::size_t index) {
    const auto known = probes_.find(index);
    if (known != probes_.end()) return known->second;
    if (progress_) progress_(fmt::format("{} = {}", plan_.axis.setting->name, plan_.axis.values[index]));
    return probes_.emplace(index, probe(index)).first->second;
  }

  // Whether, as far as was looked at, greater values are better for every target: none goes back from met to missed, and no measure
  // clearly rises here and falls there.
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

  SizeProbe probe(std::size_t index) {
    constexpr std::size_t first_batch = 5;
    Scenario scenario = plan_.base;
    plan_.axis.setting->set(scenario, plan_.axis.values[index]);
    std::vector<std::vector<double>> values(plan_.targets.size());
    SizeProbe probe{index, Verdict::unclear, {}, {}};
    for (std::size_t done = 0; done < plan_.replications && probe.verdict == Verdict::unclear;) {
      const std::size_t batch = std::min(plan_.replications - done, std::max(first_batch, done));
      const SweepPlan sweep{Grid(scenario, {}), batch, {measures_, plan_.warmup}};
      const SweepResults results = run_sweep(sweep, {}, plan_.jobs, stop_, [] {});
      if (results.count() < batch) throw Stopped();
      for (std::size_t piece = 0; piece < batch; ++piece) {
        if (results.end(piece) != Replication::End::done) {
          probe.verdict = Verdict::missed;
          probe.estimates.clear();
          probe.trouble = results.end(piece) == Replication::End::deadlock ? "a deadlock" : "a failure ends it";
          return probe;
        }
        for (std::size_t i = 0; i < values.size(); ++i) values[i].push_back(results.values(piece)[i]);
      }
      done += batch;
      scenario.seed += batch;
      judge(probe, values);
    }
    return probe;
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
  std::stop_token stop_;
  const std::function<void(const std::string&)>& progress_;
  std::vector<std::string> measures_;
  std::map<std::size_t, SizeProbe> probes_;
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

bool missed(Prober& prober, std::size_t index) { return prober.at(index).verdict == Verdict::missed; }

// The first value that does not miss the targets, or their number if all do; nothing if greater values are not always better.
std::optional<std::size_t> bisect(Prober& prober, std::size_t count) {
  if (!missed(prober, 0)) return 0;
  std::size_t low = 0;
  std::size_t high = count - 1;
  if (missed(prober, high)) {
    // Between two that miss there may still be some that do not.
    for (const std::size_t index : {count / 4, count / 2, count - 1 - count / 4})
      if (!missed(prober, index)) return std::nullopt;
    return count;
  }
  while (high - low > 1 && prober.monotonic()) {
    const std::size_t middle = low + (high - low) / 2;
    (missed(prober, middle) ? low : high) = middle;
  }
  // The neighbours are part of the answer, and a last proof of it.
  if (high + 1 < count) prober.at(high + 1);
  return high;
}

std::size_t scan(Prober& prober, std::size_t count) {
  for (std::size_t index = 0; index < count; ++index)
    if (!missed(prober, index)) return index;
  return count;
}

SizeAnswer search(const SizePlan& plan, Prober& prober, std::stop_token stop) {
  const std::size_t count = plan.axis.values.size();
  const auto bisected = bisect(prober, count);
  const bool scanned = !bisected || !prober.monotonic();
  const std::size_t first = scanned ? scan(prober, count) : *bisected;
  const bool none = first == count;
  const std::size_t index = none ? count - 1 : first;
  const SizeProbe& probe = prober.at(index);
  SizeAnswer answer{SizeAnswer::Kind::too_close, probe, std::nullopt, std::nullopt, scanned, {}};
  if (none) {
    answer.kind = SizeAnswer::Kind::none_will_do;
    answer.limits = limits_of(plan, probe, std::move(stop));
  } else if (probe.verdict == Verdict::met) {
    answer.kind = SizeAnswer::Kind::found;
  }
  if (index > 0) answer.below = prober.at(index - 1);
  if (index + 1 < count) answer.above = prober.at(index + 1);
  return answer;
}

}  // namespace

std::optional<SizeAnswer> find_size(const SizePlan& plan, std::stop_token stop,
                                    const std::function<void(const std::string&)>& progress) {
  Prober prober(plan, stop, progress);
  try {
    return search(plan, prober, stop);
  } catch (const Stopped&) {
    return std::nullopt;
  }
}

}  // namespace pcsim
