// That a program which includes the headers, and is compiled for a machine with fused multiply-add, draws the same numbers.

#include <pcsim/random/random.hpp>

#include <cstdio>

int main() {
#ifdef __x86_64__
  if (!__builtin_cpu_supports("fma")) {
    std::puts("skipped: this machine cannot fuse a multiplication and an addition");
    return 0;
  }
#endif
  pcsim::Random random(std::uint64_t{42});
  pcsim::Random same(std::uint64_t{42});
  const double low = 0.015;
  const double high = 0.055;
  for (int i = 0; i < 10'000; ++i) {
    const volatile double product = (high - low) * same.random();  // is rounded here
    if (random.uniform(low, high) != low + product) {
      std::printf("draw %d is not low + (high - low) * random(), each rounded\n", i);
      return 1;
    }
  }
}
