#include "output_files.hpp"

#include "ending_signals.hpp"
#include "open.hpp"

#include <fmt/format.h>

namespace pcsim::app {

Output* OutputFiles::open(std::string_view option, const std::string& path, Output::Way way) {
  if (path.empty()) return nullptr;
  if (path == "-") {
    if (!on_stdout_.empty()) throw UsageError(fmt::format("--{}: stdout is taken by --{}; give it a file", option, on_stdout_));
    on_stdout_ = option;
  }
  return open_for(option, [&] {
    Output& file = files_.emplace_back(path, way);
    file.give_up_when(must_end);
    return &file;
  });
}

void OutputFiles::close() {
  for (Output& file : files_) file.complete();
  for (Output& file : files_) file.close();
}

}  // namespace pcsim::app
