#include <support/recorded_run.hpp>

#include <pcsim/model/setting.hpp>
#include <pcsim/runtime/clock.hpp>
#include <pcsim/runtime/loop.hpp>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <iterator>
#include <memory>

namespace pcsim {

RecordedRun run_recorded(const Scenario& scenario, std::vector<Observer*> others) {
  RecordedRun run;
  others.push_back(&run.recorder);
  std::unique_ptr<Clock> clock = std::make_unique<VirtualClock>();
  if (scenario.clock == Scenario::Clock::wall) clock = std::make_unique<WallClock>(scenario.speed.value_or(1));
  boost::asio::io_context host;
  Loop loop(host, *clock);
  run.outcome = Pipeline(loop, scenario, std::move(others)).run();
  return run;
}

std::string text_of(const RecordedRun& run, bool with_times) {
  std::string text;
  const auto out = std::back_inserter(text);
  for (const Happening& h : run.recorder.happenings) {
    if (with_times) fmt::format_to(out, "{} ", h.at);
    fmt::format_to(out, "{} {}{} {}\n", static_cast<int>(h.kind), static_cast<int>(h.who.role), h.who.number, h.item);
  }
  if (with_times) fmt::format_to(out, "ended at {}\n", run.outcome.at);
  for (const Outcome::Stuck& stuck : run.outcome.stuck)
    fmt::format_to(out, "{}{} {} {}\n", static_cast<int>(stuck.who.role), stuck.who.number, stuck.what, stuck.since);
  return text;
}

std::string text_of(const Scenario& scenario) {
  std::string text;
  for (const Setting& setting : settings())
    if (const auto value = setting.get(scenario)) text += fmt::format("--{} {} ", setting.name, *value);
  return text;
}

}  // namespace pcsim
