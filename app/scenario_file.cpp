#include "scenario_file.hpp"

#include "options.hpp"

#include <pcsim/model/number.hpp>
#include <pcsim/model/setting.hpp>
#include <pcsim/study/value_set.hpp>

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <vector>

namespace pcsim::app {

namespace {

using Kind = Setting::Kind;

std::string_view expected(Kind kind) {
  switch (kind) {
    case Kind::flag: return "true or false";
    case Kind::whole: return "a whole number";
    case Kind::decimal: return "a number";
    case Kind::duration: return "a number of seconds, or a text such as \"50ms\"";
    case Kind::delay: return "a number of seconds, or a text such as \"10ms,50ms\"";
    case Kind::list: return "a list of whole numbers";
    case Kind::choice:
    case Kind::path: break;
  }
  return "a text";
}

// A value as the text that its option takes on the command line; nothing if it is of a type that the option has no use for.
std::optional<std::string> text_of(const toml::node& value, Kind kind) {
  const bool is_number = kind == Kind::decimal || kind == Kind::duration || kind == Kind::delay;
  if (const auto* flag = value.as_boolean(); flag != nullptr && kind == Kind::flag) return flag->get() ? "true" : "false";
  if (const auto* text = value.as_string(); text != nullptr && kind != Kind::flag) return text->get();
  if (const auto* whole = value.as_integer(); whole != nullptr && (is_number || kind == Kind::whole || kind == Kind::list))
    return std::to_string(whole->get());
  if (const auto* number = value.as_floating_point(); number != nullptr && is_number) return to_text(number->get());
  return std::nullopt;
}

// The values of a list as one text. Those of delays have commas in them.
std::optional<std::string> text_of(const toml::array& list, Kind kind) {
  std::string joined;
  for (const toml::node& element : list) {
    const auto text = text_of(element, kind == Kind::list ? Kind::whole : kind);
    if (!text) return std::nullopt;
    joined += (joined.empty() ? "" : kind == Kind::delay ? "|" : ",") + *text;
  }
  return joined;
}

// CLI11's way of reading a config file, with toml++: its own reader knows no lines, and merges keys that are given twice.
class TomlConfig final : public CLI::Config {
public:
  TomlConfig(const CLI::App& app, const std::string& file, Command command) : app_(app), file_(file), command_(command) {}

  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    const std::string text = read_all(input);
    toml::table table;
    try {
      table = toml::parse(text, file_);
    } catch (const toml::parse_error& error) {
      fail(error.source().begin.line, error.description());
    }
    if (table.empty()) throw UsageError(fmt::format("{}: there is no setting in it", file_));

    // A table is in the order of its keys; what is wrong is to be told in the order of the lines.
    std::vector<std::pair<std::string, const toml::node*>> entries;
    for (const auto& [key, value] : table) {
      lines_[std::string(key.str())] = key.source().begin.line;
      entries.emplace_back(key.str(), &value);
    }
    std::sort(entries.begin(), entries.end(), [this](const auto& a, const auto& b) { return lines_[a.first] < lines_[b.first]; });
    std::vector<CLI::ConfigItem> config;
    for (const auto& [name, value] : entries) {
      CLI::ConfigItem item;
      item.name = name;
      item.inputs = {value_of(name, *value)};
      config.push_back(std::move(item));
    }
    return config;
  }

  std::string to_config(const CLI::App*, bool, bool, std::string) const override {
    throw std::logic_error("scenarios are written by write_scenario()");
  }

  [[noreturn]] void fail(const std::string& key, std::string_view message) const {
    const auto line = lines_.find(key);
    if (line == lines_.end()) throw UsageError(fmt::format("{}: {}: {}", file_, key, message));
    fail(line->second, fmt::format("{}: {}", key, message));
  }

  // FILE:LINE, by key.
  std::map<std::string, std::string> places() const {
    std::map<std::string, std::string> all;
    for (const auto& [key, line] : lines_) all[key] = fmt::format("{}:{}", file_, line);
    return all;
  }

private:
  std::string read_all(std::istream& input) const {
    constexpr std::size_t most = 64 << 20;
    std::string text;
    std::array<char, 1 << 16> block;
    try {
      while (const std::streamsize count = input.rdbuf()->sgetn(block.data(), block.size())) {
        text.append(block.data(), static_cast<std::size_t>(count));
        if (text.size() > most) throw UsageError(fmt::format("{}: this is longer than 64 MiB, and no scenario", file_));
      }
      return text;
    } catch (const std::ios_base::failure& error) {  // thrown by the stream's buffer, whatever the stream's own mask says
      throw UsageError(fmt::format("{}: {}", file_, error.code().message()));
    }
  }

  std::string value_of(const std::string& name, const toml::node& value) const {
    if (value.is_table() || value.is_array_of_tables()) fail(name, "a section means nothing in a scenario");
    const CLI::Option* const option = app_.get_option_no_throw("--" + name);
    if (option == nullptr) fail(name, fmt::format("unknown key; {}", suggest(app_, name, "", "pcsim --help lists the flags")));
    if (!option->get_configurable()) fail(name, "this is for the command line only");
    const auto all = settings();
    const auto setting = std::find_if(all.begin(), all.end(), [&](const Setting& s) { return s.name == name; });
    if (setting == all.end()) {
      if (const auto text = text_of(value, Kind::duration)) return *text;
      fail(name, "the value must be a number or a text");
    }
    const toml::array* const list = value.as_array();
    const bool several = takes_several(command_, *setting);
    const bool takes_list = several || setting->kind == Kind::list;
    const auto text = list != nullptr && takes_list ? text_of(*list, setting->kind) : text_of(value, setting->kind);
    if (text) return *text;
    const bool elsewhere = list != nullptr && !takes_list && takes_set(*setting);
    fail(name, fmt::format("{}the value must be {}{}", elsewhere ? "several values are for pcsim sweep; here " : "",
                           expected(setting->kind), several ? ", or a list of several" : ""));
  }

  [[noreturn]] void fail(std::size_t line, std::string_view message) const {
    throw UsageError(fmt::format("{}:{}: {}", file_, line, message));
  }

  const CLI::App& app_;
  const std::string& file_;
  Command command_;
  mutable std::map<std::string, std::size_t> lines_;  // CLI::Config reads through const functions
};

// A TOML string. Only a path can have something in it that must be escaped.
std::string quoted(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      escaped += fmt::format("\\{}", c);
    else
      escaped += code < 0x20 || code == 0x7f ? fmt::format("\\u{:04x}", code) : std::string(1, c);
  }
  return fmt::format("\"{}\"", escaped);
}

}  // namespace

void read_scenario(std::istream& text, const std::string& name, Request& request) {
  CLI::App app;
  declare_options(app, request);
  const auto config = std::make_shared<TomlConfig>(app, name, request.command);
  app.config_formatter(config);
  app.allow_config_extras(CLI::config_extras_mode::error);
  try {
    app.parse_from_stream(text);
  } catch (const BadOption& error) {
    config->fail(error.name(), error.what());
  } catch (const CLI::ParseError& error) {
    throw UsageError(fmt::format("{}: {}", name, error.what()));
  }
  request.given = given_options(app);
  request.places = config->places();
  // A log stands beside the scenario that names it, from wherever that is run.
  if (!request.scenario.arrivals.empty() && request.scenario.arrivals != "-") {
    const std::filesystem::path log(request.scenario.arrivals);
    request.arrivals_relative = log.is_relative();
    request.scenario.arrivals = (std::filesystem::path(name).parent_path() / log).string();
  }
  if (const auto conflict = find_conflict(request.scenario)) config->fail(std::string(conflict->setting), conflict->message);
}

void read_scenario_file(const std::string& path, Request& request) {
  if (path == "-") return read_scenario(std::cin, "standard input", request);
  if (std::error_code error; std::filesystem::is_directory(path, error))
    throw UsageError(fmt::format("{}: this is a directory, not a scenario file", path));
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw UsageError(fmt::format("{}: {}", path, std::generic_category().message(errno)));
  read_scenario(file, path, request);
}

std::string write_scenario(const Scenario& scenario) {
  std::string text;
  for (const Setting& setting : settings()) {
    const auto value = setting.get(scenario);
    if (!value) continue;
    const bool bare = setting.kind == Kind::flag || setting.kind == Kind::whole || setting.kind == Kind::decimal;
    if (setting.kind == Kind::list)
      text += fmt::format("{} = [{}]\n", setting.name, *value);
    else
      text += fmt::format("{} = {}\n", setting.name, bare ? *value : quoted(*value));
  }
  return text;
}

std::string path_for_file(const std::string& path, bool relative, const std::string& file) {
  namespace fs = std::filesystem;
  if (path == "-") return path;
  const fs::path absolute = fs::absolute(path);
  if (!relative || file == "-" || (fs::exists(file) && !fs::is_regular_file(file))) return absolute.string();
  // Links to folders are resolved, since `..` goes up from where they lead to; a link to the log itself is kept.
  const fs::path beside = fs::canonical(fs::absolute(file).parent_path());
  return (fs::canonical(absolute.parent_path()) / absolute.filename()).lexically_relative(beside).string();
}

}  // namespace pcsim::app
