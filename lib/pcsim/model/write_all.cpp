#include <pcsim/model/write_all.hpp>

#include <unistd.h>

#include <cerrno>
#include <cstddef>

namespace pcsim {

bool write_all(int descriptor, std::string_view& rest, bool (*give_up)()) noexcept {
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor, rest.data(), rest.size());
    if (written >= 0)
      rest.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR || (give_up != nullptr && give_up()))
      return false;
  }
  return true;
}

}  // namespace pcsim
