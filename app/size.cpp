#include "size.hpp"

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

std::string to_text(const SizePlan& plan, const SizeAnswer& answer) {
  const auto& name = plan.axis.setting->name;
  const std::string& value = plan.axis.values[answer.probe.index];
  std::string text;
  switch (answer.kind) {
    case SizeAnswer::Kind::found: text = fmt::format("{} = {}\n", name, value); break;
    case SizeAnswer::Kind::none_will_do: text = fmt::format("not even {} will do: {}\n", value, answer.limits); break;
    case SizeAnswer::Kind::too_close: text = fmt::format("too close to call at {} = {}\n", name, value); break;
  }
  add_probe(text, plan, answer.probe);
  for (const auto* neighbour : {&answer.below, &answer.above})
    if (*neighbour) add_probe(text, plan, **neighbour);
  if (answer.scanned) text += fmt::format("  looked at value by value: a greater value of {} is not always better\n", name);
  return text;
}

std::optional<SizeAnswer> find_visibly(const SizePlan& plan, std::stop_token stop) {
  Progress progress(stop);
  return find_size(plan, stop, [&](const std::string& probe) { progress.begin(probe, -1); });
}

}  // namespace

ExitStatus size(const Request& request) {
  if (request.targets.empty()) throw UsageError("--target: a target is needed, such as --target \"latency.p99 < 200ms\"");
  if (!request.vary) throw UsageError("--vary: a setting to vary is needed, such as --vary consumers=1:64");
  std::vector<std::string> measures;
  for (const Target& target : request.targets) measures.push_back(target.measure);
  const SweepPlan all = plan_study(request, {*request.vary}, measures);
  const SizePlan plan{all.grid.base(), *request.vary, request.targets, request.replications, request.warmup, jobs_of(request)};

  const StopOnSignal signal;
  const auto answer = find_visibly(plan, signal.token());
  if (!answer) {
    spdlog::error("interrupted before there was an answer");
    return signal.status().value_or(run_failed);
  }
  write_to_stdout(to_text(plan, *answer));
  return answer->kind == SizeAnswer::Kind::found ? done : run_failed;
}

}  // namespace pcsim::app
