#include "run.hpp"

#include "interrupt.hpp"
#include "open.hpp"
#include "scenario_file.hpp"

#include <pcsim/model/pipeline.hpp>
#include <pcsim/observe/output.hpp>
#include <pcsim/observe/report.hpp>
#include <pcsim/observe/tally.hpp>
#include <pcsim/observe/text_trace.hpp>
#include <pcsim/observe/trace_check.hpp>
#include <pcsim/runtime/clock.hpp>
#include <pcsim/runtime/loop.hpp>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pcsim::app {

namespace {

std::unique_ptr<Clock> make_clock(const Scenario& scenario) {
  if (scenario.clock == Scenario::Clock::virtual_time) return std::make_unique<VirtualClock>();
  return std::make_unique<WallClock>(scenario.speed.value_or(1));
}

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

void save(const Request& request) {
  const auto file = open_for("save", [&] { return std::make_unique<Output>(request.save); });
  Output& output = *file;
  output.buffer().append(write_scenario(request.scenario));
  output.close();
}

ExitStatus tell_difference(const Request& request, const TraceCheck::Difference& difference) {
  const auto show = [](const std::optional<std::string>& line) { return line ? *line : "(the trace has ended)"; };
  spdlog::error("{}:{}: the trace differs", request.verify, difference.line);
  fmt::print(stderr, "  recorded: {}\n  this run: {}\n", show(difference.recorded), show(difference.now));
  return run_failed;
}

}  // namespace

ExitStatus run(const Request& request) {
  const Scenario& scenario = request.scenario;
  if (request.files.size() > 1) fmt::print(stderr, "== {}\n", request.name);
  const bool wall = scenario.clock == Scenario::Clock::wall;
  std::vector<Observer*> observers;

  Output output("-");
  output.write_at_once(wall || output.is_terminal());
  const TraceFormat format(scenario);
  TextTrace trace(format, output);
  if (scenario.trace != Scenario::Trace::none && request.save != "-") observers.push_back(&trace);
  std::unique_ptr<TraceCheck> check;
  if (!request.verify.empty()) {
    const auto times = wall ? TraceCheck::Times::ignore : TraceCheck::Times::compare;
    check = open_for("verify", [&] { return std::make_unique<TraceCheck>(format, request.verify, times); });
    observers.push_back(check.get());
  }
  std::optional<Tally> tally;
  if (request.summary != Request::Summary::none) observers.push_back(&tally.emplace(scenario));
  PauseWarning warning(request.slow_callback);
  if (scenario.work == Scenario::Work::block) observers.push_back(&warning);
  if (!request.save.empty()) save(request);

  const auto clock = make_clock(scenario);
  boost::asio::io_context host(1);
  Loop loop(host, *clock);
  Pipeline pipeline(loop, scenario, observers);
  Interrupt interrupt(host, loop, pipeline);
  Outcome outcome;
  try {
    outcome = pipeline.run();
  } catch (const InterruptedAgain& again) {
    output.close();
    spdlog::error("{}", again.what());
    return *interrupt.status();
  }
  output.close();

  ExitStatus status = outcome.failed ? run_failed : outcome.deadlock() ? deadlocked : done;
  if (outcome.deadlock()) spdlog::error("{}", deadlock_report(outcome));
  if (tally) fmt::print(stderr, "{}", summary(scenario, outcome, *tally));
  if (check)
    if (const auto difference = check->difference()) status = tell_difference(request, *difference);
  return interrupt.status().value_or(status);
}

}  // namespace pcsim::app
