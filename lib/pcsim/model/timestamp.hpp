#pragma once

#include <cstdint>
#include <string_view>

namespace pcsim {

/// A point in time: seconds since 1970 (UTC), and the fraction of a second.
struct Timestamp {
  std::int64_t seconds;
  double fraction;

  double since(const Timestamp& other) const {
    return static_cast<double>(seconds - other.seconds) + (fraction - other.fraction);
  }
};

/// A date and a time of day of ISO 8601, such as `2026-03-01T12:30:05.25+01:00`: extended or basic, with `T` or a space between
/// them, minutes, seconds and their fraction left out or not, the whole time too. Without a zone it is UTC. As in POSIX, where
/// every day has 86400 seconds, a leap second is the first second of the next minute, and 24:00:00 is the next day's 00:00:00.
/// Throws BadValue.
Timestamp parse_timestamp(std::string_view text);

/// Seconds since 1970 as a decimal number, such as `1767225600.5`. Throws BadValue if it is none, or beyond the year 9999.
Timestamp parse_unix_time(std::string_view text);

}  // namespace pcsim
