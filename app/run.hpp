#pragma once

#include "exit_status.hpp"
#include "request.hpp"

namespace pcsim::app {

/// Runs a scenario: its trace on stdout, all else on stderr. Throws what is neither done nor a deadlock.
ExitStatus run(const Request& request);

}  // namespace pcsim::app
