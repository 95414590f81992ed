// Assertions as they are in a build with PCSIM_ASSERT, whatever this build is.
#ifndef PCSIM_ASSERTIONS
#define PCSIM_ASSERTIONS
#endif
#include "death.hpp"

#include <pcsim/assert.hpp>

#include <fmt/format.h>

namespace pcsim {
namespace {

constexpr int line = __LINE__ + 2;
constexpr int half(int even) {
  PCSIM_ASSERT(even % 2 == 0);
  return even / 2;
}

TEST_CASE("an assertion that holds does nothing, at compile time as well") {
  static_assert(half(4) == 2);
  CHECK(half(6) == 3);
}

TEST_CASE("an assertion that does not hold ends the program, and names its file, line, function and condition") {
  volatile int odd = 3;
  const std::string words = last_words([&] { static_cast<void>(half(odd)); });
  CHECK(words.find(fmt::format("active.cpp:{}: half(): assertion failed: even % 2 == 0\n", line)) != std::string::npos);
}

}  // namespace
}  // namespace pcsim
