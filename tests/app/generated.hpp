#pragma once

#include "process.hpp"

#include <random>

namespace pcsim {

/// Flags of a scenario, drawn at random: a valid combination of at most some dozens of items, without a clock. It may end in any
/// way.
Texts generated_flags(std::mt19937_64& random);

}  // namespace pcsim
