#include "options.hpp"

#include "nearest.hpp"

#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/number.hpp>
#include <pcsim/model/setting.hpp>
#include <pcsim/observe/event_format.hpp>

#include <pcsim/observe/measures.hpp>
#include <pcsim/study/target.hpp>
#include <pcsim/study/value_set.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
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
    // A flag takes a value too, as in --NAME=false, and CLI11 takes numbers for one.
    option->check([&setting](const std::string& text) {
      if (text != "true" && text != "false")
        throw BadOption(std::string(setting.name), fmt::format("'{}' is neither true nor false", text));
      return std::string();
    });
  } else {
    const auto set = [&](const std::string& text) { setting.set(scenario, text); };
    option = add_option(app, setting.name, setting.value, setting.help, set);
  }
  option->group("Scenario");
}

// A setting that takes several values, all of which are run.
void add_set(CLI::App& app, const Setting& setting, Request& request) {
  const auto set = [&](const std::string& text) {
    auto values = expand_set(setting, text);
    setting.set(request.scenario, values.front());
    std::erase_if(request.axes, [&](const Axis& axis) { return axis.setting == &setting; });
    if (values.size() == 1) return;
    const auto place =
        std::find_if(request.axes.begin(), request.axes.end(), [&](const Axis& axis) { return axis.setting > &setting; });
    request.axes.insert(place, Axis{&setting, std::move(values)});
  };
  const bool delay = setting.kind == Setting::Kind::delay;
  add_option(app, setting.name, fmt::format("{0}{1}{0}", setting.value, delay ? "|" : ","), setting.help, set)->group("Scenario");
}

void add_file(CLI::App& app, std::string_view name, std::string_view help, Set set) {
  add_option(app, name, "FILE", help, std::move(set))->configurable(false)->group("Files");
}

// What stdout is called besides `-` is no file, whatever it leads to.
std::string output_path(const std::string& text) {
  return text == "/dev/stdout" || text == "/dev/fd/1" || text == "/proc/self/fd/1" ? "-" : text;
}

void add_output(CLI::App& app, std::string_view name, std::string_view help, std::string& path) {
  add_file(app, name, help, [&path](const std::string& text) { path = output_path(text); });
}

void add_events_file(CLI::App& app, Request& request) {
  add_file(app, "export-events", "write every step, with exact times: .jsonl or .csv (-: JSON Lines on stdout)",
           [&request](const std::string& text) {
             const std::string path = output_path(text);
             if (!event_format(path)) throw BadValue(fmt::format("'{}' ends in neither .jsonl nor .csv", path));
             request.export_events = path;
           });
}

void declare_settings(CLI::App& app, Request& request) {
  for (const Setting& setting : settings()) {
    if (takes_several(request.command, setting))
      add_set(app, setting, request);
    else
      add_setting(app, setting, request.scenario);
  }
}

// What a run tells besides its trace. It may be in any scenario file, so every command knows it; where it means nothing it is not
// shown.
void declare_telling(CLI::App& app, Request& request) {
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
  auto* const slow_callback =
      add_option(app, "slow-callback", "T", "warn when --work block pauses the loop for longer (default 100ms)",
                 [&request](const std::string& text) { request.slow_callback = parse_duration(text); });
  auto* const warmup =
      add_option(app, "warmup", "N", "leave the first N items out of the distributions (default 0)",
                 [&request](const std::string& text) { request.warmup = parse_whole(text, 0, Scenario::most_items); });
  const bool runs = request.command == Command::run || request.command == Command::replay;
  if (runs)
    app.add_flag("--timeline", request.timeline, "a picture of the run on stderr after it: what everybody did, and the queue")
        ->configurable(false)
        ->group("Output");
  for (auto* const option : {summary, slow_callback}) option->group(runs ? "Output" : "");
  warmup->group(request.command == Command::compare ? "" : "Output");
}

void declare_replications(CLI::App& app, Request& request) {
  constexpr std::uint64_t most = 1'000'000;
  add_option(app, "replications", "R", "runs of each combination, with seeds seed, seed+1, ... (default 20)",
             [&request](const std::string& text) { request.replications = parse_whole(text, 2, most); })
      ->group("Study");
  add_option(app, "jobs", "N", "threads; the result does not depend on it (default: one for each core)",
             [&request](const std::string& text) { request.jobs = parse_whole(text, 1, 1024); })
      ->group("Study");
}

void declare_sweep(CLI::App& app, Request& request) {
  declare_replications(app, request);
  add_option(app, "measure", "NAME,NAME", "what is measured (default makespan,throughput,wait.mean,latency.p99,utilization)",
             [&request](const std::string& text) {
               const auto names = measure_names();
               request.measures.clear();
               for (std::string& name : CLI::detail::split(text, ',')) {
                 if (std::find(names.begin(), names.end(), name) == names.end())
                   throw BadValue(fmt::format("'{}' is no measure; these are: {}", name, fmt::join(names, " ")));
                 request.measures.push_back(std::move(name));
               }
             })
      ->group("Study");
  add_option(app, "shard", "K/N", "do every N-th piece of the work, from the K-th on; with --part",
             [&request](const std::string& text) {
               const auto slash = text.find('/');
               if (slash == std::string::npos) throw BadValue(fmt::format("'{}' is not K/N, such as 1/5", text));
               constexpr std::uint64_t most = 1'000'000;
               const std::uint64_t n = parse_whole(std::string_view(text).substr(slash + 1), 1, most);
               request.shard = Shard{parse_whole(std::string_view(text).substr(0, slash), 1, n), n};
             })
      ->configurable(false)
      ->group("Study");
  add_output(app, "part", "write the share's raw results, for pcsim merge", request.part);
}

void declare_size(CLI::App& app, Request& request) {
  app.add_option_function<std::vector<std::string>>(
         "--target",
         [&request](const std::vector<std::string>& texts) {
           request.targets.clear();
           try {
             for (const std::string& text : texts) request.targets.push_back(Target::parse(text));
           } catch (const BadValue& error) {
             throw BadOption("target", error.what());
           }
         },
         "what is to be met, such as \"latency.p99 < 200ms\"; several must all be met")
      ->type_name("TARGET")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->configurable(false)
      ->group("Study");
  add_option(app, "vary", "NAME=SET", "the setting whose smallest value is sought, such as consumers=1:64",
             [&request](const std::string& text) {
               const auto equals = text.find('=');
               const auto all = settings();
               const auto setting =
                   std::find_if(all.begin(), all.end(), [&](const Setting& s) { return s.name == text.substr(0, equals); });
               if (equals == std::string::npos || setting == all.end() || setting->kind != Setting::Kind::whole)
                 throw BadValue(fmt::format("'{}' is not NAME=SET with a whole number's name, such as consumers=1:64", text));
               auto values = expand_set(*setting, text.substr(equals + 1));
               sort_values(*setting, values);
               request.vary = Axis{&*setting, std::move(values)};
             })
      ->configurable(false)
      ->group("Study");
  declare_replications(app, request);
}

void add_tables(CLI::App& app, Request& request) {
  add_output(app, "export-json", "write the figures as JSON (-: stdout, instead of the table)", request.export_json);
  add_output(app, "export-csv", "write the figures as CSV (-: stdout, instead of the table)", request.export_csv);
}

void add_sweep_tables(CLI::App& app, Request& request) {
  add_tables(app, request);
  add_output(app, "export-html", "write a page with charts of the figures, for any browser (-: stdout)", request.export_html);
}

}  // namespace

void declare_options(CLI::App& app, Request& request) {
  app.set_help_flag("-h,--help", "print this and exit")->configurable(false);
  if (request.command == Command::merge) return add_sweep_tables(app, request);
  declare_settings(app, request);
  declare_telling(app, request);
  switch (request.command) {
    case Command::size: return declare_size(app, request);
    case Command::sweep: declare_sweep(app, request); return add_sweep_tables(app, request);
    case Command::compare: return add_tables(app, request);
    default: break;
  }
  add_output(app, "save", "write the scenario as it is run, to be replayed (-: stdout)", request.save);
  add_file(app, "verify", "hold the trace against this recorded one, and show the first line that differs",
           [&request](const std::string& text) { request.verify = text; });
  add_output(app, "export-json", "write the figures as JSON (-: stdout, here and below)", request.export_json);
  add_events_file(app, request);
  add_output(app, "export-perfetto", "write a trace for Perfetto and chrome://tracing", request.export_perfetto);
  add_output(app, "export-html", "write a page that shows the run, for any browser", request.export_html);
}

bool takes_several(Command command, const Setting& setting) {
  return command == Command::compare ? setting.name == "consumers" : command == Command::sweep && takes_set(setting);
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
