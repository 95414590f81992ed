#include <pcsim/model/arrivals.hpp>

#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/csv_reader.hpp>
#include <pcsim/model/input_file.hpp>
#include <pcsim/model/number.hpp>
#include <pcsim/model/scenario.hpp>
#include <pcsim/model/timestamp.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

namespace pcsim {

namespace {

using Names = std::vector<std::string>;

bool is_control(unsigned char c) { return std::iscntrl(c) != 0; }

// For a message, which is one line of no great length, whatever the names are.
std::string list_of(const Names& names) {
  constexpr std::size_t room = 150;
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::string next(i > 0 ? ", '" : "'");
    for (const char c : names[i]) next += is_control(static_cast<unsigned char>(c)) ? std::string("?") : std::string(1, c);
    if (list.size() + next.size() > room) return list + fmt::format("{}{} more", i > 0 ? " and " : "", names.size() - i);
    list += next + "'";
  }
  return list;
}

// What the times of a log are, as its first one tells.
enum class Times {
  seconds,  // since the start
  unix,     // seconds since 1970
  iso,
};

// A first time above this, three years, counts from 1970.
constexpr double least_unix_time = 1e8;

std::string_view name_of(Times times) {
  switch (times) {
    case Times::seconds: return "a time in seconds, as in the lines before";
    case Times::unix: return "a time in seconds since 1970, as in the lines before";
    case Times::iso: break;
  }
  return "an ISO 8601 time, as in the lines before";
}

bool is_date(std::string_view text) {
  return std::isdigit(static_cast<unsigned char>(text.front())) != 0 && text.find_first_of("-:Tt") != std::string_view::npos &&
         text.find_first_of("eE") == std::string_view::npos;
}

}  // namespace

struct ArrivalLog::Reader {
  Reader(std::shared_ptr<const InputFile> its_file, std::shared_ptr<const CountedLog> its_log, double its_speed)
      : file(std::move(its_file)), log(std::move(its_log)), csv(*file), speed(its_speed) {
    if (!csv.next()) csv.fail("the log is empty: its first line must name the columns, at and perhaps service");
    columns = csv.fields().size();
    const auto its_at = column("at");
    if (!its_at)
      csv.fail(fmt::format("there is no column 'at' in the first line, which must name the columns; it has {}",
                           list_of(csv.fields())));
    at = *its_at;
    service = column("service");
  }

  std::optional<std::size_t> column(std::string_view name) const {
    const auto& names = csv.fields();
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return std::nullopt;
    if (std::find(found + 1, names.end(), name) != names.end())
      csv.fail(fmt::format("there are two columns '{}' in this line", name));
    return found - names.begin();
  }

  // What is shown in a message: a line of text, of no great length.
  std::string_view field(std::size_t column) const {
    const std::string& text = csv.fields()[column];
    if (text.size() > 100 || std::any_of(text.begin(), text.end(), is_control))
      throw BadValue(
          fmt::format("this is no value of '{}': {} bytes, or control characters", column == at ? "at" : "service", text.size()));
    return text;
  }

  double read_first_at(std::string_view text) {
    if (is_date(text)) {
      times = Times::iso;
      first = parse_timestamp(text);
      return 0;
    }
    const double seconds = parse_decimal(text, "a time: seconds, or ISO 8601 such as 2026-03-01T12:30:05.25Z");
    if (seconds <= least_unix_time) return seconds;
    times = Times::unix;
    first = parse_unix_time(text);
    return 0;
  }

  double read_at(std::string_view text) {
    if (text.empty()) throw BadValue("there is no time in this line");
    if (count == 0) return read_first_at(text);
    if (is_date(text) != (times == Times::iso))
      throw BadValue(fmt::format("'{}' is not {}; a log cannot mix seconds and ISO 8601 times", text, name_of(times)));
    if (times == Times::iso) return parse_timestamp(text).since(first);
    const double seconds = parse_decimal(text, name_of(times));
    return times == Times::unix ? parse_unix_time(text).since(first) : seconds;
  }

  Arrival read_row() {
    const std::size_t fields = csv.fields().size();
    if (fields != columns) throw BadValue(fmt::format("this line has {} fields, and the first line has {}", fields, columns));
    if (count == Scenario::most_items) throw BadValue(fmt::format("there are more than {} items", Scenario::most_items));
    const std::string_view text = field(at);
    Arrival arrival{read_at(text) / speed, std::nullopt};
    if (arrival.at < last)
      throw BadValue(fmt::format("'{}' is before the time of the line before; the log must be in order", text));
    if (arrival.at > longest_duration)
      throw BadValue(fmt::format("'{}' is more than 1e9 seconds after the start{}", text,
                                 speed < 1 ? fmt::format(", at a speed of {}", to_text(speed)) : ""));
    if (service) arrival.service = parse_duration(field(*service));
    last = arrival.at;
    ++count;
    return arrival;
  }

  std::optional<Arrival> next() {
    if (!csv.next()) return std::nullopt;
    try {
      return read_row();
    } catch (const BadValue& error) {
      csv.fail(error.what());
    }
  }

  // What was read before can be read again, or the log has changed; then no item is given that was not counted.
  std::optional<Arrival> next_as_counted() {
    std::optional<Arrival> arrival;
    try {
      arrival = next();
    } catch (const BadValue& error) {
      file->check_unchanged();
      throw BadValue(fmt::format("{}; this was not so when the log was counted", error.what()));
    }
    if (arrival ? count > log->count_ : count != log->count_ || csv.digest() != log->digest_)
      throw BadValue(fmt::format("{}: the log is not what it was when it was counted", file->name()));
    return arrival;
  }

  std::shared_ptr<const InputFile> file;
  std::shared_ptr<const CountedLog> log;  // what this must be equal to; nothing if it is read for the first time
  CsvReader csv;
  double speed;
  std::size_t columns = 0;
  std::size_t at = 0;
  std::optional<std::size_t> service;
  std::uint64_t count = 0;
  double last = 0;
  Times times = Times::seconds;
  Timestamp first{};  // where times do not count from the start
};

CountedLog::CountedLog(const std::string& path, double speed) : CountedLog(std::make_shared<const InputFile>(path), speed) {}

CountedLog::CountedLog(std::shared_ptr<const InputFile> file, double speed) : file_(std::move(file)) {
  const auto reader = std::make_unique<ArrivalLog::Reader>(file_, nullptr, speed);
  has_service_ = reader->service.has_value();
  Names others = reader->csv.fields();
  std::erase_if(others, [](const std::string& name) { return name == "at" || name == "service"; });
  other_columns_ = list_of(others);
  while (reader->next()) ++count_;
  digest_ = reader->csv.digest();
}

ArrivalLog::ArrivalLog(const std::string& path, double speed)
    : reader_(std::make_unique<Reader>(std::make_shared<const InputFile>(path), nullptr, speed)) {}

ArrivalLog::ArrivalLog(std::shared_ptr<const CountedLog> log, double speed) {
  try {
    reader_ = std::make_unique<Reader>(log->file(), log, speed);
  } catch (const BadValue& error) {
    log->file()->check_unchanged();
    throw BadValue(fmt::format("{}; this was not so when the log was counted", error.what()));
  }
}

ArrivalLog::ArrivalLog(ArrivalLog&&) noexcept = default;
ArrivalLog& ArrivalLog::operator=(ArrivalLog&&) noexcept = default;
ArrivalLog::~ArrivalLog() = default;

bool ArrivalLog::has_service() const { return reader_->service.has_value(); }

std::optional<Arrival> ArrivalLog::next() { return reader_->log ? reader_->next_as_counted() : reader_->next(); }

}  // namespace pcsim
