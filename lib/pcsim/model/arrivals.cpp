#include <pcsim/model/arrivals.hpp>

#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/csv_reader.hpp>
#include <pcsim/model/number.hpp>
#include <pcsim/model/scenario.hpp>
#include <pcsim/model/timestamp.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <vector>

namespace pcsim {

struct ArrivalLog::Reader {
  Reader(const std::string& path, double its_speed) : csv(path), speed(its_speed) {}

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
    const auto unfit = [](unsigned char c) { return std::iscntrl(c) != 0; };
    if (text.size() > 100 || std::any_of(text.begin(), text.end(), unfit))
      throw BadValue(
          fmt::format("this is no value of '{}': {} bytes, or control characters", column == at ? "at" : "service", text.size()));
    return text;
  }

  double read_at(std::string_view text) {
    if (text.empty()) throw BadValue("there is no time in this line");
    const bool is_date = std::isdigit(static_cast<unsigned char>(text.front())) != 0 &&
                         text.find_first_of("-:Tt") != std::string_view::npos &&
                         text.find_first_of("eE") == std::string_view::npos;
    if (count == 0 && is_date) first = parse_timestamp(text);
    if (is_date != first.has_value() && count > 0)
      throw BadValue(fmt::format("'{}' is not {}, as in the lines before; a log cannot mix seconds and ISO 8601 times", text,
                                 first ? "an ISO 8601 time" : "a time in seconds"));
    if (first) return parse_timestamp(text).since(*first);
    return parse_decimal(text, count == 0 ? "a time: seconds, or ISO 8601 such as 2026-03-01T12:30:05.25Z"
                                          : "a time in seconds, as in the lines before");
  }

  CsvReader csv;
  double speed;
  std::size_t columns = 0;
  std::size_t at = 0;
  std::optional<std::size_t> service;
  std::uint64_t count = 0;
  double last = 0;
  std::optional<Timestamp> first;
};

ArrivalLog::ArrivalLog(const std::string& path, double speed) : reader_(std::make_unique<Reader>(path, speed)) {
  CsvReader& csv = reader_->csv;
  if (!csv.next()) csv.fail("the log is empty: its first line must name the columns, at and perhaps service");
  reader_->columns = csv.fields().size();
  const auto at = reader_->column("at");
  if (!at) csv.fail("there is no column 'at' in the first line");
  reader_->at = *at;
  reader_->service = reader_->column("service");
}

ArrivalLog::ArrivalLog(ArrivalLog&&) noexcept = default;
ArrivalLog& ArrivalLog::operator=(ArrivalLog&&) noexcept = default;
ArrivalLog::~ArrivalLog() = default;

bool ArrivalLog::has_service() const { return reader_->service.has_value(); }

std::optional<Arrival> ArrivalLog::next() {
  Reader& reader = *reader_;
  if (!reader.csv.next()) return std::nullopt;
  try {
    const std::size_t fields = reader.csv.fields().size();
    if (fields != reader.columns)
      throw BadValue(fmt::format("this line has {} fields, and the first line has {}", fields, reader.columns));
    if (reader.count == Scenario::most_items) throw BadValue(fmt::format("there are more than {} items", Scenario::most_items));
    const std::string_view at = reader.field(reader.at);
    Arrival arrival{reader.read_at(at) / reader.speed, std::nullopt};
    if (arrival.at < reader.last)
      throw BadValue(fmt::format("'{}' is before the time of the line before; the log must be in order", at));
    if (arrival.at > longest_duration)
      throw BadValue(fmt::format("'{}' is more than 1e9 seconds after the start{}", at,
                                 reader.speed < 1 ? fmt::format(", at a speed of {}", to_text(reader.speed)) : ""));
    if (reader.service) arrival.service = parse_duration(reader.field(*reader.service));
    reader.last = arrival.at;
    ++reader.count;
    return arrival;
  } catch (const BadValue& error) {
    reader.csv.fail(error.what());
  }
}

std::uint64_t count_arrivals(const std::string& path, double speed) {
  ArrivalLog log(path, speed);
  std::uint64_t count = 0;
  while (log.next()) ++count;
  return count;
}

}  // namespace pcsim
