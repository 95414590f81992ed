#pragma once

#include <string_view>

namespace pcsim {

/// Writes all of `rest` to what is open as this descriptor, and takes from it what has been written. False where no more can be:
/// errno says why. Safe in a signal's handler.
bool write_all(int descriptor, std::string_view& rest) noexcept;

}  // namespace pcsim
