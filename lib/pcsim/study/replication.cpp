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
  Statistics statistics(scenario, observation.warmup);
  const auto outcome = run_in_virtual_time(scenario, {&statistics}, std::move(stop));
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
