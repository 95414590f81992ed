#include "scenario_fuzzer.hpp"

#include <scenario_file.hpp>

#include <cstdlib>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

namespace {

using pcsim::app::Command;
using pcsim::app::Request;

constexpr const char* file = "scenario";

[[noreturn]] void fail(std::string_view what, std::string_view text) {
  std::cerr << what << ":\n" << text << '\n';
  std::abort();
}

// What a scenario is written as, once it was read; nothing where it cannot be used.
std::optional<std::string> read(const std::string& text, Command command) {
  Request request;
  request.command = command;
  std::istringstream input(text);
  try {
    pcsim::app::read_scenario(input, file, request);
  } catch (const pcsim::app::UsageError& error) {
    const std::string_view message = error.what();
    if (!message.starts_with(std::string(file) + ':')) fail("a message that does not begin with the file", message);
    return std::nullopt;
  }
  return pcsim::app::write_scenario(request.scenario);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  read(text, Command::compare);
  const auto written = read(text, Command::replay);
  if (written && read(*written, Command::replay) != written) fail("it is not read back as it was written", *written);
  return 0;
}
