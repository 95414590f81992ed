#include "size.hpp"

#include "attempts.hpp"
#include "open.hpp"
#include "progress.hpp"
#include "stop_on_signal.hpp"
#include "sweep.hpp"

#include <pcsim/observe/output.hpp>
#include <pcsim/study/size.hpp>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace pcsim::app {

namespace {

void add_probe(std::string& text, const SizePlan& plan, const SizeProbe& probe) {
  const auto setting = fmt::format("{} = {}", plan.axis.setting->name, plan.axis.values[probe.index]);
  if (!probe.trouble.empty()) {
    text += fmt::format("  {}: {}\n", setting, probe.trouble);
    return;
  }
  for (std::size_t i = 0; i < plan.targets.size(); ++i) {
    const Estimate& estimate = probe.estimates[i];
    const Target::Verdict verdict = plan.targets[i].judge(estimate);
    const auto word = verdict == Target::Verdict::met      ? "met"
                      : verdict == Target::Verdict::missed ? "missed"
                                                           : "too close to call";
    text += fmt::format("  {}: {} is {:.6g}, from {:.6g} to {:.6g} with 95 % confidence ({} replications): {} is {}\n", setting,
                        plan.targets[i].measure, estimate.mean, estimate.low(), estimate.high(), estimate.count,
                        plan.targets[i].text, word);
  }
}

// How far the answer can be trusted: it rests on the values that were looked at.
std::string basis(const SizePlan& plan, const SizeProbes& probes, std::string_view how) {
  const std::size_t count = plan.axis.values.size();
  return count == 1 ? "" : fmt::format("  looked at {} of {} values{}\n", probes.size(), count, how);
}

std::string to_text(const SizePlan& plan, const SizeAnswer& answer, const SizeProbes& probes) {
  const auto setting = fmt::format("{} = {}", plan.axis.setting->name, plan.axis.values[answer.probe.index]);
  std::string text;
  std::string how = ", by bisection";
  if (answer.scanned) how = fmt::format(", one by one: a greater {} is not always better", plan.axis.setting->name);
  switch (answer.kind) {
    case SizeAnswer::Kind::found: text = setting + "\n"; break;
    case SizeAnswer::Kind::too_close: text = fmt::format("too close to call at {}\n", setting); break;
    case SizeAnswer::Kind::none_will_do:
      text = fmt::format("no value{} will do; {}: {}\n", probes.size() < plan.axis.values.size() ? " that was looked at" : "",
                         setting, answer.limits);
      how.clear();
      break;
  }
  add_probe(text, plan, answer.probe);
  for (const auto* neighbour : {&answer.below, &answer.above})
    if (*neighbour) add_probe(text, plan, **neighbour);
  return text + basis(plan, probes, how);
}

// What a search has found out that did not come to its end.
std::string to_text(const SizePlan& plan, const SizeProbes& probes) {
  if (probes.empty()) return "";
  std::string text;
  for (const auto& [index, probe] : probes) add_probe(text, plan, probe);
  return text + basis(plan, probes, "");
}

std::optional<SizeAnswer> find_visibly(const SizePlan& plan, SizeProbes& probes, std::stop_token stop) {
  Progress progress(stop);
  return find_size(plan, probes, stop, [&](const std::string& probe) { progress.begin(probe, -1); });
}

}  // namespace

ExitStatus size(const Request& request) {
  if (request.targets.empty()) throw UsageError("--target: a target is needed, such as --target \"latency.p99 < 200ms\"");
  if (!request.vary) throw UsageError("--vary: a setting to vary is needed, such as --vary consumers=1:64");
  check_stdout();
  std::vector<std::string> measures;
  for (const Target& target : request.targets) measures.push_back(target.measure);
  const SweepPlan all = plan_study(request, {*request.vary}, measures);
  const SizePlan plan{all.grid.base(), *request.vary, request.targets, request.replications, request.warmup, jobs_of(request)};

  SizeProbes probes;
  std::optional<SizeAnswer> answer;
  std::optional<ExitStatus> cut_short;
  Attempts attempts;
  {
    const StopOnSignal signal;
    attempts([&] { answer = find_visibly(plan, probes, signal.token()); });
    cut_short = signal.status();
  }
  attempts([&] { write_to_stdout(answer ? to_text(plan, *answer, probes) : to_text(plan, probes)); });
  if (!answer && cut_short) spdlog::error("interrupted before there was an answer");
  attempts.rethrow();
  if (!answer) return cut_short.value_or(run_failed);
  return answer->kind == SizeAnswer::Kind::found ? done : run_failed;
}

}  // namespace pcsim::app
