#pragma once

#include <pcsim/model/happening.hpp>
#include <pcsim/model/pipeline.hpp>
#include <pcsim/model/scenario.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pcsim {

/// Runs a scenario in virtual time.
Outcome simulate(const Scenario& scenario, std::vector<Observer*> observers);

/// A scenario by its settings' names: {{"items", "7"}}. The rest is the default, in virtual time.
Scenario scenario_of(const std::vector<std::pair<std::string_view, std::string_view>>& settings);

/// A file that is gone when this is destroyed.
class ScratchFile {
public:
  /// Its name ends like this.
  explicit ScratchFile(std::string_view ending);
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ~ScratchFile();

  const std::string& path() const { return path_; }
  std::string read() const;
  void write(std::string_view bytes) const;

private:
  std::filesystem::path folder_;
  std::string path_;
};

}  // namespace pcsim
