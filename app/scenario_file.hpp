#pragma once

#include "request.hpp"

#include <istream>
#include <string>

namespace pcsim::app {

/// Reads a scenario file (TOML; each key a long option's name) into `request`. `name` stands for the file in messages. Throws
/// UsageError.
void read_scenario(std::istream& text, const std::string& name, Request& request);

/// The same for the file at a path; `-` is standard input.
void read_scenario_file(const std::string& path, Request& request);

/// Text that read_scenario() turns into this scenario: all settings that are in force.
std::string write_scenario(const Scenario& scenario);

/// A path of something that exists, as it is to be written into a scenario file, so that it is found from there: relative to the
/// file's folder, or absolute, which it always is where `file` is no regular file (`-` is standard output). `-` stays what it is.
std::string path_for_file(const std::string& path, bool relative, const std::string& file);

}  // namespace pcsim::app
