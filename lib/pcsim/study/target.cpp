#include <pcsim/study/target.hpp>

#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/number.hpp>
#include <pcsim/observe/measures.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace pcsim {

namespace {

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// Whether a measure is in seconds, so that its bound may have a unit.
bool is_time(std::string_view measure) {
  const std::string_view group = measure.substr(0, measure.find('.'));
  return group == "makespan" || group == "wait" || group == "service" || group == "latency" || group == "blocked";
}

}  // namespace

Target Target::parse(std::string_view text) {
  const auto at = text.find_first_of("<>");
  if (at == std::string_view::npos)
    throw BadValue(fmt::format("'{}' is no target: one is MEASURE < VALUE, with <, <=, > or >=", text));
  const bool or_equal = text.substr(at + 1).starts_with('=');
  Target target;
  target.text = text;
  target.measure = trim(text.substr(0, at));
  if (text[at] == '<')
    target.relation = or_equal ? Relation::less_or_equal : Relation::less;
  else
    target.relation = or_equal ? Relation::greater_or_equal : Relation::greater;
  const auto names = measure_names();
  if (std::find(names.begin(), names.end(), target.measure) == names.end())
    throw BadValue(fmt::format("'{}' is no measure; these are: {}", target.measure, fmt::join(names, " ")));
  const std::string_view bound = trim(text.substr(at + (or_equal ? 2 : 1)));
  if (bound.empty()) throw BadValue(fmt::format("'{}' ends before the value", text));
  target.bound = is_time(target.measure)
                     ? parse_duration(bound)
                     : parse_decimal(bound, fmt::format("a number, as {} is: no unit, no per cent", target.measure));
  return target;
}

bool Target::met_by(double value) const {
  switch (relation) {
    case Relation::less: return value < bound;
    case Relation::less_or_equal: return value <= bound;
    case Relation::greater: return value > bound;
    case Relation::greater_or_equal: break;
  }
  return value >= bound;
}

Target::Verdict Target::judge(const Estimate& estimate) const {
  const bool low = met_by(estimate.low());
  const bool high = met_by(estimate.high());
  if (low && high) return Verdict::met;
  return low || high ? Verdict::unclear : Verdict::missed;
}

}  // namespace pcsim
