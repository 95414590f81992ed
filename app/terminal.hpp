#pragma once

#include <cstddef>

namespace pcsim::app {

/// Whether the locale says UTF-8, so that characters beyond ASCII can be shown.
bool locale_is_utf8();

/// Whether characters beyond ASCII can be shown on stdout: it is a terminal, and the locale says UTF-8.
bool stdout_shows_utf8();

bool stderr_is_terminal();

/// Whether the two are one terminal, where what is written to the one gets in the way of the other.
bool stdout_is_terminal_of_stderr();

/// Whether a line that is on stderr can be written over: it is a terminal, and not a dumb one.
bool stderr_takes_back();

/// Whether stderr has colours, and NO_COLOR does not say that nobody wants them.
bool stderr_shows_colour();

/// Columns to write on stderr: what COLUMNS says, or the terminal; 100 where there is none.
std::size_t stderr_width();

}  // namespace pcsim::app
