#include "options.hpp"

#include "nearest.hpp"

#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/number.hpp>
#include <pcsim/model/setting.hpp>

#include <fmt/format.h>

#include <functional>
#include <utility>
#include <vector>

namespace pcsim::app {

namespace {

using Set = std::function<void(const std::string&)>;

CLI::Option* add_option(CLI::App& app, std::string_view name, std::string_view value, std::string_view help, Set set) {
  const auto checked = [name = std::string(name), set = std::move(set)](const std::string& text) {
    try {
      if (text.empty()) throw BadValue("the value is empty");
      set(text);
    } catch (const BadValue& error) {
      throw BadOption(name, error.what());
    }
  };
  return app.add_option_function<std::string>(fmt::format("--{}", name), checked, std::string(help))
      ->type_name(std::string(value))
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

void add_setting(CLI::App& app, const Setting& setting, Scenario& scenario) {
  CLI::Option* option = nullptr;
  if (setting.kind == Setting::Kind::flag) {
    const auto set = [&](std::int64_t on) { setting.set(scenario, on > 0 ? "true" : "false"); };
    option = app.add_flag_function(fmt::format("--{}", setting.name), set, std::string(setting.help));
  } else {
    const auto set = [&](const std::string& text) { setting.set(scenario, text); };
    option = add_option(app, setting.name, setting.value, setting.help, set);
  }
  option->group("Scenario");
}

// Several numbers of consumers, to be compared.
void add_consumers(CLI::App& app, const Setting& setting, Request& request) {
  add_option(app, setting.name, "N,N", "how many consumers there are; several are compared (default 2)",
             [&](const std::string& text) {
               request.consumers.clear();
               for (std::string_view rest = text;;) {
                 const auto comma = rest.find(',');
                 setting.set(request.scenario, rest.substr(0, comma));
                 request.consumers.push_back(request.scenario.consumers);
                 if (comma == std::string_view::npos) break;
                 rest.remove_prefix(comma + 1);
               }
             })
      ->group("Scenario");
}

void add_file(CLI::App& app, std::string_view name, std::string_view help, std::string& path) {
  add_option(app, name, "FILE", help, [&path](const std::string& text) { path = text; })->configurable(false)->group("Files");
}

}  // namespace

void declare_options(CLI::App& app, Request& request) {
  app.set_help_flag("-h,--help", "print this and exit")->configurable(false);
  for (const Setting& setting : settings()) {
    if (request.command == Command::compare && setting.name == "consumers")
      add_consumers(app, setting, request);
    else
      add_setting(app, setting, request.scenario);
  }

  auto* const summary =
      add_option(app, "summary", "text|full|none",
                 "figures on stderr after the run (default text); full lists all actors, none also gathers nothing",
                 [&request](const std::string& text) {
                   if (text == "text")
                     request.summary = Request::Summary::text;
                   else if (text == "full")
                     request.summary = Request::Summary::full;
                   else if (text == "none")
                     request.summary = Request::Summary::none;
                   else
                     throw BadValue(fmt::format("'{}' is none of text, full, none", text));
                 });
  auto* const warmup =
      add_option(app, "warmup", "N", "leave the first N items out of the distributions (default 0)",
                 [&request](const std::string& text) { request.warmup = parse_whole(text, 0, Scenario::most_items); });
  auto* const slow_callback =
      add_option(app, "slow-callback", "T", "warn when --work block pauses the loop for longer (default 100ms)",
                 [&request](const std::string& text) { request.slow_callback = parse_duration(text); });
  for (auto* const option : {summary, warmup, slow_callback}) option->group("Output");
  if (request.command == Command::compare) {
    for (auto* const option : {summary, warmup, slow_callback}) option->group("");  // may be in files, but means nothing here
    add_file(app, "export-json", "write the figures as JSON (-: stdout, instead of the table)", request.export_json);
    add_file(app, "export-csv", "write the figures as CSV (-: stdout, instead of the table)", request.export_csv);
    return;
  }
  add_file(app, "save", "write the scenario as it is run, to be replayed (-: stdout)", request.save);
  add_file(app, "verify", "hold the trace against this recorded one, and show the first line that differs", request.verify);
}

std::set<std::string> given_options(const CLI::App& app) {
  std::set<std::string> names;
  for (const CLI::Option* option : app.get_options([](const CLI::Option* o) { return o->count() > 0; }))
    names.insert(option->get_lnames().begin(), option->get_lnames().end());
  return names;
}

std::string suggest(const CLI::App& app, std::string_view typed, std::string_view dashes, std::string_view otherwise) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    if (dashes == "--" || option->get_configurable())
      for (const std::string& name : option->get_lnames()) names.push_back(fmt::format("{}{}", dashes, name));
  const std::string near = nearest(typed, names);
  return near.empty() ? std::string(otherwise) : fmt::format("did you mean {}?", near);
}

}  // namespace pcsim::app
