#include <pcsim/observe/output.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace pcsim {

Output::Output(std::string path) : path_(std::move(path)) {
  if (path_ == "-") {
    path_ = "standard output";
    descriptor_ = STDOUT_FILENO;
  } else {
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor_ < 0) fail();
  }
  buffer_.reserve(2 * enough);
}

Output::~Output() {
  try {
    close();
  } catch (...) {  // who wanted to know has called close()
  }
}

bool Output::is_terminal() const { return ::isatty(descriptor_) == 1; }

void Output::flush() {
  const char* next = buffer_.data();
  const char* const end = next + buffer_.size();
  while (next != end) {
    const ssize_t written = ::write(descriptor_, next, static_cast<std::size_t>(end - next));
    if (written >= 0) {
      next += written;
    } else if (errno != EINTR) {
      buffer_.clear();
      fail();
    }
  }
  buffer_.clear();
}

void Output::close() {
  if (descriptor_ < 0) return;
  flush();
  const int descriptor = std::exchange(descriptor_, -1);
  if (descriptor != STDOUT_FILENO && ::close(descriptor) != 0) fail();
}

void write_to_stdout(std::string_view text) {
  Output output("-");
  output.buffer().append(text);
  output.close();
}

void Output::fail() const { throw std::system_error(errno, std::generic_category(), path_); }

}  // namespace pcsim
