#pragma once

namespace pcsim::app {

/// Opens what is closed of stdin, stdout and stderr on /dev/null, so that no file that is opened later gets what is meant for
/// them. Writing to such a stdout is an error; stderr takes everything, as there is nobody to be told. Throws std::system_error.
void open_closed_standard_streams();

}  // namespace pcsim::app
