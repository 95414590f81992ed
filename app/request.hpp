#pragma once

#include <pcsim/model/scenario.hpp>
#include <pcsim/study/grid.hpp>
#include <pcsim/study/sweep.hpp>
#include <pcsim/study/target.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
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

enum class Command { run, replay, compare, sweep, size, merge };

/// What the user asks for.
struct Request {
  enum class Summary { text, full, none };

  Command command = Command::run;
  std::string name;                ///< of the scenario's file; empty: there is none
  std::vector<std::string> files;  ///< all the files on the command line
  Scenario scenario;
  std::set<std::string> given;  ///< names of the options that were given, in the file or as flags
  std::set<std::string> flags;  ///< those that were given as flags
  std::map<std::string, std::string> places;  ///< FILE:LINE of those that were given in the file
  Summary summary = Summary::text;
  std::uint64_t warmup = 0;        ///< items that are left out of the distributions
  double slow_callback = 0.1;      ///< a pause of the loop that is longer is warned of
  bool timeline = false;           ///< a picture of the run is drawn
  bool arrivals_relative = false;  ///< the log was named by a path that is not absolute
  std::string save;                ///< where to write the scenario; empty: nowhere, here and below
  std::string verify;              ///< a recorded trace to hold this one against

  std::string export_json;
  std::string export_events;
  std::string export_perfetto;
  std::string export_html;
  std::string export_csv;

  // For several runs put side by side.
  std::vector<Axis> axes;  ///< the settings that vary, in the order of settings()
  std::size_t replications = 20;
  std::vector<std::string> measures{"makespan", "throughput", "wait.mean", "latency.p99", "utilization"};
  std::size_t jobs = 0;         ///< threads; 0: one for each core
  std::optional<Shard> shard;   ///< the share of the work to do
  std::string part;             ///< where to write that
  std::vector<Target> targets;  ///< all of which are to be met
  std::optional<Axis> vary;     ///< by the smallest value of this

  /// What an error is to call an option: as a flag, or with its place in the file.
  std::string name_of(const std::string& option) const;
};

}  // namespace pcsim::app
