#include <pcsim/study/replication.hpp>

#include <pcsim/assert.hpp>
#include <pcsim/observe/measures.hpp>
#include <pcsim/observe/statistics.hpp>
#include <pcsim/runtime/clock.hpp>
#include <pcsim/runtime/loop.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace pcsim {

namespace {

class Stopped : public std::exception {};

}  // namespace

std::optional<Outcome> run_in_virtual_time(const Scenario& scenario, const std::vector<Observer*>& observers,
                                           std::stop_token stop) {
  VirtualClock clock;
  boost::asio::io_context host(1);
  Loop loop(host, clock);
  Pipeline pipeline(loop, scenario, observers);
  // Whoever requests the stop is in another thread: only the host may be called from there.
  const std::stop_callback end_early(std::move(stop), [&] {
    boost::asio::post(host, [&] { loop.abort(std::make_exception_ptr(Stopped())); });
  });
  try {
    return pipeline.run();
  } catch (const Stopped&) {
    return std::nullopt;
  }
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
  for (const std::string& name : observation.measures) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const Measure& m) { return m.name == name; });
    PCSIM_ASSERT(found != all.end());
    replication.values.push_back(found->value);
  }
  return replication;
}

}  // namespace pcsim
