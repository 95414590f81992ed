#include <pcsim/observe/replaced_file.hpp>

#include <pcsim/observe/file_identity.hpp>

#include <fcntl.h>
#include <linux/stat.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace pcsim {

ReplacedFile::ReplacedFile(const std::string& path) : path_(path) {
  const std::filesystem::path target = follow_links(path);
  name_ = target.filename();
  if (path.empty()) errno = ENOENT;
  if (!path.empty() && name_.empty()) errno = EISDIR;
  if (name_.empty()) fail();
  folder_ = ::open(target.has_parent_path() ? target.parent_path().c_str() : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (folder_ < 0) fail();
  try {
    create();
  } catch (...) {
    ::close(folder_);
    throw;
  }
}

ReplacedFile::~ReplacedFile() {
  beside_.reset();
  ::close(folder_);
}

void ReplacedFile::sync() {
  if (::fsync(descriptor()) != 0) fail();
}

void ReplacedFile::take_name() {
  try {
    beside_->rename(name_);
  } catch (const std::system_error& error) {
    errno = error.code().value();
    fail();
  }
}

void ReplacedFile::create() {
  struct stat old {};
  const bool exists = ::fstatat(folder_, name_.c_str(), &old, AT_SYMLINK_NOFOLLOW) == 0;
  if (exists) check_replaceable(old);
  try {
    constexpr mode_t mode_of_new = 0666;
    constexpr mode_t mode_until_it_is_kept = 0600;
    beside_ = std::make_unique<TemporaryFile>(folder_, exists ? mode_until_it_is_kept : mode_of_new);
  } catch (const std::system_error& error) {
    errno = error.code().value();
    fail(exists ? "it is replaced when all is written, and its folder takes no new file" : "");
  }
  if (exists) keep_attributes(old);
}

// Renaming asks whether the folder may be written, and not whether the file may.
void ReplacedFile::check_replaceable(const struct stat& old) {
  if (S_ISDIR(old.st_mode)) errno = EISDIR;
  if (S_ISDIR(old.st_mode) || ::faccessat(folder_, name_.c_str(), W_OK, AT_EACCESS) != 0) fail();

  struct stat folder {};
  const uid_t self = ::geteuid();
  if (::fstat(folder_, &folder) == 0 && (folder.st_mode & S_ISVTX) != 0 && self != 0 && self != old.st_uid &&
      self != folder.st_uid) {
    errno = EPERM;
    fail("it is replaced when all is written, which this folder leaves to its owner");
  }
  struct statx more {};
  if (::statx(folder_, name_.c_str(), AT_SYMLINK_NOFOLLOW, 0, &more) == 0 && (more.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0) {
    errno = EBUSY;
    fail("it is replaced when all is written, which nothing that is mounted can be");
  }
}

void ReplacedFile::keep_attributes(const struct stat& old) {
  constexpr mode_t mode_bits = 07777;
  constexpr uid_t as_it_is = static_cast<uid_t>(-1);
  // Who may not give a file away keeps it.
  [[maybe_unused]] const int group = ::fchown(descriptor(), as_it_is, old.st_gid);
  [[maybe_unused]] const int owner = ::fchown(descriptor(), old.st_uid, as_it_is);
  if (::fchmod(descriptor(), old.st_mode & mode_bits) != 0) fail();
}

void ReplacedFile::fail(const std::string& why) const {
  const int error = errno;
  throw std::system_error(error, std::generic_category(), why.empty() ? path_ : path_ + ": " + why);
}

}  // namespace pcsim
