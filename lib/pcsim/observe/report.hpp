#pragma once

#include <pcsim/model/pipeline.hpp>
#include <pcsim/model/scenario.hpp>
#include <pcsim/observe/statistics.hpp>

#include <string>

namespace pcsim {

enum class Detail { text, full };

/// What a run came to, as an aligned table; with Detail::full every consumer and producer has a line, else only as many as fit.
std::string summary(const Scenario& scenario, const Statistics& statistics, Detail detail);

/// When a run stood still, and for everyone who waits: who, in what, since when, and why nothing can wake them. Neighbours with
/// the same lot share a line. REQUIRES: outcome.deadlock.
std::string deadlock_report(const Outcome& outcome);

}  // namespace pcsim
