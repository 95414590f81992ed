#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace pcsim {

/// A file as it was when it was opened, to be read any number of times. What is appended to it later is not read. Standard input
/// and pipes can be read once only, so they are copied to a temporary file that has no name.
///
/// Thread-safe, but for the constructor.
class InputFile {
public:
  /// Opens it; `-` is standard input. Throws BadValue, which begins with name().
  explicit InputFile(const std::string& path);
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile();

  /// What it is called in messages: the path, or "standard input".
  const std::string& name() const { return name_; }

  /// Reads what is at `offset` into the buffer, as much as there is room for. Returns how many bytes that are; 0 at the end.
  /// Throws BadValue if the file has changed, as check_unchanged() does.
  std::size_t read(std::uint64_t offset, std::span<char> buffer) const;

  /// Throws BadValue, which begins with name(), if the file has become shorter, if it was written to and is no longer, or if its
  /// last line was not complete and has grown. Where something else was written and then more appended, nobody can tell without
  /// reading it again.
  void check_unchanged() const;

private:
  [[noreturn]] void fail(int error) const;
  void open(const std::string& path);
  void spool(int from);
  void look_at(struct stat& status) const;
  std::size_t read_up_to(std::uint64_t end, std::uint64_t offset, std::span<char> buffer) const;

  std::string name_;
  int descriptor_ = -1;
  struct stat status_ {};
};

}  // namespace pcsim
