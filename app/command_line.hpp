#pragma once

#include <pcsim/model/scenario.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace pcsim::app {

/// Something on the command line, or in a file, that cannot be used. The message is the whole line for the user.
class UsageError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// What the user asks for.
struct Request {
  enum class Summary { text, none };

  Scenario scenario;
  Summary summary = Summary::text;
};

/// Reads the command line. Nothing if all that was asked for was printed (--help, --version). Throws UsageError.
std::optional<Request> parse_command_line(int argc, const char* const* argv);

}  // namespace pcsim::app
