#include "scenario_fuzzer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

namespace pcsim {
namespace {

namespace fs = std::filesystem;

TEST_CASE("whatever bytes a scenario file holds, they give a scenario or one error that names it") {
  std::vector<fs::path> files;
  for (const char* folder : {PCSIM_CORPUS, PCSIM_SCENARIOS})
    for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  REQUIRE(files.size() > 50);
  for (const fs::path& path : files) {
    CAPTURE(path);
    std::ifstream file(path, std::ios::binary);
    const std::vector<char> bytes(std::istreambuf_iterator<char>(file), {});
    const std::vector<std::uint8_t> data(bytes.begin(), bytes.end());
    CHECK_NOTHROW(LLVMFuzzerTestOneInput(data.data(), data.size()));
  }
}

}  // namespace
}  // namespace pcsim
