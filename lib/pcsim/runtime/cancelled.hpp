#pragma once

#include <exception>

namespace pcsim {

/// Thrown in a task at the point where it waits, when it is cancelled: asyncio's CancelledError. Catch it to clean up, then let
/// it go on.
class Cancelled final : public std::exception {
public:
  const char* what() const noexcept override { return "cancelled"; }
};

}  // namespace pcsim
