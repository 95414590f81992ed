#include "command_line.hpp"

#include "nearest.hpp"

#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/setting.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <string_view>

namespace pcsim::app {

namespace {

constexpr auto exit_codes = R"(Durations are seconds, or take a unit: ns us ms s min.
Delays: 0.1 | 0.01,0.05 (uniform) | exp:MEAN | lognormal:MU,SIGMA | pareto:ALPHA,MIN

Exit status: 0 done, 1 the run failed, 2 bad input, 3 deadlock, 130 interrupted, 143 terminated.)";

std::string flag_of(const Setting& setting) { return fmt::format("--{}", setting.name); }

void add_setting(CLI::App& app, const Setting& setting, Scenario& scenario) {
  const std::string flag = flag_of(setting);
  const auto set = [&setting, &scenario, flag](const std::string& text) {
    try {
      if (text.empty()) throw BadValue("the value is empty");
      setting.set(scenario, text);
    } catch (const BadValue& error) {
      throw UsageError(fmt::format("{}: {}", flag, error.what()));
    }
  };
  CLI::Option* const option =
      setting.kind == Setting::Kind::flag
          ? app.add_flag_function(
                flag, [set](std::int64_t) { set("true"); }, std::string(setting.help))
          : app.add_option_function<std::string>(flag, set, std::string(setting.help))->type_name(std::string(setting.value));
  option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

[[noreturn]] void refuse_extra(const CLI::App& app, const std::string& extra) {
  if (!extra.starts_with("-")) throw UsageError(fmt::format("{}: unexpected argument; pcsim --help says what there is", extra));
  std::vector<std::string> flags;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
  const std::string typed = extra.substr(0, extra.find('='));
  const std::string near = nearest(typed, flags);
  throw UsageError(fmt::format("{}: unknown flag; {}", typed,
                               near.empty() ? "pcsim --help lists them" : fmt::format("did you mean {}?", near)));
}

}  // namespace

std::optional<Request> parse_command_line(int argc, const char* const* argv) {
  Request request;
  CLI::App app("Runs a producer/consumer pipeline, live or in virtual time, exactly as asyncio would.", "pcsim");
  app.set_version_flag("--version", PCSIM_VERSION);
  app.footer(exit_codes);
  app.allow_extras();
  for (const Setting& setting : settings()) add_setting(app, setting, request.scenario);
  app.add_option_function<std::string>(
         "--summary",
         [&request](const std::string& text) {
           if (text != "text" && text != "none") throw UsageError(fmt::format("--summary: '{}' is none of text, none", text));
           request.summary = text == "text" ? Request::Summary::text : Request::Summary::none;
         },
         "figures on stderr after the run (default text); none also gathers nothing")
      ->type_name("text|none")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);

  // CLI11 would take the next argument for the value.
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--") && argument.find('=') == argument.size() - 1)
      throw UsageError(fmt::format("{}: the value is empty", argument.substr(0, argument.size() - 1)));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    app.exit(asked);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what());
  }
  const std::vector<std::string> extras = app.remaining();
  if (!extras.empty()) refuse_extra(app, extras.front());
  try {
    check(request.scenario);
  } catch (const BadValue& error) {
    throw UsageError(error.what());
  }
  return request;
}

}  // namespace pcsim::app
