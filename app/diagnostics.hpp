#pragma once

#include <string>
#include <string_view>

namespace pcsim::app {

/// From here on spdlog's default logger writes to stderr, each line opened by `pcsim: `.
void set_up_diagnostics();

/// The text with its control characters as \xNN: whatever is in a value or a file's name, what is said of it is one line.
std::string one_line(std::string_view text);

}  // namespace pcsim::app
