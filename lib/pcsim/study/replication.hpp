#pragma once

#include <pcsim/model/happening.hpp>
#include <pcsim/model/pipeline.hpp>
#include <pcsim/model/scenario.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace pcsim {

/// Runs a scenario in virtual time. Nothing if `stop` was requested before its end. Thread-safe: runs share nothing.
std::optional<Outcome> run_in_virtual_time(const Scenario& scenario, const std::vector<Observer*>& observers,
                                           std::stop_token stop = {});

/// What one run of a scenario came to.
struct Replication {
  enum class End { done, deadlock, failed };

  End end = End::done;
  std::vector<double> values;  ///< of the measures that were asked for
};

/// Which measures are wanted, and of which items.
struct Observation {
  std::vector<std::string> measures;  ///< REQUIRES: names of measure_names()
  std::uint64_t warmup = 0;
};

/// Runs a scenario in virtual time, as run_in_virtual_time() does, and measures it. With a host of one's own, for many runs one
/// after another: making one takes longer than a small run.
std::optional<Replication> replicate(const Scenario& scenario, const Observation& observation, std::stop_token stop = {});
std::optional<Replication> replicate(boost::asio::io_context& host, const Scenario& scenario, const Observation& observation,
                                     std::stop_token stop);

}  // namespace pcsim
