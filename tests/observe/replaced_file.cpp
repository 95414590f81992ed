#include <pcsim/observe/replaced_file.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace pcsim {
namespace {

namespace fs = std::filesystem;

// A folder that anybody may use, and that is gone when this is destroyed.
class Folder {
public:
  Folder() {
    std::string name = fs::temp_directory_path() / "pcsim-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error(name);
    path_ = name;
    ::chmod(path_.c_str(), 0777);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }

  std::string operator/(std::string_view name) const { return path_ / name; }

  std::string write(std::string_view name, std::string_view text) const {
    std::ofstream(path_ / name) << text;
    return path_ / name;
  }

  std::set<std::string> names() const {
    std::set<std::string> all;
    for (const auto& entry : fs::directory_iterator(path_)) all.insert(entry.path().filename());
    return all;
  }

  const fs::path& path() const { return path_; }

private:
  fs::path path_;
};

std::string read(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

mode_t mode_of(const std::string& path) {
  struct stat file {};
  REQUIRE(::stat(path.c_str(), &file) == 0);
  return file.st_mode & 07777;
}

void write(const ReplacedFile& file, std::string_view text) {
  REQUIRE(::write(file.descriptor(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

void replace(const std::string& path, std::string_view text) {
  ReplacedFile file(path);
  write(file, text);
  file.sync();
  file.take_name();
}

std::string message_of(const std::string& path) {
  try {
    const ReplacedFile file(path);
  } catch (const std::system_error& error) {
    return error.what();
  }
  return "";
}

// Somebody who may not do everything, as long as it exists: root may.
class Somebody {
public:
  Somebody() {
    if (::geteuid() == 0) REQUIRE(::seteuid(65534) == 0);
  }
  Somebody(const Somebody&) = delete;
  Somebody& operator=(const Somebody&) = delete;
  ~Somebody() {
    if (::geteuid() != ::getuid()) ::seteuid(::getuid());
  }
};

TEST_CASE("until it takes its name a file is as it was, and its folder has one more") {
  const Folder folder;
  const std::string path = folder.write("file", "old");
  ReplacedFile file(path);
  write(file, "new");
  CHECK(read(path) == "old");
  CHECK(folder.names().size() == 2);
  file.sync();
  file.take_name();
  CHECK(read(path) == "new");
  CHECK(folder.names() == std::set<std::string>{"file"});
}

TEST_CASE("without its name it leaves nothing behind") {
  const Folder folder;
  const std::string path = folder.write("file", "old");
  {
    const ReplacedFile file(path);
    write(file, "new");
    const ReplacedFile another(folder / "another");
  }
  CHECK(read(path) == "old");
  CHECK(folder.names() == std::set<std::string>{"file"});
}

TEST_CASE("many can be written at once, and again and again") {
  const Folder folder;
  for (int i = 0; i < 100; ++i) {
    const std::string name = std::to_string(i);
    ReplacedFile one(folder / name);
    ReplacedFile another(folder / (name + "x"));
    write(one, "one");
    write(another, "another");
    one.take_name();
    another.take_name();
    CHECK(read(folder / name) == "one");
    CHECK(read(folder / (name + "x")) == "another");
  }
}

TEST_CASE("the mode of what it replaces is kept; a new file has what the umask leaves") {
  const Folder folder;
  const mode_t before = ::umask(026);
  replace(folder / "new", "text");
  CHECK(mode_of(folder / "new") == 0640);
  for (const mode_t mode : {0600U, 0644U, 0666U, 0751U}) {
    const std::string path = folder.write("old", "old");
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    replace(path, "text");
    CHECK(mode_of(path) == mode);
    CHECK(read(path) == "text");
  }
  ::umask(before);
}

TEST_CASE("who replaces a file of another's leaves it to them, where that is allowed") {
  if (::geteuid() != 0) {
    MESSAGE("not run: only root may give files away");
    return;
  }
  const Folder folder;
  const std::string path = folder.write("file", "old");
  REQUIRE(::chown(path.c_str(), 65534, 65533) == 0);
  replace(path, "new");
  struct stat file {};
  REQUIRE(::stat(path.c_str(), &file) == 0);
  CHECK(file.st_uid == 65534);
  CHECK(file.st_gid == 65533);
}

TEST_CASE("a link stays, and what it leads to is replaced") {
  const Folder folder;
  fs::create_directory(folder / "sub");
  const std::string target = folder.write("sub/file", "old");
  fs::create_symlink("sub/middle", folder / "link");
  fs::create_symlink("file", folder / "sub/middle");
  replace(folder / "link", "new");
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(fs::is_symlink(folder / "sub/middle"));
  CHECK(read(target) == "new");

  SUBCASE("to where no file is yet, too") {
    fs::remove(target);
    replace(folder / "link", "newer");
    CHECK(fs::is_symlink(folder / "link"));
    CHECK(read(target) == "newer");
  }
  SUBCASE("round and round it is an error") {
    fs::create_symlink("around", folder / "round");
    fs::create_symlink("round", folder / "around");
    CHECK(message_of(folder / "round").find("Too many levels of symbolic links") != std::string::npos);
  }
}

TEST_CASE("what cannot be had is an error that names it") {
  const Folder folder;
  CHECK(message_of("") == ": No such file or directory");
  CHECK(message_of(folder / "none/file") == folder / "none/file: No such file or directory");
  CHECK(message_of(folder.path()) == folder.path().string() + ": Is a directory");
  CHECK(message_of(folder.path().string() + "/") == folder.path().string() + "/: Is a directory");
  CHECK(message_of(folder.write("file", "") + "/file") == folder / "file/file: Not a directory");
}

TEST_CASE("a file that may not be written is not replaced, and one that may be is refused where its folder may not") {
  const Folder folder;
  const std::string kept = folder.write("kept", "old");
  REQUIRE(::chmod(kept.c_str(), 0444) == 0);
  fs::create_directory(folder / "closed");
  const std::string open = folder.write("closed/open", "old");
  REQUIRE(::chmod(open.c_str(), 0666) == 0);
  REQUIRE(::chmod((folder / "closed").c_str(), 0555) == 0);
  {
    const Somebody somebody;
    CHECK(message_of(kept) == kept + ": Permission denied");
    CHECK(message_of(open) == open + ": it is replaced when all is written, and its folder takes no new file: Permission denied");
    CHECK(message_of(folder / "closed/new") == folder / "closed/new: Permission denied");
  }
  REQUIRE(::chmod((folder / "closed").c_str(), 0777) == 0);
  CHECK(read(kept) == "old");
  CHECK(read(open) == "old");
}

TEST_CASE("what another owns in a sticky folder is refused beforehand, as only they may replace it") {
  if (::geteuid() != 0) {
    MESSAGE("not run: it takes root to be two");
    return;
  }
  const Folder folder;
  const std::string path = folder.write("file", "old");
  REQUIRE(::chmod(path.c_str(), 0666) == 0);
  REQUIRE(::chmod(folder.path().c_str(), 01777) == 0);
  const Somebody somebody;
  CHECK(message_of(path).find("this folder leaves to its owner") != std::string::npos);
  CHECK(message_of(folder / "new").empty());
}

TEST_CASE("what is left for a signal's handler is gone after it") {
  const Folder folder;
  const ReplacedFile one(folder / "one");
  const ReplacedFile another(folder / "another");
  CHECK(folder.names().size() == 2);
  TemporaryFile::remove_all();
  CHECK(folder.names().empty());
}

}  // namespace
}  // namespace pcsim
