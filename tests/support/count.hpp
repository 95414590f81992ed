#pragma once

namespace pcsim {

/// How often a random test repeats what it does `full` times in the optimized build: a share of that, at least once, where the
/// environment's PCSIM_TEST_SHARE says so. It is less than 1 under sanitizers, and more where somebody has the time; ctest passes
/// on the CMake option of the same name.
int test_count(int full);

}  // namespace pcsim
