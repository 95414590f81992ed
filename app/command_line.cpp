#include "command_line.hpp"

#include "nearest.hpp"
#include "options.hpp"
#include "scenario_file.hpp"

#include <pcsim/model/arrivals.hpp>
#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/setting.hpp>
#include <pcsim/observe/output.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
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
void settle_conflicts(const std::set<std::string>& flags, Scenario& scenario) {
  while (const auto conflict = find_conflict(scenario)) {
    const std::string name(conflict->setting);
    if (flags.contains(name) || !conflict->idle) throw UsageError(fmt::format("--{}: {}", name, conflict->message));
    const auto all = settings();
    std::find_if(all.begin(), all.end(), [&](const Setting& s) { return s.name == name; })->reset(scenario);
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

// A log's lines are the items. It is read here once, so that a line that makes no sense is found before anything has run.
void count_items(const std::set<std::string>& flags, Scenario& scenario) {
  if (scenario.arrivals.empty()) return;
  for (const char* name : {"items", "produce-delay"})
    if (flags.contains(name))
      throw UsageError(fmt::format("--{}: this means nothing with --arrivals, whose lines are the items", name));
  try {
    scenario.items = count_arrivals(scenario.arrivals, scenario.arrivals_speed.value_or(1));
  } catch (const BadValue& error) {
    throw UsageError(error.what());
  }
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
  if (command.command == Command::merge) return {flags_alone};

  std::vector<std::string> files = flags_alone.files;
  if (files.size() > 1 && command.command != Command::replay)
    throw UsageError(fmt::format("{}: unexpected argument; pcsim {} takes one file", files[1], command.name));
  if (files.size() > 1 && !(flags_alone.save.empty() && flags_alone.verify.empty()))
    throw UsageError("--save and --verify: these take one scenario at a time, not several files");
  if (files.empty()) files.emplace_back();

  std::vector<Request> requests;
  for (const std::string& file : files) {
    Request request;
    request.command = command.command;
    if (!file.empty()) read_scenario_file(file, request);
    const auto flags = parse_flags(command, arguments, request);
    settle_conflicts(*flags, request.scenario);
    count_items(*flags, request.scenario);
    if (flags->contains("arrivals")) request.arrivals_relative = std::filesystem::path(request.scenario.arrivals).is_relative();
    request.flags = *flags;
    request.given.insert(flags->begin(), flags->end());
    request.name = file;
    requests.push_back(std::move(request));
  }
  return requests;
}

}  // namespace pcsim::app
