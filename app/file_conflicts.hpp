#pragma once

#include "request.hpp"

namespace pcsim::app {

/// Throws UsageError where a file that is to be written is also read, is to be written a second time, or is where stdout or
/// stderr goes: by whatever name, links included.
void refuse_file_conflicts(const Request& request);

/// Throws UsageError for an option whose file is that of one scenario, as there are several.
void refuse_files_of_one(const Request& request);

}  // namespace pcsim::app
