#include "command_line.hpp"

#include "diagnostics.hpp"
#include "file_conflicts.hpp"
#include "nearest.hpp"
#include "options.hpp"
#include "scenario_file.hpp"

#include <pcsim/model/arrivals.hpp>
#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/input_file.hpp>
#include <pcsim/model/setting.hpp>
#include <pcsim/observe/output.hpp>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace pcsim::app {

namespace {

struct CommandName {
  Command command;
  std::string_view name;
  std::string_view arguments;
  std::string_view help;
};

constexpr std::array commands{
    CommandName{Command::run, "", "[FLAGS]",
                "Runs a producer/consumer pipeline, live or in virtual time, exactly as asyncio would."},
    CommandName{Command::replay, "replay", "FILE... [FLAGS]",
                "Runs the scenarios in these files (-: standard input), one after another. A flag wins over the file."},
    CommandName{Command::compare, "compare", "[FILE] [FLAGS]",
                "Does the same work one item after another and concurrently, and compares the times.\n"
                "--consumers 1,2,4,8 compares several numbers of consumers, by default with --streams per-item."},
    CommandName{Command::sweep, "sweep", "[FILE] [FLAGS]",
                "Runs every combination of the settings that take several values, in virtual time, and prints each measure's "
                "mean with its\n"
                "95 % confidence interval. Sets: 1,4,16 or 1:16 or 1:16:5 for numbers, 0.1|exp:50ms for delays."},
    CommandName{Command::size, "size", "[FILE] --target TARGET --vary NAME=SET [FLAGS]",
                "Finds the smallest value of a setting that meets all targets, with 95 % confidence."},
    CommandName{Command::merge, "merge", "PART... [FLAGS]",
                "Puts the parts of a sweep together that pcsim sweep --shard --part has written."},
};

constexpr std::string_view footer = R"(
Durations are seconds, or take a unit: ns us ms s min.
Delays: 0.1 | 0.01,0.05 (uniform) | exp:MEAN | lognormal:MU,SIGMA | pareto:ALPHA,MIN

Exit status: 0 done, 1 the run failed, 2 bad input, 3 deadlock, 129 hung up,
130 interrupted, 143 terminated; where two apply: interrupted before failed before
deadlock, but a run that stands still after a consumer's failure is a deadlock.)";

const CommandName& command_of(std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments.front().starts_with("-")) return commands.front();
  const std::string typed = arguments.front();
  const auto found = std::find_if(commands.begin(), commands.end(), [&](const CommandName& c) { return c.name == typed; });
  if (found != commands.end() && !typed.empty()) {
    arguments.erase(arguments.begin());
    return *found;
  }
  std::vector<std::string> names;
  for (const CommandName& command : commands)
    if (!command.name.empty()) names.emplace_back(command.name);
  const std::string near = nearest(typed, names);
  throw UsageError(fmt::format("{}: unknown command; {}", typed,
                               near.empty() ? fmt::format("a scenario file is run by pcsim replay {}", typed)
                                            : fmt::format("did you mean pcsim {}?", near)));
}

[[noreturn]] void refuse_extra(const CLI::App& app, const std::string& extra) {
  for (const CommandName& command : commands)
    if (command.name == extra && !extra.empty())
      throw UsageError(fmt::format("{}: a command comes first, then the flags: pcsim {} {}", extra, extra, command.arguments));
  if (!extra.starts_with("-"))
    throw UsageError(fmt::format("{}: unexpected argument; {} --help says what there is", extra, app.get_name()));
  const std::string typed = extra.substr(0, extra.find('='));
  throw UsageError(fmt::format("{}: unknown flag; {}", typed, suggest(app, typed, "--", app.get_name() + " --help lists them")));
}

// A setting of the file's that means nothing beside a flag gives way to it.
void settle_conflicts(Request& request) {
  while (const auto conflict = find_conflict(request.scenario)) {
    const std::string name(conflict->setting);
    if (request.flags.contains(name) || !conflict->idle)
      throw UsageError(fmt::format("{}: {}", request.name_of(name), conflict->message));
    const auto all = settings();
    std::find_if(all.begin(), all.end(), [&](const Setting& s) { return s.name == name; })->reset(request.scenario);
  }
}

// The names of the flags that were given; nothing if all that was asked for was printed.
std::optional<std::set<std::string>> parse_flags(const CommandName& command, std::vector<std::string> arguments,
                                                 Request& request) {
  CLI::App app(std::string(command.help), command.name.empty() ? "pcsim" : fmt::format("pcsim {}", command.name));
  declare_options(app, request);
  std::string description;
  if (command.command == Command::run) {
    app.set_version_flag("--version", PCSIM_VERSION, "print the version and exit")->configurable(false);
    for (const CommandName& other : commands)
      if (!other.name.empty()) description += fmt::format("  pcsim {} {}\n", other.name, other.arguments);
    description = fmt::format("\nOther commands (--help after one says more):\n{}", description);
  } else {
    const bool parts = command.command == Command::merge;
    auto* const files = app.add_option("FILE", request.files, parts ? "part of a sweep" : "scenario file")->configurable(false);
    files->expected(0, CLI::detail::expected_max_vector_size);
  }
  app.footer(description + std::string(footer));
  app.allow_extras();

  // CLI11 would take the next argument for the value.
  for (const std::string& argument : arguments)
    if (argument.starts_with("--") && argument.find('=') == argument.size() - 1)
      throw UsageError(fmt::format("{}: the value is empty", argument.substr(0, argument.size() - 1)));

  std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
  try {
    app.parse(arguments);
  } catch (const CLI::CallForHelp&) {
    write_to_stdout(app.help());
    return std::nullopt;
  } catch (const CLI::CallForVersion& asked) {
    write_to_stdout(std::string(asked.what()) + "\n");
    return std::nullopt;
  } catch (const BadOption& error) {
    throw UsageError(fmt::format("--{}: {}", error.name(), error.what()));
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string_view message = error.what();
    throw UsageError(fmt::format("{}: the value is missing", message.substr(0, message.find(':'))));
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what());
  }
  const std::vector<std::string> extras = app.remaining();
  if (!extras.empty()) refuse_extra(app, extras.front());
  return given_options(app);
}

// The logs that are open. Several scenarios may name one that can be read once only.
using Logs = std::map<std::string, std::shared_ptr<const InputFile>>;

std::shared_ptr<const CountedLog> open_log(const Request& request, Logs& logs) {
  const Scenario& scenario = request.scenario;
  const auto& files = request.files;
  if (scenario.arrivals == "-" && std::find(files.begin(), files.end(), "-") != files.end())
    throw UsageError(fmt::format("{}: standard input is the scenario; give the log a file", request.name_of("arrivals")));
  try {
    const auto [file, is_new] = logs.try_emplace(scenario.arrivals);
    if (is_new) file->second = std::make_shared<const InputFile>(scenario.arrivals);
    auto log = std::make_shared<const CountedLog>(file->second, scenario.arrivals_speed.value_or(1));
    if (is_new && !log->other_columns().empty())
      spdlog::warn("{}", one_line(fmt::format("{}: only 'at' and 'service' mean something here; the log has {} as well",
                                              log->file()->name(), log->other_columns())));
    return log;
  } catch (const BadValue& error) {
    throw UsageError(fmt::format("{}: {}", request.name_of("arrivals"), error.what()));
  }
}

// A log's lines are the items. It is read here once, so that a line that makes no sense is found before anything has run.
void take_items_from_log(Request& request, Logs& logs) {
  Scenario& scenario = request.scenario;
  if (scenario.arrivals.empty()) return;
  for (const char* name : {"items", "produce-delay"})
    if (request.flags.contains(name))
      throw UsageError(fmt::format("--{}: this means nothing with --arrivals, whose lines are the items", name));
  scenario.log = open_log(request, logs);
  scenario.items = scenario.log->count();
  if (scenario.log->has_service() && request.flags.contains("consume-delay"))
    throw UsageError("--consume-delay: this means nothing with --arrivals, whose column 'service' says how long the work takes");
  settle_conflicts(request);
}

}  // namespace

std::vector<Request> parse_command_line(int argc, const char* const* argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const CommandName& command = command_of(arguments);
  Request flags_alone;
  flags_alone.command = command.command;
  if (!parse_flags(command, arguments, flags_alone)) return {};
  const bool needs_files = command.command == Command::replay || command.command == Command::merge;
  if (needs_files && flags_alone.files.empty())
    throw UsageError(fmt::format("{}: a file is needed: pcsim {} {}", command.name, command.name, command.arguments));
  if (command.command == Command::merge) {
    refuse_file_conflicts(flags_alone);
    return {flags_alone};
  }

  std::vector<std::string> files = flags_alone.files;
  if (files.size() > 1 && command.command != Command::replay)
    throw UsageError(fmt::format("{}: unexpected argument; pcsim {} takes one file", files[1], command.name));
  if (files.size() > 1) refuse_files_of_one(flags_alone);
  if (files.empty()) files.emplace_back();

  Logs logs;
  std::vector<Request> requests;
  for (const std::string& file : files) {
    Request request;
    request.command = command.command;
    if (!file.empty()) read_scenario_file(file, request);
    request.flags = *parse_flags(command, arguments, request);
    request.given.insert(request.flags.begin(), request.flags.end());
    if (request.flags.contains("arrivals"))
      request.arrivals_relative = std::filesystem::path(request.scenario.arrivals).is_relative();
    settle_conflicts(request);
    take_items_from_log(request, logs);
    request.name = file;
    refuse_file_conflicts(request);
    requests.push_back(std::move(request));
  }
  return requests;
}

}  // namespace pcsim::app
