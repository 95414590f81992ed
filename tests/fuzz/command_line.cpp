#include "promise.hpp"
#include "scratch.hpp"
#include "targets.hpp"

#include <command_line.hpp>
#include <scenario_file.hpp>

#include <pcsim/model/setting.hpp>

#include <algorithm>
#include <cctype>
#include <sstream>
#include <string>
#include <vector>

namespace pcsim {

namespace {

// Files that arguments may name.
struct Files {
  Files() {
    scratch.write("a.toml", "consumers = 3\nitems = 20\nseed = 7\n");
    scratch.write("sweep.toml", "consumers = \"1:4\"\nclock = \"virtual\"\n");
    scratch.write("log.csv", "at,service\n0,0.1\n0.5,0.2\n");
  }
  Scratch scratch;
};

// Only --shard K/N needs a slash; elsewhere one might lead to any file of the machine.
bool stays_here(std::string_view argument) {
  if (argument.starts_with("--shard=")) argument.remove_prefix(8);
  const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0 || c == '/'; };
  return argument.find('/') == std::string_view::npos || std::all_of(argument.begin(), argument.end(), is_digit);
}

std::vector<std::string> arguments_of(std::string_view bytes, const std::string& folder) {
  std::vector<std::string> arguments;
  std::istringstream lines{std::string(bytes)};
  for (std::string line; std::getline(lines, line);) {
    line.resize(std::min(line.size(), line.find('\0')));
    if (line == "-" || !stays_here(line)) return {};  // standard input is not this one's to read
    if (const auto at = line.find('@'); at != std::string::npos) line.replace(at, 1, folder + "/");
    arguments.push_back(std::move(line));
  }
  return arguments;
}

void read_back(const app::Request& request) {
  promise(!find_conflict(request.scenario), "a scenario whose settings do not go together",
          app::write_scenario(request.scenario));
  const std::string written = app::write_scenario(request.scenario);
  app::Request again;
  again.command = app::Command::replay;
  std::istringstream text(written);
  app::read_scenario(text, "written", again);
  promise(app::write_scenario(again.scenario) == written, "it is not read back as it was written", written);
}

}  // namespace

void fuzz_command_line(std::string_view bytes) {
  static const Files files;
  const auto arguments = arguments_of(bytes, files.scratch.folder());
  std::vector<const char*> argv{"pcsim"};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  try {
    for (const app::Request& request : app::parse_command_line(static_cast<int>(argv.size()), argv.data()))
      if (request.command == app::Command::run || request.command == app::Command::replay) read_back(request);
  } catch (const app::UsageError& error) {
    promise(*error.what() != '\0', "a message that says nothing", bytes);
  }
}

}  // namespace pcsim
