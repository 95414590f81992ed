#include <pcsim/study/replication.hpp>

#include <pcsim/observe/measures.hpp>
#include <pcsim/observe/statistics.hpp>
#include <pcsim/runtime/clock.hpp>
#include <pcsim/study/stoppable_run.hpp>

#include <algorithm>
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
  if (outcome->failed)
    replication.end = Replication::End::failed;
  else if (outcome->deadlock)
    replication.end = Replication::End::deadlock;
  const auto all = measures(statistics);
  for (const std::string& name : observation.measures)
    replication.values.push_back(std::find_if(all.begin(), all.end(), [&](const Measure& m) { return m.name == name; })->value);
  return replication;
}

}  // namespace pcsim
