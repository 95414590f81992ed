#include <pcsim/observe/event_import.hpp>

#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/number.hpp>
#include <pcsim/model/read_line.hpp>
#include <pcsim/observe/event_format.hpp>

#include <fmt/format.h>
#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <vector>

namespace pcsim {

namespace {

using Kind = Happening::Kind;
using Role = Actor::Role;

enum Column { at, event, actor, item, seconds };
constexpr std::array<std::string_view, 5> column_names{"at", "event", "actor", "item", "seconds"};

// The texts of a line's columns; empty where there is none.
using Line = std::array<std::string, column_names.size()>;

// Boost.JSON's own numbers can be off by the last bit, so they are taken as texts. BadValue is thrown through the parser, which
// holds nothing.
class LineHandler {
public:
  static constexpr std::size_t max_object_size = column_names.size();
  static constexpr std::size_t max_array_size = 0;
  static constexpr std::size_t max_key_size = 16;
  static constexpr std::size_t max_string_size = 16;

  using Error = boost::json::error_code;
  using View = boost::json::string_view;

  Line line;

  bool on_document_begin(Error&) { return true; }
  bool on_document_end(Error&) { return true; }
  bool on_object_begin(Error&) {
    if (column_ != nullptr) refuse();
    return true;
  }
  bool on_object_end(std::size_t, Error&) { return true; }
  bool on_array_begin(Error&) { return refuse(); }
  bool on_array_end(std::size_t, Error&) { return true; }
  bool on_key_part(View part, std::size_t, Error&) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool on_key(View part, std::size_t, Error&) {
    const std::string key = take(part);
    const auto* const found = std::find(column_names.begin(), column_names.end(), key);
    if (found == column_names.end()) throw BadValue(fmt::format("unknown key '{}'", key));
    column_ = &line[static_cast<std::size_t>(found - column_names.begin())];
    if (!column_->empty()) throw BadValue(fmt::format("'{}' is there twice", key));
    return true;
  }
  bool on_string_part(View part, std::size_t, Error&) { return on_key_part(part, 0, ignored_); }
  bool on_string(View part, std::size_t, Error&) {
    if (column_ != &line[event] && column_ != &line[actor]) refuse();
    return set(part);
  }
  bool on_number_part(View part, Error&) { return on_key_part(part, 0, ignored_); }
  bool on_int64(std::int64_t, View part, Error&) { return number(part); }
  bool on_uint64(std::uint64_t, View part, Error&) { return number(part); }
  bool on_double(double, View part, Error&) { return number(part); }
  bool on_bool(bool, Error&) { return refuse(); }
  bool on_null(Error&) { return refuse(); }
  bool on_comment_part(View, Error&) { return true; }
  bool on_comment(View, Error&) { return true; }

private:
  bool number(View part) {
    if (column_ != &line[at] && column_ != &line[item] && column_ != &line[seconds]) refuse();
    return set(part);
  }
  bool set(View part) {
    *column_ = take(part);
    if (column_->empty()) refuse();
    return true;
  }
  std::string take(View part) {
    text_.append(part.data(), part.size());
    return std::exchange(text_, {});
  }
  [[noreturn]] bool refuse() const {
    if (column_ == nullptr) throw BadValue("this is not an object");
    throw BadValue(fmt::format("'{}' has a value that it cannot have", column_names[static_cast<std::size_t>(column_ - line.data())]));
  }

  std::string text_;
  std::string* column_ = nullptr;
  Error ignored_;
};

Line read_json(std::string_view text) {
  boost::json::basic_parser<LineHandler> parser{boost::json::parse_options()};
  boost::json::error_code error;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
  if (error) throw BadValue(fmt::format("this is not JSON: {}", error.message()));
  if (used != text.size()) throw BadValue("there is more than one value in the line");
  return parser.handler().line;
}

Line read_csv(std::string_view text) {
  Line line;
  for (std::size_t column = 0; column < line.size(); ++column) {
    const auto comma = text.find(',');
    if ((comma == std::string_view::npos) != (column + 1 == line.size()))
      throw BadValue(fmt::format("there must be {} columns: {}", line.size(), event_columns));
    line[column] = text.substr(0, comma);
    text.remove_prefix(std::min(text.size(), comma + 1));
  }
  return line;
}

// Turns the lines into what observers are told, and holds it against what a run can do.
class Reader {
public:
  Reader(const Scenario& scenario, Observer& observer)
      : scenario_(scenario),
        observer_(observer),
        in_hand_(scenario.consumers),
        exited_(scenario.producers + scenario.consumers) {}

  void take(const Line& line) {
    if (end_) throw BadValue("there is no event after 'end'");
    for (const Column needed : {at, event})
      if (line[needed].empty()) throw BadValue(fmt::format("'{}' is missing", column_names[needed]));
    const double time = parse_decimal(line[at], "a number of seconds");
    if (time < now_) throw BadValue(fmt::format("'{}' is before the event above", line[at]));
    now_ = time;
    const std::string& name = line[event];
    const Actor who = parse_actor(line[actor]);
    // A pause is told after the step that made it, which may have been the last.
    if (who.role != Role::none && name != pause_name && exited_[index_of(who)])
      throw BadValue(fmt::format("'{}' has exited", line[actor]));
    const std::uint64_t id = line[item].empty() ? 0 : parse_whole(line[item], 1, scenario_.items);

    const auto index = [&](const auto& names) {
      return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    };
    if (const std::size_t kind = index(happening_names); kind < happening_names.size()) {
      expect(line, seconds, false);
      happen({time, static_cast<Kind>(kind), who, id}, line);
    } else if (const std::size_t purpose = index(draw_names); purpose < draw_names.size()) {
      const Draw draw{time, static_cast<Draw::Purpose>(purpose), who, id, duration(line)};
      const bool produce = draw.purpose == Draw::Purpose::produce;
      if (produce) expect_role(line, Role::producer);
      expect(line, actor, true);
      expect(line, item, !produce);
      observer_.on_draw(draw);
    } else if (name == pause_name) {
      expect_role(line, Role::consumer);
      expect(line, item, false);
      observer_.on_pause({time, who, duration(line)});
    } else if (name == exit_name) {
      for (const Column column : {item, seconds}) expect(line, column, false);
      expect(line, actor, true);
      if (who.role == Role::consumer) let_go({time, Kind::stopped, who, 0});
      exited_[index_of(who)] = true;
      observer_.on_exit({time, who});
    } else if (name == end_name) {
      for (const Column column : {actor, item, seconds}) expect(line, column, false);
      end_ = time;
    } else {
      throw BadValue(fmt::format("'{}' is no event", name));
    }
  }

  std::optional<double> end() const { return end_; }

private:
  Actor parse_actor(std::string_view text) const {
    if (text.empty()) return {};
    const Role role = text.front() == 'P' ? Role::producer : Role::consumer;
    const std::uint64_t most = role == Role::producer ? scenario_.producers : scenario_.consumers;
    if (text.front() != 'P' && text.front() != 'C') throw BadValue(fmt::format("'{}' is no actor, such as P1 or C2", text));
    return {role, static_cast<std::uint32_t>(parse_whole(text.substr(1), 1, most))};
  }

  std::size_t index_of(Actor who) const {
    return who.number - 1 + (who.role == Role::producer ? 0 : static_cast<std::size_t>(scenario_.producers));
  }

  double duration(const Line& line) const {
    expect(line, seconds, true);
    return parse_decimal(line[seconds], "a number of seconds");
  }

  static void expect(const Line& line, Column column, bool there) {
    if (line[column].empty() == there)
      throw BadValue(fmt::format("'{}' {} '{}'", line[event], there ? "needs" : "has no", column_names[column]));
  }

  static void expect_role(const Line& line, Role role) {
    expect(line, actor, role != Role::none);
    if (role != Role::none && line[actor].front() != (role == Role::producer ? 'P' : 'C'))
      throw BadValue(fmt::format("'{}' is not for '{}'", line[event], line[actor]));
  }

  void happen(const Happening& happening, const Line& line) {
    switch (happening.kind) {
      case Kind::blocked:
      case Kind::put:
        expect_role(line, Role::producer);
        expect(line, item, true);
        if (happening.kind == Kind::put) put(happening.item);
        break;
      case Kind::got:
        expect_role(line, Role::consumer);
        expect(line, item, true);
        get(happening);
        break;
      case Kind::consumed:
      case Kind::timed_out:
      case Kind::failed:
        expect_role(line, Role::consumer);
        expect(line, item, true);
        let_go(happening);
        break;
      case Kind::cancelled:
        expect(line, actor, true);
        if (happening.who.role == Role::consumer)
          let_go(happening);
        else
          expect(line, item, false);
        break;
      case Kind::stopped:
        expect_role(line, Role::consumer);
        expect(line, item, false);
        let_go(happening);
        break;
      case Kind::ready:
      case Kind::stopping:
      case Kind::done:
        expect_role(line, Role::none);
        expect(line, item, false);
        break;
    }
    observer_.on(happening);
  }

  void put(std::uint64_t id) {
    if (++put_ > scenario_.items) throw BadValue(fmt::format("there are {} items in all, and this is one more", scenario_.items));
    queue_.push_back(id);
  }

  void get(const Happening& happening) {
    if (queue_.empty()) throw BadValue(fmt::format("there is no item {} in the queue, which is empty", happening.item));
    if (queue_.front() != happening.item)
      throw BadValue(fmt::format("item {} cannot be had before item {}, which was put before it", happening.item, queue_.front()));
    std::uint64_t& hand = in_hand_[happening.who.number - 1];
    if (hand != 0) throw BadValue(fmt::format("C{} has item {} in hand", happening.who.number, hand));
    hand = queue_.front();
    queue_.pop_front();
  }

  void let_go(const Happening& happening) {
    std::uint64_t& hand = in_hand_[happening.who.number - 1];
    if (hand != happening.item)
      throw BadValue(hand == 0 ? fmt::format("C{} has no item in hand", happening.who.number)
                               : fmt::format("C{} has item {} in hand", happening.who.number, hand));
    hand = 0;
  }

  const Scenario& scenario_;
  Observer& observer_;
  double now_ = 0;
  std::optional<double> end_;
  std::uint64_t put_ = 0;
  std::deque<std::uint64_t> queue_;
  std::vector<std::uint64_t> in_hand_;
  std::vector<bool> exited_;  // producers, then consumers
};

}  // namespace

std::optional<double> import_events(const std::string& path, const Scenario& scenario, Observer& observer) {
  const auto format = event_format(path);
  if (!format || path == "-") throw BadEvents(fmt::format("{}: the name ends in neither .jsonl nor .csv", path));
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::system_error(errno, std::generic_category(), path);
  if (std::filesystem::is_directory(path)) throw std::system_error(EISDIR, std::generic_category(), path);

  Reader reader(scenario, observer);
  std::string text;
  std::uint64_t number = 1;
  try {
    for (; read_line(file, text); ++number) {
      if (file.eof()) throw BadValue("the line is cut short");
      if (*format == EventFormat::jsonl)
        reader.take(read_json(text));
      else if (number > 1)
        reader.take(read_csv(text));
      else if (text != event_columns)
        throw BadValue(fmt::format("the first line must be {}", event_columns));
    }
    if (number == 1) throw BadValue("the file is empty");
  } catch (const BadValue& error) {
    throw BadEvents(fmt::format("{}:{}: {}", path, number, error.what()));
  }
  return reader.end();
}

}  // namespace pcsim
