#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace pcsim::app {

/// From here on spdlog's default logger writes to stderr, each line opened by `pcsim: `.
void set_up_diagnostics();

/// The text with its control characters as \xNN: whatever is in a value or a file's name, what is said of it is one line.
std::string one_line(std::string_view text);

/// Says in one line what an exception is about.
void tell_failure(const std::exception_ptr& failure);

/// Writes to stderr as it is. False if that could not be done, of which nobody can be told: never throws.
bool write_to_stderr(std::string_view text) noexcept;

}  // namespace pcsim::app
