#include "run.hpp"

#include "diagnostics.hpp"
#include "interrupt.hpp"
#include "outputs.hpp"
#include "run_progress.hpp"
#include "terminal.hpp"

#include <pcsim/model/pipeline.hpp>
#include <pcsim/observe/statistics.hpp>
#include <pcsim/runtime/clock.hpp>
#include <pcsim/runtime/loop.hpp>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace pcsim::app {

namespace {

std::unique_ptr<Clock> make_clock(const Scenario& scenario) {
  if (scenario.clock == Scenario::Clock::virtual_time) return std::make_unique<VirtualClock>();
  return std::make_unique<WallClock>(scenario.speed.value_or(1));
}

}  // namespace

ExitStatus run(const Request& request) {
  if (request.files.size() > 1) write_to_stderr(fmt::format("== {}\n", request.name));
  Outputs outputs(request);
  const auto clock = make_clock(request.scenario);
  boost::asio::io_context host(1);
  Loop loop(host, *clock);
  std::vector<Observer*> observers = outputs.observers();
  std::optional<RunProgress> progress;
  if (stderr_takes_back() && !(outputs.use_stdout() && stdout_is_terminal_of_stderr()))
    observers.insert(observers.begin(), &progress.emplace(host, loop, request.scenario, request.slow_callback));
  Statistics* const statistics = outputs.statistics();
  Pipeline pipeline = statistics != nullptr ? Pipeline(loop, request.scenario, *statistics, std::move(observers))
                                            : Pipeline(loop, request.scenario, std::move(observers));
  Interrupt interrupt(host, loop, pipeline);
  try {
    const Outcome outcome = pipeline.run();
    if (progress) progress->erase();
    const bool complete = outputs.finish(outcome);
    if (interrupt.status()) return *interrupt.status();
    if (!complete) return run_failed;
    if (outcome.deadlock) return deadlocked;
    return outcome.failed ? run_failed : done;
  } catch (const InterruptedAgain& again) {
    if (progress) progress->erase();
    outputs.close();
    spdlog::error("{}", again.what());
    return *interrupt.status();
  }
}

}  // namespace pcsim::app
