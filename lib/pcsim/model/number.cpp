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

namespace {

struct Decimal {
  enum class Error { none, syntax, range };
  double value = 0;
  Error error = Error::none;
};

Decimal read_decimal(std::string_view text) {
  // from_chars also takes a minus, "inf" and "nan".
  if (text.empty() || std::string_view(".0123456789").find(text.front()) == std::string_view::npos) return {0, Decimal::Error::syntax};
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (stop != end || error == std::errc::invalid_argument) return {0, Decimal::Error::syntax};
  if (error == std::errc::result_out_of_range) return {0, Decimal::Error::range};
  return {value, Decimal::Error::none};
}

// The value, or an error that has the text as it was given.
double value_or_refuse(const Decimal& decimal, std::string_view text, std::string_view what) {
  if (decimal.error == Decimal::Error::syntax) throw BadValue(fmt::format("'{}' is not {}", text, what));
  if (decimal.error == Decimal::Error::range) throw BadValue(fmt::format("'{}' is beyond what a double holds", text));
  return decimal.value;
}

}  // namespace

double parse_decimal(std::string_view text, std::string_view what) { return value_or_refuse(read_decimal(text), text, what); }

double parse_duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    double seconds;
  };
  // "s" is the end of the others' names, so it comes last.
  static constexpr std::array units{Unit{"ns", 1e-9}, Unit{"us", 1e-6}, Unit{"ms", 1e-3}, Unit{"min", 60.0}, Unit{"s", 1.0}};
  const auto* const unit = std::find_if(units.begin(), units.end(), [&](const Unit& u) { return text.ends_with(u.name); });
  const bool has_unit = unit != units.end();
  const Decimal number = read_decimal(has_unit ? text.substr(0, text.size() - unit->name.size()) : text);
  const double value = value_or_refuse(number, text, "a duration: a number of seconds, or one with a unit (ns us ms s min)");
  const double seconds = has_unit ? value * unit->seconds : value;
  if (seconds > longest_duration) throw BadValue(fmt::format("'{}' is longer than 1e9 seconds, the longest duration there is", text));
  return seconds;
}

std::string to_text(double value) {
  std::array<char, 32> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), result.ptr};
}

}  // namespace pcsim
