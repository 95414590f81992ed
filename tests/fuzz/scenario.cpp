#include "promise.hpp"
#include "targets.hpp"

#include <scenario_file.hpp>

#include <optional>
#include <sstream>
#include <string>

namespace pcsim {

namespace {

using app::Command;
using app::Request;

constexpr const char* file = "scenario";

// What a scenario is written as, once it was read; nothing where it cannot be used.
std::optional<std::string> read(const std::string& text, Command command) {
  Request request;
  request.command = command;
  std::istringstream input(text);
  try {
    app::read_scenario(input, file, request);
  } catch (const app::UsageError& error) {
    promise_place(error.what(), file);
    return std::nullopt;
  }
  return app::write_scenario(request.scenario);
}

}  // namespace

void fuzz_scenario(std::string_view bytes) {
  const std::string text(bytes);
  read(text, Command::compare);
  const auto written = read(text, Command::replay);
  if (written) promise(read(*written, Command::replay) == written, "it is not read back as it was written", *written);
}

}  // namespace pcsim
