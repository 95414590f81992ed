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

}  // namespace pcsim::app
