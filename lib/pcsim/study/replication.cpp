#include <pcsim/study/replication.hpp>

#include <pcsim/model/pipeline.hpp>
#include <pcsim/observe/measures.hpp>
#include <pcsim/observe/statistics.hpp>
#include <pcsim/runtime/clock.hpp>
#include <pcsim/runtime/loop.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>
#include <stdexcept>

namespace pcsim {

namespace {

class Stopped : public std::exception {};

}  // namespace

std::optional<Replication> replicate(const Scenario& scenario, const Observation& observation, std::stop_token stop) {
  VirtualClock clock;
  boost::asio::io_context host(1);
  Loop loop(host, clock);
  Statistics statistics(scenario, observation.warmup);
  Pipeline pipeline(loop, scenario, {&statistics});
  // Whoever requests the stop is in another thread: only the host may be called from there.
  const std::stop_callback end_early(stop,
                                     [&] { boost::asio::post(host, [&] { loop.abort(std::make_exception_ptr(Stopped())); }); });
  Outcome outcome;
  try {
    outcome = pipeline.run();
  } catch (const Stopped&) {
    return std::nullopt;
  }
  statistics.end(outcome.at);

  Replication replication;
  if (outcome.failed)
    replication.end = Replication::End::failed;
  else if (outcome.deadlock())
    replication.end = Replication::End::deadlock;
  const auto all = measures(statistics);
  for (const std::string& name : observation.measures)
    replication.values.push_back(std::find_if(all.begin(), all.end(), [&](const Measure& m) { return m.name == name; })->value);
  return replication;
}

}  // namespace pcsim
