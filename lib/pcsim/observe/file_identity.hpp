#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace pcsim {

/// Which file it is, by whatever name: its device and inode, or, where there is no file yet, those of the folder and the name
/// that it would have there.
struct FileIdentity {
  std::uint64_t device;
  std::uint64_t inode;
  std::string name_to_be;  ///< empty: the file is there

  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

/// Of what a path leads to. Nothing for a device, such as a terminal, which keeps nothing; nor where there can be no file.
std::optional<FileIdentity> file_identity(const std::string& path);

/// Of what is open as this descriptor; nothing for a device.
std::optional<FileIdentity> file_identity(int descriptor);

/// Follows the links that a path ends in, to where there is a file, or would be. A link of the kernel's own (/dev/fd/3, which
/// leads to what is open and not to a name) is not followed. Throws std::system_error that names the path.
std::filesystem::path follow_links(const std::string& path);

}  // namespace pcsim
