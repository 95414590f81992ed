#include <pcsim/model/timestamp.hpp>

#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/number.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>

namespace pcsim {

namespace {

// Takes a timestamp apart, from the front. What does not fit throws BadValue, which says nothing.
class Parser {
public:
  explicit Parser(std::string_view text) : rest_(text) {}

  Timestamp timestamp() {
    const std::int64_t days = date();
    Timestamp result{days * 86400, 0};
    if (rest_.empty()) return result;
    if (!take('T') && !take('t') && !take(' ')) refuse();
    time_of_day(result);
    if (!take('Z') && !take('z') && !rest_.empty()) result.seconds -= offset();
    if (!rest_.empty()) refuse();
    return result;
  }

private:
  [[noreturn]] static void refuse() { throw BadValue(""); }

  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  unsigned digits(std::size_t count, unsigned most) {
    if (rest_.size() < count) refuse();
    const auto value = static_cast<unsigned>(parse_whole(rest_.substr(0, count), 0, most));
    rest_.remove_prefix(count);
    return value;
  }

  // In days since 1970.
  std::int64_t date() {
    using namespace std::chrono;
    const year its_year(static_cast<int>(digits(4, 9999)));
    const bool extended = take('-');
    const month its_month(digits(2, 12));
    if (extended && !take('-')) refuse();
    const year_month_day date(its_year, its_month, day(digits(2, 31)));
    if (!date.ok()) refuse();
    return sys_days(date).time_since_epoch().count();
  }

  void time_of_day(Timestamp& result) {
    const unsigned hour = digits(2, 24);
    minutes_and_seconds(result);
    if (hour == 24 && (result.seconds % 86400 != 0 || result.fraction != 0)) refuse();
    result.seconds += hour * 3600;
  }

  void minutes_and_seconds(Timestamp& result) {
    const bool extended = take(':');
    if (!extended && !at_digit()) return;
    result.seconds += digits(2, 59) * 60;
    if (extended ? !take(':') : !at_digit()) return;
    result.seconds += digits(2, 60);  // there are leap seconds
    if (!take('.') && !take(',')) return;
    const std::string_view decimals = rest_.substr(0, rest_.find_first_not_of("0123456789"));
    if (decimals.empty()) refuse();
    result.fraction = parse_decimal(fmt::format("0.{}", decimals), "");
    rest_.remove_prefix(decimals.size());
  }

  // Of the zone, in seconds.
  std::int64_t offset() {
    const std::int64_t sign = take('-') ? -1 : 1;
    if (sign > 0 && !take('+')) refuse();
    std::int64_t seconds = digits(2, 23) * 3600;
    if (take(':') || at_digit()) seconds += digits(2, 59) * 60;
    return sign * seconds;
  }

  bool at_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }

  std::string_view rest_;
};

}  // namespace

Timestamp parse_timestamp(std::string_view text) {
  try {
    return Parser(text).timestamp();
  } catch (const BadValue&) {
    throw BadValue(fmt::format("'{}' is no time of ISO 8601, such as 2026-03-01T12:30:05.25Z", text));
  }
}

Timestamp parse_unix_time(std::string_view text) {
  constexpr double last = 253402300799;  // 9999-12-31T23:59:59Z
  const double seconds = parse_decimal(text, "a number of seconds since 1970");
  if (seconds > last)
    throw BadValue(fmt::format("'{}' is beyond the year 9999, as seconds since 1970; are these milliseconds?", text));
  const std::string_view whole = text.substr(0, text.find('.'));
  if (text.find_first_not_of("0123456789.") != std::string_view::npos || whole.empty())
    return {static_cast<std::int64_t>(seconds), seconds - std::floor(seconds)};
  // A double would not hold all digits of the fraction.
  const std::string_view decimals = text.substr(std::min(text.size(), whole.size() + 1));
  return {static_cast<std::int64_t>(parse_whole(whole, 0, static_cast<std::uint64_t>(last))),
          parse_decimal(fmt::format("0.{}", decimals), "a number of seconds since 1970")};
}

}  // namespace pcsim
