#pragma once

#include <pcsim/model/pipeline.hpp>
#include <pcsim/model/scenario.hpp>
#include <pcsim/observe/tally.hpp>

#include <string>

namespace pcsim {

/// What a run came to, in a few lines.
std::string summary(const Scenario& scenario, const Outcome& outcome, const Tally& tally);

/// When a run stood still, and for everyone who waits: who, in what, since when, and why nothing can wake them. Neighbours with
/// the same lot share a line. REQUIRES: outcome.deadlock().
std::string deadlock_report(const Outcome& outcome);

}  // namespace pcsim
