#include <pcsim/observe/output.hpp>

#include <pcsim/model/write_all.hpp>
#include <pcsim/observe/file_identity.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace pcsim {

namespace {

// What is there and is no file, or is reached by a link of the kernel's, which leads to no name.
bool has_no_name(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return false;
  return !(S_ISREG(file.st_mode) || S_ISDIR(file.st_mode)) || std::filesystem::is_symlink(follow_links(path));
}

bool can_be_written(int descriptor) { return (::fcntl(descriptor, F_GETFL) & O_ACCMODE) != O_RDONLY; }

}  // namespace

Output::Output(std::string path, Way way) : path_(std::move(path)) {
  buffer_.reserve(2 * enough);
  open(way);
}

Output::~Output() {
  try {
    if (!replaced_ && descriptor_ >= 0) flush();
  } catch (...) {  // who wanted to know has called close()
  }
  if (!replaced_ && descriptor_ != STDOUT_FILENO && descriptor_ >= 0) ::close(descriptor_);
}

void Output::open(Way way) {
  if (path_ == "-") {
    path_ = "stdout";
    descriptor_ = STDOUT_FILENO;
    if (can_be_written(descriptor_)) return;
    path_ = "stdout is closed, and nobody can read what is written there";
    errno = EBADF;
    fail();
  }
  if (has_no_name(path_)) {
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  } else if (way == Way::in_place) {
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    in_place_ = true;
  } else {
    descriptor_ = replaced_.emplace(path_).descriptor();
  }
  if (descriptor_ < 0) fail();
}

bool Output::is_terminal() const { return ::isatty(descriptor_) == 1; }

void Output::flush() {
  try {
    if (buffer_.size() > 0) write_all();
  } catch (...) {
    buffer_.clear();
    throw;
  }
  buffer_.clear();
}

void Output::begin() {
  errno = error_;
  if (error_ != 0 || (in_place_ && !std::exchange(begun_, true) && ::ftruncate(descriptor_, 0) != 0)) fail();
}

void Output::write_all() {
  begin();
  synced_ = false;
  const std::string_view all(buffer_.data(), buffer_.size());
  std::string_view rest = all;
  if (pcsim::write_all(descriptor_, rest, give_up_)) return;
  error_ = errno;
  if (in_place_) take_back_part_of_line(all.substr(0, all.size() - rest.size()));
  errno = error_;
  fail();
}

void Output::take_back_part_of_line(std::string_view written) {
  const std::size_t whole = written.rfind('\n') + 1;  // 0 where there is none
  const off_t end = ::lseek(descriptor_, 0, SEEK_CUR);
  [[maybe_unused]] const int done = ::ftruncate(descriptor_, end - static_cast<off_t>(written.size() - whole));
}

void Output::complete() {
  if (descriptor_ < 0) return;
  begin();
  flush();
  if (!replaced_ || synced_) return;
  replaced_->sync();
  synced_ = true;
}

void Output::close() {
  if (descriptor_ < 0) return;
  complete();
  const int descriptor = std::exchange(descriptor_, -1);
  if (replaced_) return replaced_->take_name();
  if (descriptor != STDOUT_FILENO && ::close(descriptor) != 0) fail();
}

void write_to_stdout(std::string_view text) {
  Output output("-");
  output.buffer().append(text);
  output.close();
}

void Output::fail() const { throw std::system_error(errno, std::generic_category(), path_); }

}  // namespace pcsim
