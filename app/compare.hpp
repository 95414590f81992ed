#pragma once

#include "exit_status.hpp"
#include "request.hpp"

namespace pcsim::app {

/// Compares sequential with concurrent: a table on stdout, or the exports that were asked for.
ExitStatus compare(const Request& request);

}  // namespace pcsim::app
