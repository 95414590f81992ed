#include <pcsim/observe/file_identity.hpp>

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cerrno>
#include <system_error>

namespace pcsim {

namespace fs = std::filesystem;

namespace {

std::optional<FileIdentity> identity_of(const struct stat& file) {
  if (S_ISCHR(file.st_mode) || S_ISBLK(file.st_mode)) return std::nullopt;
  return FileIdentity{file.st_dev, file.st_ino, ""};
}

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

bool is_of_kernel(const fs::path& path) {
  struct statfs system {};
  return ::statfs(folder_of(path).c_str(), &system) == 0 && system.f_type == PROC_SUPER_MAGIC;
}

}  // namespace

std::optional<FileIdentity> file_identity(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) == 0) return identity_of(file);
  try {
    const fs::path target = follow_links(path);
    if (::stat(folder_of(target).c_str(), &file) == 0) return FileIdentity{file.st_dev, file.st_ino, target.filename()};
  } catch (const std::system_error&) {  // a link that leads to itself
  }
  return std::nullopt;
}

std::optional<FileIdentity> file_identity(int descriptor) {
  struct stat file {};
  if (::fstat(descriptor, &file) != 0) return std::nullopt;
  return identity_of(file);
}

fs::path follow_links(const std::string& path) {
  constexpr int most = 40;  // as the kernel
  fs::path target = path;
  std::error_code not_there;
  for (int links = 0; fs::is_symlink(fs::symlink_status(target, not_there)) && !is_of_kernel(target); ++links) {
    if (links == most) throw std::system_error(ELOOP, std::generic_category(), path);
    target = folder_of(target) / fs::read_symlink(target);
  }
  return target;
}

}  // namespace pcsim
