#pragma once

#include <cstdint>

namespace pcsim {

/// The seed of all random tests of this process, printed when it is first asked for: a new one each time, or what the
/// environment's PCSIM_TEST_SEED says.
std::uint64_t test_seed();

}  // namespace pcsim
