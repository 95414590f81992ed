#pragma once

#include <pcsim/observe/replaced_file.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace pcsim {

/// A file, or standard output, that is written to through a large buffer. Every error is thrown as std::system_error that names
/// it, again and again: nothing is written after what is missing.
///
/// What is no file (standard output, a pipe, a device) is always written straight.
///
/// Not thread-safe.
class Output {
public:
  /// How a file is written.
  enum class Way {
    replace,   ///< beside what has its name, which it takes when it is closed: until then that is as it was
    in_place,  ///< straight, for who follows it; what was there goes with the first write, and it always ends with a whole line
  };

  /// Opens `path` for writing; `-` is standard output.
  explicit Output(std::string path, Way way = Way::replace);
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  /// Not closed, a file that was to replace another is gone; anything else gets what is left, as well as it can.
  ~Output();

  /// Where to append to; call wrote() after that. Where it is written in place, whole lines.
  fmt::memory_buffer& buffer() { return buffer_; }

  /// Something was appended: written on when it is enough, or at once if so asked.
  void wrote() {
    if (at_once_ || buffer_.size() >= enough) flush();
  }

  /// Whether all is to be written at once, since somebody looks on.
  void write_at_once(bool at_once) { at_once_ = at_once; }

  /// A signal that meets a write which waits for a reader asks whether to go on waiting: where this says true, that is an error
  /// as any other. By default it waits for as long as it takes.
  void give_up_when(bool (*give_up)()) { give_up_ = give_up; }

  /// Whether this is a terminal.
  bool is_terminal() const;

  void flush();

  /// All that was appended is written, and on the disk if it is to replace a file; or it throws. Only the name is not taken yet.
  void complete();

  /// Completes it, and it takes its name; or it throws.
  void close();

private:
  static constexpr std::size_t enough = 1 << 16;

  void open(Way way);
  void begin();
  void write_all();
  void take_back_part_of_line(std::string_view written);
  [[noreturn]] void fail() const;

  std::string path_;
  std::optional<ReplacedFile> replaced_;
  int descriptor_ = -1;
  bool in_place_ = false;  // a file, for which Way::in_place holds
  bool begun_ = false;     // something was written
  bool synced_ = false;    // all that was written is on the disk, if it is to replace a file
  int error_ = 0;          // of a write; nothing can come after what is missing
  bool at_once_ = false;
  bool (*give_up_)() = nullptr;
  fmt::memory_buffer buffer_;
};

/// Writes all of it, or throws std::system_error.
void write_to_stdout(std::string_view text);

}  // namespace pcsim
