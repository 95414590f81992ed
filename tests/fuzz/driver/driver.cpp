// What libFuzzer calls: one of the targets.
#include <fuzz/targets.hpp>

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pcsim::PCSIM_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
