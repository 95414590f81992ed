#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace pcsim {

/// A file, or standard output, that is written to through a large buffer. Every error is thrown as std::system_error that names
/// it.
///
/// Not thread-safe.
class Output {
public:
  /// Opens `path` for writing, and empties it; `-` is standard output.
  explicit Output(std::string path);
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  /// Writes what is left, as well as it can. Call close() to know.
  ~Output();

  /// Where to append to; call wrote() after that.
  fmt::memory_buffer& buffer() { return buffer_; }

  /// Something was appended: written on when it is enough, or at once where somebody waits for it.
  void wrote() {
    if (at_once_ || buffer_.size() >= enough) flush();
  }

  /// Whether all is to be written at once, since somebody looks on.
  void write_at_once(bool at_once) { at_once_ = at_once; }

  /// Whether this is a terminal.
  bool is_terminal() const;

  void flush();

  /// Flushes and closes; all is written, or it throws.
  void close();

private:
  static constexpr std::size_t enough = 1 << 16;

  [[noreturn]] void fail() const;

  std::string path_;
  int descriptor_;
  bool at_once_ = false;
  fmt::memory_buffer buffer_;
};

/// Writes all of it, or throws std::system_error.
void write_to_stdout(std::string_view text);

}  // namespace pcsim
