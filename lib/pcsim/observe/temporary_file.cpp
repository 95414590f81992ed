#include <pcsim/observe/temporary_file.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <random>
#include <stdexcept>
#include <system_error>

namespace pcsim {

// Nothing else than global state is within reach of a signal's handler.
constinit std::array<TemporaryFile::Entry, 64> TemporaryFile::entries;

TemporaryFile::TemporaryFile(int folder, mode_t mode) : entry_(take_entry()), folder_(folder) {
  constexpr int most_tries = 100;
  for (int tries = 0; tries < most_tries && descriptor_ < 0 && (tries == 0 || errno == EEXIST); ++tries) create(mode);
  if (descriptor_ >= 0) return;
  const int error = errno;
  give_back_entry();
  throw std::system_error(error, std::generic_category());
}

TemporaryFile::~TemporaryFile() {
  if (!renamed_) ::unlinkat(folder_, entry_.name.data(), 0);
  give_back_entry();
  ::close(descriptor_);
}

void TemporaryFile::rename(const std::string& name) {
  if (::renameat(folder_, entry_.name.data(), folder_, name.c_str()) != 0)
    throw std::system_error(errno, std::generic_category());
  renamed_ = true;
  entry_.folder = -1;
}

void TemporaryFile::remove_all() noexcept {
  for (const Entry& entry : entries)
    if (const int folder = entry.folder; folder >= 0) ::unlinkat(folder, entry.name.data(), 0);
}

TemporaryFile::Entry& TemporaryFile::take_entry() {
  for (Entry& entry : entries)
    if (!entry.taken.exchange(true)) return entry;
  throw std::length_error("too many files are written at once");
}

// Where it cannot be opened, errno says why.
void TemporaryFile::create(mode_t mode) {
  std::random_device random;
  const std::uint64_t number = (std::uint64_t{random()} << 32) | random();
  *fmt::format_to(entry_.name.data(), ".pcsim-{:016x}", number) = '\0';
  entry_.folder = folder_;  // from here on a signal finds it, for there is no moment between the file and its entry
  descriptor_ = ::openat(folder_, entry_.name.data(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (descriptor_ < 0) entry_.folder = -1;
}

void TemporaryFile::give_back_entry() {
  entry_.folder = -1;
  entry_.taken = false;
}

}  // namespace pcsim
