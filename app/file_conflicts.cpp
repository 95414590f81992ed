#include "file_conflicts.hpp"

#include <pcsim/observe/file_identity.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pcsim::app {

namespace {

// What an option names.
struct Named {
  std::string_view option;
  std::string path;
};

// Something that is in use, and by whom, for a message.
struct Used {
  FileIdentity file;
  std::string by;
};

std::vector<Named> outputs_of(const Request& request) {
  return {{"save", request.save},
          {"part", request.part},
          {"export-json", request.export_json},
          {"export-csv", request.export_csv},
          {"export-html", request.export_html},
          {"export-perfetto", request.export_perfetto},
          {"export-events", request.export_events}};
}

class FilesInUse {
public:
  void add(std::optional<FileIdentity> file, std::string by) {
    if (file) used_.push_back({std::move(*file), std::move(by)});
  }

  void add_input(const std::string& path, std::string by) {
    if (!path.empty()) add(path == "-" ? file_identity(STDIN_FILENO) : file_identity(path), std::move(by));
  }

  void add_output(const Named& output) {
    if (output.path.empty() || output.path == "-") return;
    auto file = file_identity(output.path);
    for (const Used& other : used_)
      if (file == other.file)
        throw UsageError(fmt::format("--{}: {} is {}; give it a file of its own", output.option, output.path, other.by));
    add(std::move(file), fmt::format("what --{} writes", output.option));
  }

private:
  std::vector<Used> used_;
};

}  // namespace

void refuse_file_conflicts(const Request& request) {
  FilesInUse files;
  files.add(file_identity(STDOUT_FILENO), "where stdout goes");
  files.add(file_identity(STDERR_FILENO), "where stderr goes");
  const std::string_view kind = request.command == Command::merge ? "part" : "scenario";
  for (const std::string& path : request.files) files.add_input(path, fmt::format("the {} that is read", kind));
  files.add_input(request.scenario.arrivals, "what --arrivals reads");
  files.add_input(request.verify, "what --verify reads");
  for (const Named& output : outputs_of(request)) files.add_output(output);
}

void refuse_files_of_one(const Request& request) {
  std::vector<Named> files = outputs_of(request);
  files.push_back({"verify", request.verify});
  for (const Named& file : files)
    if (!file.path.empty() && (file.path != "-" || file.option == "save" || file.option == "verify"))
      throw UsageError(fmt::format("--{}: this takes one scenario at a time, not several files", file.option));
}

}  // namespace pcsim::app
