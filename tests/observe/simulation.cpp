#include "simulation.hpp"

#include <pcsim/model/setting.hpp>
#include <support/virtual_loop.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace pcsim {

Outcome simulate(const Scenario& scenario, std::vector<Observer*> observers) {
  VirtualLoop virtual_loop;
  Pipeline pipeline(virtual_loop.loop, scenario, std::move(observers));
  return pipeline.run();
}

Scenario scenario_of(const std::vector<std::pair<std::string_view, std::string_view>>& given) {
  Scenario scenario;
  scenario.clock = Scenario::Clock::virtual_time;
  for (const auto& [name, text] : given) {
    const auto all = settings();
    const auto setting = std::find_if(all.begin(), all.end(), [name = name](const Setting& s) { return s.name == name; });
    if (setting == all.end()) throw std::invalid_argument(std::string(name));
    setting->set(scenario, text);
  }
  return scenario;
}

ScratchFile::ScratchFile(std::string_view ending) {
  std::string folder = std::filesystem::temp_directory_path() / "pcsim-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error(folder);
  folder_ = folder;
  path_ = folder_ / ("file" + std::string(ending));
}

ScratchFile::~ScratchFile() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string ScratchFile::read() const {
  std::ifstream file(path_, std::ios::binary);
  if (!file) throw std::runtime_error(path_);
  return {std::istreambuf_iterator<char>(file), {}};
}

void ScratchFile::write(std::string_view bytes) const {
  std::ofstream file(path_, std::ios::binary);
  file << bytes;
  if (!file.flush()) throw std::runtime_error(path_);
}

}  // namespace pcsim
