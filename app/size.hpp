#pragma once

#include "exit_status.hpp"
#include "request.hpp"

namespace pcsim::app {

/// Finds the smallest value of a setting that meets the targets. The first line of stdout is the answer, ready for a scenario
/// file; run_failed if there is none, or it cannot be told.
ExitStatus size(const Request& request);

}  // namespace pcsim::app
