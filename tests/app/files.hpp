#pragma once

#include "process.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace pcsim {

/// A folder that is gone when this is destroyed, with all that is in it.
class TemporaryFolder {
public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  /// The path of a file in it, whether it is there or not.
  std::string path(std::string_view name) const { return (path_ / name).string(); }

  /// Writes such a file, and returns its path.
  std::string write(std::string_view name, std::string_view bytes) const;

  /// The names of all that is in it, in order.
  std::vector<std::string> names() const;

private:
  std::filesystem::path path_;
};

/// Returns when the program has opened a file in the folder, or has ended.
void wait_for_files(Process& program, const TemporaryFolder& folder);

/// All the bytes of a file. Throws std::runtime_error if it cannot be read.
std::string read_file(const std::string& path);

/// The scenario files, by their names without `.toml`, in order.
const std::vector<std::string>& scenario_names();

std::string scenario_file(std::string_view name);

/// Where its recorded trace is.
std::string golden_file(std::string_view name);

}  // namespace pcsim
