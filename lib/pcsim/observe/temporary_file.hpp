#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <string>

namespace pcsim {

/// A file that is there only to become another: it has a random name of its own, and is gone when this is destroyed, unless it
/// was renamed.
///
/// Not thread-safe, but for remove_all().
class TemporaryFile {
public:
  /// Creates it for writing, in a folder that is open as `folder`. Throws std::system_error. REQUIRES: `folder` stays open for
  /// longer.
  TemporaryFile(int folder, mode_t mode);
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();

  int descriptor() const { return descriptor_; }

  /// Gives it this name in its folder, in place of what had that. Throws std::system_error.
  void rename(const std::string& name);

  /// Removes all that there are. For a handler of the signal that ends the program; safe there, and in every thread.
  static void remove_all() noexcept;

private:
  static constexpr std::size_t name_size = 32;

  // What a signal's handler sees of a file, in memory that is never given back.
  struct Entry {
    std::atomic<bool> taken = false;
    std::atomic<int> folder = -1;  // open as long as there may be a file; else -1
    std::array<char, name_size> name{};
  };
  static std::array<Entry, 64> entries;

  static Entry& take_entry();
  void create(mode_t mode);
  void give_back_entry();

  Entry& entry_;
  int folder_;
  int descriptor_ = -1;
  bool renamed_ = false;
};

}  // namespace pcsim
