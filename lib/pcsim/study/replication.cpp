#include <pcsim/study/replication.hpp>

#include <pcsim/observe/measures.hpp>
#include <pcsim/observe/statistics.hpp>
#include <pcsim/runtime/clock.hpp>
#include <pcsim/study/stoppable_run.hpp>

#include <utility>

namespace pcsim {

std::optional<Outcome> run_in_virtual_time(const Scenario& scenario, const std::vector<Observer*>& observers,
                                           std::stop_token stop) {
  VirtualClock clock;
  return run(scenario, clock, observers, std::move(stop));
}

std::optional<Replication> replicate(const Scenario& scenario, const Observation& observation, std::stop_token stop) {
  boost::asio::io_context host(1);
  return replicate(host, scenario, observation, std::move(stop));
}

std::optional<Replication> replicate(boost::asio::io_context& host, const Scenario& scenario, const Observation& observation,
                                     std::stop_token stop) {
  Statistics statistics(scenario, observation.warmup);
  VirtualClock clock;
  Loop loop(host, clock);
  Pipeline pipeline(loop, scenario, statistics, {});
  const auto outcome = until_stopped(host, loop, std::move(stop), [&] { return pipeline.run(); });
  host.poll();  // what asks the loop to stop may be left there, and must not find it gone
  if (!outcome) return std::nullopt;
  statistics.end(outcome->at);

  Replication replication;
  // What stands still after a failure never comes to its end.
  if (outcome->deadlock)
    replication.end = Replication::End::deadlock;
  else if (outcome->failed)
    replication.end = Replication::End::failed;
  for (const std::string& name : observation.measures) replication.values.push_back(measure(statistics, name));
  return replication;
}

}  // namespace pcsim
