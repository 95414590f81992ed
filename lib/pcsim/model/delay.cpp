#include <pcsim/model/delay.hpp>

#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/number.hpp>

#include <fmt/format.h>

#include <optional>

namespace pcsim {

namespace {

constexpr std::string_view forms = "0.1 | 0.01,0.05 | exp:MEAN | lognormal:MU,SIGMA | pareto:ALPHA,MIN";

double parse_within(std::string_view text, std::string_view name, double least, double most) {
  const bool negative = text.starts_with('-') && least < 0;
  const double size = parse_decimal(negative ? text.substr(1) : text, fmt::format("a number for {}", name));
  const double value = negative ? -size : size;
  if (value < least || value > most)
    throw BadValue(fmt::format("{} is {}, which must be from {} to {}", name, text, to_text(least), to_text(most)));
  return value;
}

}  // namespace

Delay Delay::parse(std::string_view text) {
  const auto colon = text.rfind(':');
  const std::string_view kind = colon == std::string_view::npos ? "" : text.substr(0, colon);
  const std::string_view rest = colon == std::string_view::npos ? text : text.substr(colon + 1);
  const auto comma = rest.find(',');
  const std::string_view first = rest.substr(0, comma);
  const auto second = comma == std::string_view::npos ? std::nullopt : std::optional(rest.substr(comma + 1));

  const auto refuse = [&](std::string_view why) -> BadValue {
    return BadValue(fmt::format("'{}' {}; a delay is {}", text, why, forms));
  };
  try {
    if (colon != std::string_view::npos) {
      if (kind == "exp") {
        if (second) throw refuse("has two values where exp takes one");
        const double mean = parse_duration(first);
        if (mean <= 0) throw refuse("has a mean that is not above 0");
        return {Kind::exponential, mean, 0};
      }
      if (kind == "lognormal") {
        if (!second) throw refuse("has one value where lognormal takes two");
        return {Kind::lognormal, parse_within(first, "MU", -50, 50), parse_within(*second, "SIGMA", 0, 50)};
      }
      if (kind == "pareto") {
        if (!second) throw refuse("has one value where pareto takes two");
        return {Kind::pareto, parse_within(first, "ALPHA", 0.1, 1000), parse_duration(*second)};
      }
      throw refuse("has an unknown distribution");
    }
    const double low = parse_duration(first);
    if (!second) return constant(low);
    const double high = parse_duration(*second);
    if (low > high) throw refuse("has its low end above its high end");
    return uniform(low, high);
  } catch (const BadValue& error) {
    const std::string_view message = error.what();
    if (message.ends_with(forms)) throw;
    throw BadValue(fmt::format("'{}' is no delay: {}", text, message));
  }
}

std::string Delay::text() const {
  switch (kind_) {
    case Kind::uniform: return fmt::format("{},{}", to_text(a_), to_text(b_));
    case Kind::exponential: return fmt::format("exp:{}", to_text(a_));
    case Kind::lognormal: return fmt::format("lognormal:{},{}", to_text(a_), to_text(b_));
    case Kind::pareto: return fmt::format("pareto:{},{}", to_text(a_), to_text(b_));
    case Kind::constant: break;
  }
  return to_text(a_);
}

double Delay::draw_other(Random& stream) const {
  switch (kind_) {
    case Kind::exponential: return stream.expovariate(1.0 / a_);
    case Kind::lognormal: return stream.lognormvariate(a_, b_);
    case Kind::pareto: return b_ * stream.paretovariate(a_);
    default: return a_;
  }
}

}  // namespace pcsim
