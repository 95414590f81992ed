#include <support/seed.hpp>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

namespace pcsim {

std::uint64_t test_seed() {
  static const std::uint64_t seed = [] {
    const char* const given = std::getenv("PCSIM_TEST_SEED");
    const std::uint64_t chosen = given != nullptr ? std::stoull(given) : std::random_device()();
    std::printf("random tests: PCSIM_TEST_SEED=%llu\n", static_cast<unsigned long long>(chosen));
    std::fflush(stdout);
    return chosen;
  }();
  return seed;
}

}  // namespace pcsim
