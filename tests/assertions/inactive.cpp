// Assertions as they are in a build without PCSIM_ASSERT, whatever this build is.
#undef PCSIM_ASSERTIONS
#include <pcsim/assert.hpp>

#include <doctest/doctest.h>

namespace pcsim {
namespace {

TEST_CASE("where assertions are off, a condition is compiled but not evaluated") {
  int evaluated = 0;
  const auto fails = [&] {
    ++evaluated;
    return false;
  };
  PCSIM_ASSERT(fails());
  CHECK(evaluated == 0);
}

}  // namespace
}  // namespace pcsim
