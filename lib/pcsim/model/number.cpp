#include <pcsim/model/number.hpp>

#include <pcsim/model/bad_value.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <system_error>

namespace pcsim {

std::uint64_t parse_whole(std::string_view text, std::uint64_t least, std::uint64_t most) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value < least || value > most)
    throw BadValue(fmt::format("'{}' is not a whole number from {} to {}", text, least, most));
  return value;
}

double parse_decimal(std::string_view text, std::string_view what) {
  // from_chars also takes a minus, "inf" and "nan".
  const bool plain = !text.empty() && std::string_view(".0123456789").find(text.front()) != std::string_view::npos;
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (!plain || stop != end || (error != std::errc() && error != std::errc::result_out_of_range))
    throw BadValue(fmt::format("'{}' is not {}", text, what));
  if (error == std::errc::result_out_of_range) throw BadValue(fmt::format("'{}' is beyond what a double holds", text));
  return value;
}

double parse_duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    double seconds;
  };
  // "s" is the end of the others' names, so it comes last.
  static constexpr std::array units{Unit{"ns", 1e-9}, Unit{"us", 1e-6}, Unit{"ms", 1e-3}, Unit{"min", 60.0}, Unit{"s", 1.0}};
  const auto* const unit = std::find_if(units.begin(), units.end(), [&](const Unit& u) { return text.ends_with(u.name); });
  const bool has_unit = unit != units.end();
  const std::string_view number = has_unit ? text.substr(0, text.size() - unit->name.size()) : text;
  const double value = parse_decimal(number, "a duration: a number of seconds, or one with a unit (ns us ms s min)");
  const double seconds = has_unit ? value * unit->seconds : value;
  if (seconds > longest_duration)
    throw BadValue(fmt::format("'{}' is longer than 1e9 seconds, the longest duration there is", text));
  return seconds;
}

std::string to_text(double value) {
  std::array<char, 32> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), result.ptr};
}

}  // namespace pcsim
