#pragma once

#include "exit_status.hpp"
#include "request.hpp"

#include <pcsim/study/sweep.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace pcsim::app {

/// Runs a sweep, or a share of one: a table on stdout, or the exports that were asked for.
ExitStatus sweep(const Request& request);

/// Puts the parts of a sweep together, and tells it as sweep() would have.
ExitStatus merge(const Request& request);

/// What is to be run with these axes: in virtual time, and with the same work for every combination unless asked otherwise. Throws
/// UsageError if the request wants the wall clock, or the plan cannot be carried out.
SweepPlan plan_study(const Request& request, std::vector<Axis> axes, std::vector<std::string> measures);

/// How many threads are asked for.
std::size_t jobs_of(const Request& request);

}  // namespace pcsim::app
