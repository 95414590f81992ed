#include "outputs.hpp"

#include "open.hpp"
#include "scenario_file.hpp"

#include <pcsim/observe/report.hpp>
#include <pcsim/observe/trace_format.hpp>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <string>

namespace pcsim::app {

namespace {

// asyncio's debug mode: who has kept the loop from all others.
class PauseWarning final : public Observer {
public:
  explicit PauseWarning(double longest) : longest_(longest) {}
  void on(const Happening&) override {}
  void on_pause(const Pause& pause) override {
    if (pause.seconds > longest_)
      spdlog::warn("{:.3f} C{} has blocked the loop for {:.3f} s", pause.at, pause.who.number, pause.seconds);
  }

private:
  double longest_;
};

}  // namespace

Outputs::Outputs(const Request& request) : request_(request) {
  const Scenario& scenario = request.scenario;
  if (const auto file = open("save", request.save)) {
    file->buffer().append(write_scenario(scenario));
    file->close();
  }
  open_trace();
  if (request.summary != Request::Summary::none) observers_.push_back(&statistics_.emplace(scenario, request.warmup));
  if (scenario.work == Scenario::Work::block) {
    pause_warning_ = std::make_unique<PauseWarning>(request.slow_callback);
    observers_.push_back(pause_warning_.get());
  }
}

std::unique_ptr<Output> Outputs::open(std::string_view option, const std::string& path) {
  if (path.empty()) return nullptr;
  if (path == "-") {
    if (!on_stdout_.empty()) throw UsageError(fmt::format("--{}: stdout is taken by --{}; give it a file", option, on_stdout_));
    on_stdout_ = option;
  }
  return open_for(option, [&] { return std::make_unique<Output>(path); });
}

// The trace has stdout, unless something else does.
void Outputs::open_trace() {
  const Scenario& scenario = request_.scenario;
  if (scenario.trace == Scenario::Trace::none) {
    if (!request_.verify.empty()) throw UsageError("--verify: there is nothing to verify with --trace none");
    return;
  }
  const bool wall = scenario.clock == Scenario::Clock::wall;
  const TraceFormat format(scenario);
  if (on_stdout_.empty() || request_.flags.contains("trace")) {
    trace_file_ = open("trace", "-");
    trace_file_->write_at_once(wall || trace_file_->is_terminal());
    observers_.push_back(&trace_.emplace(format, *trace_file_));
  }
  if (!request_.verify.empty()) {
    const auto times = wall ? TraceCheck::Times::ignore : TraceCheck::Times::compare;
    check_ = open_for("verify", [&] { return std::make_unique<TraceCheck>(format, request_.verify, times); });
    observers_.push_back(check_.get());
  }
}

void Outputs::close() {
  if (trace_file_) trace_file_->close();
}

bool Outputs::finish(const Outcome& outcome) {
  if (statistics_) statistics_->end(outcome.at);
  close();
  if (outcome.deadlock()) spdlog::error("{}", deadlock_report(outcome));
  if (request_.summary != Request::Summary::none) {
    const Detail detail = request_.summary == Request::Summary::full ? Detail::full : Detail::text;
    fmt::print(stderr, "{}", summary(request_.scenario, *statistics_, detail));
  }
  return verify();
}

bool Outputs::verify() {
  if (!check_) return true;
  const auto difference = check_->difference();
  if (!difference) return true;
  const auto show = [](const std::optional<std::string>& line) { return line ? *line : "(the trace has ended)"; };
  spdlog::error("{}:{}: the trace differs", request_.verify, difference->line);
  fmt::print(stderr, "  recorded: {}\n  this run: {}\n", show(difference->recorded), show(difference->now));
  return false;
}

}  // namespace pcsim::app
