#pragma once

#include <cstdint>

namespace pcsim {

/// How often this thread has taken memory so far.
std::uint64_t allocations();

}  // namespace pcsim
