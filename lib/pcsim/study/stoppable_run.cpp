#include <pcsim/study/stoppable_run.hpp>

namespace pcsim {

std::optional<Outcome> run(const Scenario& scenario, Clock& clock, const std::vector<Observer*>& observers,
                           std::stop_token stop) {
  boost::asio::io_context host(1);
  Loop loop(host, clock);
  Pipeline pipeline(loop, scenario, observers);
  return until_stopped(host, loop, std::move(stop), [&] { return pipeline.run(); });
}

}  // namespace pcsim
