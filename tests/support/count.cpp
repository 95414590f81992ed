#include <support/count.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace pcsim {

int test_count(int full) {
  static const double share = [] {
    const char* const given = std::getenv("PCSIM_TEST_SHARE");
    const double chosen = given != nullptr ? std::stod(given) : 1;
    if (chosen != 1) std::printf("random tests: PCSIM_TEST_SHARE=%g\n", chosen);
    std::fflush(stdout);
    return chosen;
  }();
  return std::max(1, static_cast<int>(share * full));
}

}  // namespace pcsim
