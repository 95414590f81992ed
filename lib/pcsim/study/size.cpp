#include <pcsim/study/size.hpp>

#include <pcsim/model/pipeline.hpp>
#include <pcsim/observe/bottleneck.hpp>
#include <pcsim/observe/statistics.hpp>
#include <pcsim/runtime/clock.hpp>
#include <pcsim/runtime/loop.hpp>
#include <pcsim/study/sweep.hpp>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>

#include <algorithm>
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

  // Whether the verdicts so far are in order: missed, then at most unclear, then met.
  bool monotonic() const {
    const auto rank = [](Verdict v) { return v == Verdict::missed ? 0 : v == Verdict::unclear ? 1 : 2; };
    int last = 0;
    for (const auto& [index, probe] : probes_) {
      if (rank(probe.verdict) < last) return false;
      last = rank(probe.verdict);
    }
    return true;
  }

private:
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
      for (const auto& result : results) {
        if (!result) throw Stopped();
        if (result->end != Replication::End::done) {
          probe.verdict = Verdict::missed;
          probe.trouble = result->end == Replication::End::deadlock ? "deadlock" : "a failure ends it";
          return probe;
        }
        for (std::size_t i = 0; i < values.size(); ++i) values[i].push_back(result->values[i]);
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

std::string limits_of(const SizePlan& plan, std::size_t index) {
  Scenario scenario = plan.base;
  plan.axis.setting->set(scenario, plan.axis.values[index]);
  VirtualClock clock;
  boost::asio::io_context host(1);
  Loop loop(host, clock);
  Statistics statistics(scenario, plan.warmup);
  statistics.end(Pipeline(loop, scenario, {&statistics}).run().at);
  return bottleneck(scenario, statistics);
}

SizeAnswer search(const SizePlan& plan, Prober& prober) {
  const std::size_t last = plan.axis.values.size() - 1;
  const auto answer_at = [&](SizeAnswer::Kind kind, std::size_t index) {
    SizeAnswer answer{kind, prober.at(index), std::nullopt, false, {}};
    if (index > 0) answer.below = prober.at(index - 1);
    return answer;
  };

  // Between `missed` (one before the first value) and `met` lies the answer, as long as all is monotonic.
  std::size_t low = 0;
  std::size_t high = last;
  if (prober.at(last).verdict == Verdict::met) {
    while (low < high && prober.monotonic()) {
      const std::size_t middle = low + (high - low) / 2;
      const Verdict verdict = prober.at(middle).verdict;
      if (verdict == Verdict::unclear) break;
      if (verdict == Verdict::met)
        high = middle;
      else
        low = middle + 1;
    }
    // What one less would give is part of the answer, and the last proof that it is one.
    if (low == high && prober.monotonic()) {
      SizeAnswer answer = answer_at(SizeAnswer::Kind::found, high);
      if (prober.monotonic()) return answer;
    }
  }

  // Three that miss it, and nothing that speaks against monotonic: more of the same will not do.
  const bool hopeless = prober.at(last).verdict == Verdict::missed && prober.at(0).verdict == Verdict::missed &&
                        prober.at(last / 2).verdict == Verdict::missed;
  if (hopeless) {
    SizeAnswer answer = answer_at(SizeAnswer::Kind::none_will_do, last);
    answer.limits = limits_of(plan, last);
    return answer;
  }

  // Value by value: the first that meets the targets, unless one before it cannot be told.
  const bool monotonic = prober.monotonic();
  for (std::size_t index = monotonic ? low : 0; index <= last; ++index) {
    const Verdict verdict = prober.at(index).verdict;
    if (verdict == Verdict::missed) continue;
    SizeAnswer answer = answer_at(verdict == Verdict::met ? SizeAnswer::Kind::found : SizeAnswer::Kind::too_close, index);
    answer.scanned = !prober.monotonic();
    return answer;
  }
  SizeAnswer answer = answer_at(SizeAnswer::Kind::none_will_do, last);
  answer.scanned = true;
  answer.limits = limits_of(plan, last);
  return answer;
}

}  // namespace

std::optional<SizeAnswer> find_size(const SizePlan& plan, std::stop_token stop,
                                    const std::function<void(const std::string&)>& progress) {
  Prober prober(plan, std::move(stop), progress);
  try {
    return search(plan, prober);
  } catch (const Stopped&) {
    return std::nullopt;
  }
}

}  // namespace pcsim
