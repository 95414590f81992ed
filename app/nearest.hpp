#pragma once

#include <span>
#include <string>
#include <string_view>

namespace pcsim::app {

/// The name that `typed` was most likely meant to be, or nothing if none is near: fewer than half of its letters are wrong.
std::string nearest(std::string_view typed, std::span<const std::string> names);

}  // namespace pcsim::app
