#pragma once

#include <pcsim/observe/temporary_file.hpp>

#include <sys/stat.h>

#include <memory>
#include <string>

namespace pcsim {

/// A file that is written beside the place where it is to be, in the same folder, and takes its name when it is whole: whatever
/// happens before leaves what was there as it was. Where it replaces a file, it has that one's mode and, as far as may be, its
/// owner and group. A link stays, and what it leads to is replaced.
///
/// Not thread-safe.
class ReplacedFile {
public:
  /// Throws std::system_error that names `path`: all that can be told beforehand keeps the file from taking its name is found
  /// here.
  explicit ReplacedFile(const std::string& path);
  ReplacedFile(const ReplacedFile&) = delete;
  ReplacedFile& operator=(const ReplacedFile&) = delete;

  /// Without take_name() all that was written is gone.
  ~ReplacedFile();

  /// What to write to.
  int descriptor() const { return beside_->descriptor(); }

  /// What was written is on the disk when this returns. Throws std::system_error.
  void sync();

  /// Throws std::system_error. REQUIRES: sync() came last.
  void take_name();

private:
  void create();
  void check_replaceable(const struct stat& old);
  void keep_attributes(const struct stat& old);
  [[noreturn]] void fail(const std::string& why = "") const;

  std::string path_;
  std::string name_;  // in its folder
  int folder_ = -1;
  std::unique_ptr<TemporaryFile> beside_;
};

}  // namespace pcsim
