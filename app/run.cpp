#include "run.hpp"

#include "interrupt.hpp"
#include "outputs.hpp"

#include <pcsim/model/pipeline.hpp>
#include <pcsim/runtime/clock.hpp>
#include <pcsim/runtime/loop.hpp>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <memory>

namespace pcsim::app {

namespace {

std::unique_ptr<Clock> make_clock(const Scenario& scenario) {
  if (scenario.clock == Scenario::Clock::virtual_time) return std::make_unique<VirtualClock>();
  return std::make_unique<WallClock>(scenario.speed.value_or(1));
}

}  // namespace

ExitStatus run(const Request& request) {
  if (request.files.size() > 1) fmt::print(stderr, "== {}\n", request.name);
  Outputs outputs(request);
  const auto clock = make_clock(request.scenario);
  boost::asio::io_context host(1);
  Loop loop(host, *clock);
  Pipeline pipeline(loop, request.scenario, outputs.observers());
  Interrupt interrupt(host, loop, pipeline);
  try {
    const Outcome outcome = pipeline.run();
    const bool verified = outputs.finish(outcome);
    if (interrupt.status()) return *interrupt.status();
    if (!verified) return run_failed;
    if (outcome.deadlock()) return deadlocked;
    return outcome.failed ? run_failed : done;
  } catch (const InterruptedAgain& again) {
    outputs.close();
    spdlog::error("{}", again.what());
    return *interrupt.status();
  }
}

}  // namespace pcsim::app
