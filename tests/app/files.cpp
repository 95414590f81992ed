#include "files.hpp"

#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace pcsim {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  std::string name = fs::temp_directory_path() / "pcsim-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string TemporaryFolder::write(std::string_view name, std::string_view bytes) const {
  const std::string file = path(name);
  std::ofstream output(file, std::ios::binary);
  output << bytes;
  output.close();
  if (!output) throw std::runtime_error("cannot write " + file);
  return file;
}

std::vector<std::string> TemporaryFolder::names() const {
  std::vector<std::string> all;
  for (const auto& entry : fs::directory_iterator(path_)) all.push_back(entry.path().filename());
  std::sort(all.begin(), all.end());
  return all;
}

void wait_for_files(Process& program, const TemporaryFolder& folder) {
  while (folder.names().empty() && program.running()) program.wait_for(std::chrono::milliseconds(10));
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

const std::vector<std::string>& scenario_names() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(PCSIM_SCENARIOS))
      if (entry.path().extension() == ".toml") names.push_back(entry.path().stem());
    std::sort(names.begin(), names.end());
    return names;
  }();
  return all;
}

std::string scenario_file(std::string_view name) { return (fs::path(PCSIM_SCENARIOS) / name).string() + ".toml"; }

std::string golden_file(std::string_view name) { return (fs::path(PCSIM_GOLDEN) / name).string() + ".trace"; }

}  // namespace pcsim
