#pragma once

#include <pcsim/model/scenario.hpp>

#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace pcsim::app {

/// Something on the command line, or in a file, that cannot be used. The message is the whole line for the user.
class UsageError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

enum class Command { run, replay, compare };

/// What the user asks for.
struct Request {
  enum class Summary { text, full, none };

  Command command = Command::run;
  std::string name;                ///< of the scenario's file; empty: there is none
  std::vector<std::string> files;  ///< all the files on the command line
  Scenario scenario;
  std::set<std::string> given;  ///< names of the options that were given, in the file or as flags
  std::set<std::string> flags;  ///< those that were given as flags
  Summary summary = Summary::text;
  std::uint64_t warmup = 0;    ///< items that are left out of the distributions
  double slow_callback = 0.1;  ///< a pause of the loop that is longer is warned of
  std::string save;            ///< where to write the scenario; empty: nowhere, here and below
  std::string verify;          ///< a recorded trace to hold this one against

  std::vector<std::uint64_t> consumers;  ///< to compare
  std::string export_json;
  std::string export_csv;
};

}  // namespace pcsim::app
