#pragma once

#include <string_view>

namespace pcsim {

/// Writes all of `rest` to what is open as this descriptor, and takes from it what has been written. False where no more can be:
/// errno says why. A signal that comes meanwhile ends it as well, if `give_up` says so. Safe in a signal's handler.
bool write_all(int descriptor, std::string_view& rest, bool (*give_up)() = nullptr) noexcept;

}  // namespace pcsim
