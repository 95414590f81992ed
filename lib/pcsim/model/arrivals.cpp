#include <pcsim/model/arrivals.hpp>

#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/number.hpp>
#include <pcsim/model/scenario.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

// A thread for each log that is open would be in the way of many runs at once.
#define CSV_IO_NO_THREAD
#include <libfccp/csv.h>

namespace pcsim {

namespace {

// A whole number of so many digits, taken off the front.
unsigned take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) throw BadValue("");
  const auto value = static_cast<unsigned>(parse_whole(text.substr(0, count), 0, 9999));
  text.remove_prefix(count);
  return value;
}

void take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) throw BadValue("");
  text.remove_prefix(1);
}

Timestamp take_timestamp(std::string_view text) {
  using namespace std::chrono;
  const auto date_year = year(static_cast<int>(take_digits(text, 4)));
  take(text, "-");
  const auto date_month = month(take_digits(text, 2));
  take(text, "-");
  const year_month_day date(date_year, date_month, day(take_digits(text, 2)));
  take(text, "T ");
  const unsigned hour = take_digits(text, 2);
  take(text, ":");
  const unsigned minute = take_digits(text, 2);
  unsigned second = 0;
  if (text.starts_with(':')) {
    take(text, ":");
    second = take_digits(text, 2);
  }
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) throw BadValue("");
  double fraction = 0;
  if (text.starts_with('.')) {
    const auto end = text.find_first_not_of("0123456789", 1);
    fraction = parse_decimal(text.substr(0, end), "");
    text.remove_prefix(end == std::string_view::npos ? text.size() : end);
  }
  std::int64_t offset = 0;
  if (text.starts_with('Z')) {
    take(text, "Z");
  } else if (!text.empty()) {
    const std::int64_t sign = text.starts_with('-') ? -1 : 1;
    take(text, "+-");
    offset = take_digits(text, 2) * 3600;
    if (text.starts_with(':')) take(text, ":");
    offset = sign * (offset + take_digits(text, 2) * 60);
  }
  if (!text.empty()) throw BadValue("");
  const std::int64_t days = sys_days(date).time_since_epoch().count();
  return {days * 86400 + hour * 3600 + minute * 60 + second - offset, fraction};
}

}  // namespace

Timestamp parse_timestamp(std::string_view text) {
  try {
    return take_timestamp(text);
  } catch (const BadValue&) {
    throw BadValue(fmt::format("'{}' is no time: seconds, or ISO 8601 such as 2026-03-01T12:30:05.25Z", text));
  }
}

struct ArrivalLog::Reader {
  using Csv = io::CSVReader<2, io::trim_chars<' ', '\t'>, io::double_quote_escape<',', '"'>>;

  // CSV's own errors, and those of the values, as errors of a line.
  template <class Read>
  auto guarded(Read read) {
    try {
      return read();
    } catch (const io::error::base&) {
      throw BadValue(fmt::format("{}:{}: this is no line of CSV with as many fields as the first line", path, line()));
    } catch (const BadValue& error) {
      throw BadValue(fmt::format("{}:{}: {}", path, line(), error.what()));
    }
  }
  unsigned line() const { return csv ? std::max(1U, csv->get_file_line()) : 1; }

  double read_at(std::string_view text) {
    const bool iso = text.find('-') != std::string_view::npos && text.find('e') == std::string_view::npos;
    if (!first && !iso) return parse_decimal(text, "a time: seconds, or ISO 8601 such as 2026-03-01T12:30:05.25Z");
    if (count > 0 && !first) throw BadValue(fmt::format("'{}' is an ISO 8601 time, and those before were seconds", text));
    const Timestamp time = parse_timestamp(text);
    if (!first) first = time;
    return static_cast<double>(time.seconds - first->seconds) + (time.fraction - first->fraction);
  }

  std::string path;
  double speed;
  std::optional<Csv> csv;
  bool has_service = false;
  std::uint64_t count = 0;
  double last = 0;
  std::optional<Timestamp> first;
};

ArrivalLog::ArrivalLog(const std::string& path, double speed) : reader_(std::make_unique<Reader>()) {
  reader_->path = path;
  reader_->speed = speed;
  if (std::error_code error; std::filesystem::is_directory(path, error))
    throw BadValue(fmt::format("{}: this is a directory, not a log of arrivals", path));
  try {
    reader_->csv.emplace(path);
  } catch (const io::error::can_not_open_file&) {
    throw BadValue(fmt::format("{}: {}", path, std::generic_category().message(errno)));
  }
  reader_->guarded([&] {
    try {
      reader_->csv->read_header(io::ignore_extra_column | io::ignore_missing_column, "at", "service");
    } catch (const io::error::header_missing&) {
      throw BadValue("the log is empty: its first line must name the columns, at and perhaps service");
    }
    if (!reader_->csv->has_column("at")) throw BadValue("there is no column 'at' in the first line");
  });
  reader_->has_service = reader_->csv->has_column("service");
}

ArrivalLog::ArrivalLog(ArrivalLog&&) noexcept = default;
ArrivalLog& ArrivalLog::operator=(ArrivalLog&&) noexcept = default;
ArrivalLog::~ArrivalLog() = default;

bool ArrivalLog::has_service() const { return reader_->has_service; }

std::optional<Arrival> ArrivalLog::next() {
  return reader_->guarded([&]() -> std::optional<Arrival> {
    const char* at = "";
    const char* service = "";
    if (!reader_->csv->read_row(at, service)) return std::nullopt;
    if (reader_->count == Scenario::most_items) throw BadValue(fmt::format("there are more than {} items", Scenario::most_items));
    Arrival arrival{reader_->read_at(at) / reader_->speed, std::nullopt};
    if (arrival.at < reader_->last)
      throw BadValue(fmt::format("'{}' is before the time of the line before; the log must be in order", at));
    if (arrival.at > longest_duration) throw BadValue(fmt::format("'{}' is more than 1e9 seconds after the start", at));
    if (reader_->has_service) arrival.service = parse_duration(service);
    reader_->last = arrival.at;
    ++reader_->count;
    return arrival;
  });
}

std::uint64_t count_arrivals(const std::string& path, double speed) {
  ArrivalLog log(path, speed);
  std::uint64_t count = 0;
  while (log.next()) ++count;
  return count;
}

}  // namespace pcsim
