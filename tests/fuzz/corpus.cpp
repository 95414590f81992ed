#include "targets.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace pcsim {
namespace {

namespace fs = std::filesystem;

// Every file of a target's folder, and of others.
void replay(void (*target)(std::string_view), const char* folder, const std::vector<fs::path>& others = {}) {
  std::vector<fs::path> files = others;
  for (const auto& entry : fs::directory_iterator(fs::path(PCSIM_CORPUS) / folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  REQUIRE(files.size() >= 10);
  for (const fs::path& path : files) {
    CAPTURE(path);
    std::ifstream file(path, std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    CHECK_NOTHROW(target(bytes));
  }
}

TEST_CASE("whatever bytes a scenario file holds, they give a scenario or one error that names it") {
  std::vector<fs::path> scenarios;
  for (const auto& entry : fs::directory_iterator(PCSIM_SCENARIOS)) scenarios.push_back(entry.path());
  replay(fuzz_scenario, "scenario", scenarios);
}

TEST_CASE("whatever bytes a log holds, they give as many items as were counted or one error that names it") {
  replay(fuzz_arrivals, "arrivals");
}

TEST_CASE("whatever bytes a file of events holds, they give events of a run or one error that names it") {
  replay(fuzz_events, "events");
}

TEST_CASE("whatever bytes a part of a sweep holds, they give its results or one error that names it") {
  replay(fuzz_part, "part");
}

TEST_CASE("whatever the arguments are, they give requests or one error") { replay(fuzz_command_line, "command-line"); }

}  // namespace
}  // namespace pcsim
