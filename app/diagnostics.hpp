#pragma once

#include <string_view>

namespace pcsim::app {

/// From here on spdlog's default logger writes to stderr, each line opened by `pcsim: `.
void set_up_diagnostics();

}  // namespace pcsim::app
