#include "outputs.hpp"

#include "diagnostics.hpp"
#include "open.hpp"
#include "scenario_file.hpp"
#include "terminal.hpp"

#include <pcsim/observe/event_export.hpp>
#include <pcsim/observe/html_export.hpp>
#include <pcsim/observe/perfetto_export.hpp>
#include <pcsim/observe/report.hpp>
#include <pcsim/observe/results_export.hpp>
#include <pcsim/observe/timeline_text.hpp>
#include <pcsim/observe/trace_format.hpp>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <filesystem>
#include <string>
#include <utility>

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
  if (request.summary != Request::Summary::none || !request.export_json.empty() || !request.export_html.empty())
    statistics_.emplace(scenario, request.warmup);
  if (request.timeline) observers_.push_back(&timeline_.emplace(scenario));
  Output* const saved = files_.open("save", request.save);
  open_exports();
  open_trace();
  open_check();
  if (saved != nullptr) save(*saved);
  if (scenario.work == Scenario::Work::block) {
    pause_warning_ = std::make_unique<PauseWarning>(request.slow_callback);
    observers_.push_back(pause_warning_.get());
  }
}

void Outputs::save(Output& file) {
  Scenario saved = request_.scenario;
  if (!saved.arrivals.empty()) saved.arrivals = path_for_file(saved.arrivals, request_.arrivals_relative, request_.save);
  file.buffer().append(write_scenario(saved));
  file.complete();
}

void Outputs::open_exports() {
  const Scenario& scenario = request_.scenario;
  if (Output* const file = files_.open("export-json", request_.export_json))
    exports_.push_back(std::make_unique<ResultsExport>(scenario, *statistics_, request_.warmup, PCSIM_VERSION, *file));
  if (Output* const file = files_.open("export-events", request_.export_events, Output::Way::in_place)) {
    file->write_at_once(file->is_terminal());
    exports_.push_back(std::make_unique<EventExport>(*event_format(request_.export_events), *file));
  }
  if (Output* const file = files_.open("export-perfetto", request_.export_perfetto))
    exports_.push_back(std::make_unique<PerfettoExport>(scenario, *file));
  if (Output* const file = files_.open("export-html", request_.export_html)) {
    HtmlExport::About about{std::filesystem::path(request_.name).filename(), PCSIM_VERSION, request_.warmup};
    if (about.title.empty() || about.title == "-") about.title = "A pcsim run";
    exports_.push_back(std::make_unique<HtmlExport>(scenario, *statistics_, std::move(about), *file));
  }
  for (const auto& file : exports_) observers_.push_back(file.get());
  if (!exports_.empty()) observers_.push_back(&last_seen_);
}

// The trace has stdout, unless something else does.
void Outputs::open_trace() {
  const Scenario& scenario = request_.scenario;
  if (scenario.trace == Scenario::Trace::none || (use_stdout() && !request_.flags.contains("trace"))) return;
  Output& file = *files_.open("trace", "-");
  file.write_at_once(file.is_terminal());
  observers_.push_back(&trace_.emplace(TraceFormat(scenario), file));
}

void Outputs::open_check() {
  if (request_.verify.empty()) return;
  const Scenario& scenario = request_.scenario;
  if (scenario.trace == Scenario::Trace::none) throw UsageError("--verify: there is nothing to verify with --trace none");
  const auto times = scenario.clock == Scenario::Clock::wall ? TraceCheck::Times::ignore : TraceCheck::Times::compare;
  check_ = open_for("verify", [&] { return std::make_unique<TraceCheck>(TraceFormat(scenario), request_.verify, times); });
  observers_.push_back(check_.get());
}

void Outputs::end_exports(const Outcome* outcome) {
  if (exports_.empty()) return;
  if (outcome == nullptr && statistics_) statistics_->end(last_seen_.at);
  for (const auto& file : exports_) file->end(outcome);
}

void Outputs::close() {
  end_exports(nullptr);
  files_.close();
}

bool Outputs::finish(const Outcome& outcome) {
  if (statistics_) statistics_->end(outcome.at);
  end_exports(&outcome);
  files_.close();
  if (outcome.deadlock) spdlog::error("{}", deadlock_report(outcome));
  const bool told = tell_figures(outcome);
  return verify() && told;
}

bool Outputs::tell_figures(const Outcome& outcome) {
  std::string text;
  if (timeline_) {
    timeline_->end(outcome.at);
    text += to_text(*timeline_, {stderr_width(), locale_is_utf8(), stderr_shows_colour()});
  }
  if (request_.summary != Request::Summary::none) {
    const Detail detail = request_.summary == Request::Summary::full ? Detail::full : Detail::text;
    text += summary(request_.scenario, *statistics_, detail);
  }
  return write_to_stderr(text);
}

bool Outputs::verify() {
  if (!check_) return true;
  const auto difference = check_->difference();
  if (!difference) return true;
  spdlog::error("{}:{}: the trace differs", request_.verify, difference->line);
  write_to_stderr(to_text(*difference));
  return false;
}

}  // namespace pcsim::app
