#include "run.hpp"

#include <pcsim/model/pipeline.hpp>
#include <pcsim/observe/output.hpp>
#include <pcsim/observe/report.hpp>
#include <pcsim/observe/tally.hpp>
#include <pcsim/observe/text_trace.hpp>
#include <pcsim/runtime/clock.hpp>
#include <pcsim/runtime/loop.hpp>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <memory>
#include <vector>

namespace pcsim::app {

namespace {

std::unique_ptr<Clock> make_clock(const Scenario& scenario) {
  if (scenario.clock == Scenario::Clock::virtual_time) return std::make_unique<VirtualClock>();
  return std::make_unique<WallClock>(scenario.speed.value_or(1));
}

}  // namespace

ExitStatus run(const Request& request) {
  const Scenario& scenario = request.scenario;
  Output output("-");
  output.write_at_once(scenario.clock == Scenario::Clock::wall || output.is_terminal());
  TextTrace trace(scenario, output);
  const bool wants_summary = request.summary != Request::Summary::none;
  Tally tally(scenario);
  std::vector<Observer*> observers;
  if (scenario.trace != Scenario::Trace::none) observers.push_back(&trace);
  if (wants_summary) observers.push_back(&tally);

  const auto clock = make_clock(scenario);
  boost::asio::io_context host(1);
  Loop loop(host, *clock);
  Pipeline pipeline(loop, scenario, observers);
  const Outcome outcome = pipeline.run();
  output.close();

  if (outcome.deadlock()) spdlog::error("{}", deadlock_report(outcome));
  if (wants_summary) fmt::print(stderr, "{}", summary(scenario, outcome, tally));
  if (outcome.failed) return run_failed;
  return outcome.deadlock() ? deadlocked : done;
}

}  // namespace pcsim::app
