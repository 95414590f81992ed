#include <pcsim/model/input_file.hpp>

#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/write_all.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

namespace pcsim {

namespace {

// A file that nobody else can open, and that is gone when it is closed. Returns its descriptor, or -1.
int open_unnamed(const std::string& folder) {
  const int descriptor = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) return descriptor;
  std::string path = folder + "/pcsim-XXXXXX";  // this file system knows no files without a name
  const int named = ::mkostemp(path.data(), O_CLOEXEC);
  if (named >= 0) ::unlink(path.c_str());
  return named;
}

}  // namespace

InputFile::InputFile(const std::string& path) : name_(path == "-" ? "standard input" : path) {
  try {
    if (path == "-")
      spool(STDIN_FILENO);
    else
      open(path);
    look_at(status_);
  } catch (...) {
    if (descriptor_ >= 0) ::close(descriptor_);
    throw;
  }
}

InputFile::~InputFile() { ::close(descriptor_); }

void InputFile::fail(int error) const { throw BadValue(fmt::format("{}: {}", name_, std::generic_category().message(error))); }

void InputFile::open(const std::string& path) {
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) fail(errno);
  struct stat status {};
  look_at(status);
  if (S_ISREG(status.st_mode)) return;
  if (S_ISDIR(status.st_mode)) fail(EISDIR);
  if (!S_ISFIFO(status.st_mode)) throw BadValue(fmt::format("{}: this is neither a regular file nor a pipe", name_));
  const int pipe = std::exchange(descriptor_, -1);
  try {
    spool(pipe);
  } catch (...) {
    ::close(pipe);
    throw;
  }
  ::close(pipe);
}

void InputFile::spool(int from) {
  std::error_code unknown;
  std::string folder = std::filesystem::temp_directory_path(unknown);
  if (unknown) folder = "/tmp";
  const auto cannot_copy = [&] {
    const std::string why = std::generic_category().message(errno);
    return BadValue(fmt::format("{}: this cannot be copied to {}: {}", name_, folder, why));
  };
  descriptor_ = open_unnamed(folder);
  if (descriptor_ < 0) throw cannot_copy();
  std::array<char, 1 << 16> buffer;
  while (true) {
    const ssize_t count = ::read(from, buffer.data(), buffer.size());
    if (count == 0) return;
    if (count < 0 && errno != EINTR) fail(errno);
    if (count < 0) continue;
    std::string_view rest(buffer.data(), static_cast<std::size_t>(count));
    if (!write_all(descriptor_, rest)) throw cannot_copy();
  }
}

void InputFile::look_at(struct stat& status) const {
  if (::fstat(descriptor_, &status) != 0) fail(errno);
}

std::size_t InputFile::read(std::uint64_t offset, std::span<char> buffer) const {
  const std::size_t count = read_up_to(static_cast<std::uint64_t>(status_.st_size), offset, buffer);
  check_unchanged();
  return count;
}

std::size_t InputFile::read_up_to(std::uint64_t end, std::uint64_t offset, std::span<char> buffer) const {
  buffer = buffer.first(static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), end - std::min(offset, end))));
  std::size_t done = 0;
  while (done < buffer.size()) {
    const auto rest = buffer.subspan(done);
    const ssize_t count = ::pread(descriptor_, rest.data(), rest.size(), static_cast<off_t>(offset + done));
    if (count < 0 && errno != EINTR) fail(errno);
    if (count == 0) break;
    if (count > 0) done += static_cast<std::size_t>(count);
  }
  return done;
}

void InputFile::check_unchanged() const {
  struct stat now {};
  look_at(now);
  const auto same_time = [](const timespec& a, const timespec& b) { return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec; };
  if (now.st_size < status_.st_size) throw BadValue(fmt::format("{}: this has become shorter since it was first read", name_));
  if (now.st_size == status_.st_size && !same_time(now.st_mtim, status_.st_mtim))
    throw BadValue(fmt::format("{}: this has been written to since it was first read", name_));
  if (now.st_size == status_.st_size || status_.st_size == 0) return;
  // What was appended may belong to the line that was the last.
  const auto end = static_cast<std::uint64_t>(status_.st_size);
  std::array<char, 2> seam{};
  read_up_to(end + 1, end - 1, seam);
  if (seam[0] != '\n' && seam[1] != '\n' && seam[1] != '\r')
    throw BadValue(fmt::format("{}: its last line has been added to since it was first read", name_));
}

}  // namespace pcsim
