#pragma once

#include "request.hpp"

#include <pcsim/observe/output.hpp>

#include <fmt/format.h>

#include <string_view>
#include <system_error>

namespace pcsim::app {

/// Opens the file that an option names, by calling `open`; where that throws std::system_error, it is the option's fault.
template <class Open>
auto open_for(std::string_view option, Open open) {
  try {
    return open();
  } catch (const std::system_error& error) {
    throw UsageError(fmt::format("--{}: {}", option, error.what()));
  }
}

/// Throws UsageError where stdout is closed: before anything has run that would be printed there.
inline void check_stdout() {
  try {
    Output("-");
  } catch (const std::system_error& error) {
    throw UsageError(error.what());
  }
}

}  // namespace pcsim::app
