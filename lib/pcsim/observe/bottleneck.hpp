#pragma once

#include <pcsim/model/scenario.hpp>
#include <pcsim/observe/statistics.hpp>

#include <string>

namespace pcsim {

/// What limits a run, in plain words, with the evidence: whatever was busy for the greatest share of the makespan; or the queue's
/// size, where nothing was near its own limit and producers stood before a full queue.
std::string bottleneck(const Scenario& scenario, const Statistics& statistics);

}  // namespace pcsim
