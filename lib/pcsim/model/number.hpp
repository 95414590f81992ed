#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pcsim {

/// The longest duration a scenario may name, in seconds.
inline constexpr double longest_duration = 1e9;

/// A whole number in decimal digits, and nothing else. Throws BadValue if it is not one from `least` to `most`.
std::uint64_t parse_whole(std::string_view text, std::uint64_t least, std::uint64_t most);

/// A decimal number, such as `0.5` or `1e-3`, without a sign. Throws BadValue, which calls it `what`.
double parse_decimal(std::string_view text, std::string_view what);

/// A duration in seconds, or with a unit: `ns us ms s min`. The value is what CPython computes: the number times the unit as
/// doubles. Throws BadValue if it is none, or longer than longest_duration.
double parse_duration(std::string_view text);

/// The shortest text that parse_decimal() turns into the same double.
std::string to_text(double value);

}  // namespace pcsim
