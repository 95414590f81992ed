#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/read_line.hpp>

#include <support/count.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>

namespace pcsim {
namespace {

TEST_CASE("lines are those of std::getline, and so is the end") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(300); ++i) {
    std::string text;
    for (std::size_t lines = rng() % 6; lines > 0; --lines)
      // Of few characters, or about as many as are read at once.
      text += std::string(rng() % 2 == 0 ? rng() % 3 : 4096 * (rng() % 3) + rng() % 6, 'x') + "\n";
    if (rng() % 2 == 0) text.resize(text.size() - text.size() % 4096, 'y');
    std::istringstream ours(text);
    std::istringstream theirs(text);
    std::string our_line;
    std::string their_line;
    while (std::getline(theirs, their_line)) {
      REQUIRE(read_line(ours, our_line));
      REQUIRE(our_line == their_line);
      REQUIRE(ours.eof() == theirs.eof());
    }
    REQUIRE(!read_line(ours, our_line));
  }
}

TEST_CASE("a file that never ends a line, or cannot be read, is refused") {
  std::string line;
  std::ifstream zeros("/dev/zero");
  CHECK_THROWS_WITH_AS(read_line(zeros, line), "this line is longer than 64 MiB", BadValue);
  std::ifstream folder(std::filesystem::temp_directory_path());
  CHECK_THROWS_WITH_AS(read_line(folder, line), "Is a directory", BadValue);
}

}  // namespace
}  // namespace pcsim
