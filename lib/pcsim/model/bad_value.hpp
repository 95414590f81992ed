#pragma once

#include <stdexcept>

namespace pcsim {

/// A setting's text that cannot be used. The message says what was given and what is allowed; who asked for the setting puts its
/// name in front.
class BadValue : public std::invalid_argument {
public:
  using std::invalid_argument::invalid_argument;
};

}  // namespace pcsim
