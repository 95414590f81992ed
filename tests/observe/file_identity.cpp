#include "simulation.hpp"

#include <pcsim/observe/file_identity.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>

namespace pcsim {
namespace {

namespace fs = std::filesystem;

TEST_CASE("a file is the same by all its names") {
  const ScratchFile file(".txt");
  file.write("text");
  const fs::path folder = fs::path(file.path()).parent_path();
  const auto identity = file_identity(file.path());
  REQUIRE(identity);
  fs::create_symlink(file.path(), folder / "link");
  fs::create_hard_link(file.path(), folder / "hard link");
  fs::create_directory_symlink(folder, folder / "folder");
  for (const char* name : {"link", "hard link", "folder/link", "./hard link", "folder/folder/./link"}) {
    CAPTURE(name);
    CHECK(file_identity(folder / name) == identity);
  }
  const int descriptor = ::open(file.path().c_str(), O_RDONLY | O_CLOEXEC);
  CHECK(file_identity(descriptor) == identity);
  ::close(descriptor);
}

TEST_CASE("two files are two, as alike as they may be") {
  const ScratchFile one(".txt");
  const ScratchFile another(".txt");
  one.write("text");
  another.write("text");
  CHECK(file_identity(one.path()) != file_identity(another.path()));
}

TEST_CASE("a file that is not there yet is the same by all names that it would have") {
  const ScratchFile file(".txt");
  const fs::path folder = fs::path(file.path()).parent_path();
  const auto identity = file_identity(file.path());
  REQUIRE(identity);
  fs::create_symlink(fs::path(file.path()).filename(), folder / "link");
  fs::create_directory_symlink(folder, folder / "folder");
  const std::string name = fs::path(file.path()).filename();
  CHECK(file_identity(folder / "link") == identity);
  CHECK(file_identity(folder / "folder" / name) == identity);
  CHECK(file_identity(folder / "." / name) == identity);
  CHECK(file_identity(folder / "other") != identity);
}

TEST_CASE("a device keeps nothing, so it is no file; nor is what cannot be") {
  CHECK(file_identity("/dev/null") == std::nullopt);
  CHECK(file_identity("/nonexistent/folder/file") == std::nullopt);
  const ScratchFile loop(".txt");
  fs::create_symlink(loop.path(), loop.path());
  CHECK(file_identity(loop.path()) == std::nullopt);
}

}  // namespace
}  // namespace pcsim
