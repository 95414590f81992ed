#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string_view>

namespace pcsim {

/// Throws what ends a fuzz target, unless the promise was kept.
inline void promise(bool kept, std::string_view broken, std::string_view shown) {
  if (!kept) throw std::logic_error(fmt::format("{}:\n{}", broken, shown));
}

/// An error's message has to name the place.
inline void promise_place(std::string_view message, std::string_view place) {
  promise(message.starts_with(place) && message.substr(place.size()).starts_with(':'),
          "a message that does not begin with the place", message);
}

}  // namespace pcsim
