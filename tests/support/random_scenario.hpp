#pragma once

#include <pcsim/model/scenario.hpp>

#include <random>

namespace pcsim {

/// A small scenario of any kind, whose settings go together: up to some actors and some dozens of items, in virtual time. Most
/// delays are multiples of one tick, so that much happens at one instant.
Scenario random_scenario(std::mt19937_64& rng);

}  // namespace pcsim
