#include <pcsim/study/value_set.hpp>

#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/number.hpp>
#include <pcsim/model/scenario.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <set>

namespace pcsim {

namespace {

constexpr std::uint64_t most_values = 100'000;

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

void expand_range(std::string_view text, std::vector<std::string>& values) {
  const auto parts = split(text, ':');
  if (parts.size() > 3 || std::find(parts.begin(), parts.end(), "") != parts.end())
    throw BadValue(fmt::format("'{}' is not a range: FROM:TO or FROM:TO:BY, in whole numbers", text));
  constexpr std::uint64_t most = Scenario::most_seed;
  const std::uint64_t from = parse_whole(parts[0], 0, most);
  const std::uint64_t to = parse_whole(parts[1], 0, most);
  const std::uint64_t by = parts.size() == 3 ? parse_whole(parts[2], 1, most) : 1;
  if (from > to) throw BadValue(fmt::format("'{}' is a range that ends before it begins", text));
  if ((to - from) / by >= most_values) throw BadValue(fmt::format("'{}' has more than {} values", text, most_values));
  for (std::uint64_t value = from; value <= to; value += by) values.push_back(std::to_string(value));
}

}  // namespace

bool takes_set(const Setting& setting) {
  using Kind = Setting::Kind;
  return setting.kind == Kind::whole || setting.kind == Kind::decimal || setting.kind == Kind::duration ||
         setting.kind == Kind::delay;
}

std::vector<std::string> expand_set(const Setting& setting, std::string_view text) {
  std::vector<std::string> values;
  const bool delays = setting.kind == Setting::Kind::delay;
  for (const std::string_view part : split(text, delays ? '|' : ',')) {
    if (!delays && part.find(':') != std::string_view::npos)
      expand_range(part, values);
    else
      values.emplace_back(part);
  }
  std::set<std::string> seen;
  for (std::string& value : values) {
    Scenario scratch;
    setting.set(scratch, value);
    // One value can be written in several ways: 1 and 01, 0.1 and 100ms.
    const std::string canonical = setting.get(scratch).value_or(value);
    if (!seen.insert(canonical).second) throw BadValue(fmt::format("'{}' has {} twice", text, value));
    if (setting.kind == Setting::Kind::whole) value = canonical;
  }
  return values;
}

void sort_values(const Setting& setting, std::vector<std::string>& values) {
  const auto rank = [&](const std::string& text) {
    const std::uint64_t value = parse_whole(text, 0, UINT64_MAX);
    return value == 0 && setting.zero_is_unbounded ? UINT64_MAX : value;
  };
  std::sort(values.begin(), values.end(), [&](const std::string& a, const std::string& b) { return rank(a) < rank(b); });
}

}  // namespace pcsim
