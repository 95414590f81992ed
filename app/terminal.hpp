#pragma once

namespace pcsim::app {

/// Whether characters beyond ASCII can be shown on stdout: it is a terminal, and the locale says UTF-8.
bool stdout_shows_utf8();

bool stderr_is_terminal();

}  // namespace pcsim::app
