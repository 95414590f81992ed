#include <pcsim/assert.hpp>

#include <cstdio>
#include <cstdlib>

namespace pcsim {

void assertion_failed(const char* condition, const char* file, int line, const char* function) noexcept {
  std::fprintf(stderr, "%s:%d: %s(): assertion failed: %s\n", file, line, function, condition);
  std::abort();
}

}  // namespace pcsim
