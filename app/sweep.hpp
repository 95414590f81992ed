#pragma once

#include "exit_status.hpp"
#include "request.hpp"

namespace pcsim::app {

/// Runs a sweep, or a share of one: a table on stdout, or the exports that were asked for.
ExitStatus sweep(const Request& request);

/// Puts the parts of a sweep together, and tells it as sweep() would have.
ExitStatus merge(const Request& request);

/// The scenario to study: in virtual time, and with the same work for every combination unless asked otherwise. Throws UsageError
/// if the request wants the wall clock.
Scenario studied_scenario(const Request& request);

/// How many threads are asked for.
std::size_t jobs_of(const Request& request);

}  // namespace pcsim::app
