#pragma once

#include <pcsim/model/pipeline.hpp>
#include <pcsim/model/scenario.hpp>
#include <pcsim/observe/statistics.hpp>
#include <pcsim/runtime/clock.hpp>
#include <pcsim/runtime/loop.hpp>

#include <boost/asio/io_context.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace pcsim::bench {

/// All that the program makes for a run: what is measured is from its making to its end.
struct Run {
  /// REQUIRES: what is referred to outlives this.
  explicit Run(const Scenario& scenario, std::vector<Observer*> observers = {})
      : clock(make_clock(scenario)), pipeline(loop, scenario, std::move(observers)) {}
  Run(const Scenario& scenario, Statistics& statistics)
      : clock(make_clock(scenario)), pipeline(loop, scenario, statistics, std::vector<Observer*>()) {}

  static std::unique_ptr<Clock> make_clock(const Scenario& scenario) {
    if (scenario.clock == Scenario::Clock::wall) return std::make_unique<WallClock>(1);
    return std::make_unique<VirtualClock>();
  }

  boost::asio::io_context host{1};
  std::unique_ptr<Clock> clock;
  Loop loop{host, *clock};
  Pipeline pipeline;
};

}  // namespace pcsim::bench
