#pragma once

#include "request.hpp"

#include <pcsim/model/setting.hpp>

#include <CLI/CLI.hpp>

#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

namespace pcsim::app {

/// A value that an option cannot take, wherever that was given.
class BadOption : public std::runtime_error {
public:
  BadOption(std::string name, const std::string& message) : std::runtime_error(message), name_(std::move(name)) {}

  /// The option's long name, without dashes.
  const std::string& name() const { return name_; }

private:
  std::string name_;
};

/// Gives `app` the options of request.command: what is parsed goes to `request`, which outlives the app. A value that an option
/// cannot take is thrown as BadOption. The same options serve a command line and a scenario file; the ones that a file may not
/// hold are not configurable().
void declare_options(CLI::App& app, Request& request);

/// Whether the command runs all of several values that such a setting is given.
bool takes_several(Command command, const Setting& setting);

/// The long names of the options that were parsed.
std::set<std::string> given_options(const CLI::App& app);

/// "did you mean --NAME?", or `otherwise` where no option's name is near the one that was typed.
std::string suggest(const CLI::App& app, std::string_view typed, std::string_view dashes, std::string_view otherwise);

}  // namespace pcsim::app
