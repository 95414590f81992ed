#include <pcsim/study/replication.hpp>

#include <pcsim/observe/measures.hpp>
#include <pcsim/observe/statistics.hpp>
#include <pcsim/runtime/clock.hpp>
#include <pcsim/runtime/loop.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

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
  // What stands still after a failure never comes to its end.
  if (outcome->deadlock)
    replication.end = Replication::End::deadlock;
  else if (outcome->failed)
    replication.end = Replication::End::failed;
  for (const std::string& name : observation.measures) replication.values.push_back(measure(statistics, name));
  return replication;
}

}  // namespace pcsim
