#pragma once

#include "request.hpp"

#include <vector>

namespace pcsim::app {

/// Reads the command line, and the scenario files that it names. One request for each run that is asked for; none if all that was
/// asked for was printed (--help, --version). Throws UsageError.
std::vector<Request> parse_command_line(int argc, const char* const* argv);

}  // namespace pcsim::app
