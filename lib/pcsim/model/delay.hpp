#pragma once

#include <pcsim/assert.hpp>
#include <pcsim/random/random.hpp>

#include <string>
#include <string_view>

namespace pcsim {

/// How long something takes, in seconds: a constant or a distribution to draw from.
class Delay {
public:
  /// REQUIRES: seconds >= 0.
  static Delay constant(double seconds) {
    PCSIM_ASSERT(seconds >= 0);
    return {Kind::constant, seconds, 0};
  }

  /// REQUIRES: 0 <= low <= high.
  static Delay uniform(double low, double high) {
    PCSIM_ASSERT(0 <= low && low <= high);
    return {Kind::uniform, low, high};
  }

  /// `0.1`, `0.01,0.05` (uniform), `exp:MEAN`, `lognormal:MU,SIGMA` or `pareto:ALPHA,MIN`. Throws BadValue.
  static Delay parse(std::string_view text);

  /// Text that parse() turns into this delay.
  std::string text() const;

  /// Whether it is the constant 0: no delay at all, which does not even yield.
  bool none() const { return kind_ == Kind::constant && a_ == 0; }

  /// A draw, by CPython's formulas; a constant takes none from the stream.
  [[gnu::always_inline]] double draw(Random& stream) const {
    if (kind_ == Kind::uniform) [[likely]]
      return stream.uniform(a_, b_);
    return kind_ == Kind::constant ? a_ : draw_other(stream);
  }

private:
  enum class Kind { constant, uniform, exponential, lognormal, pareto };

  Delay(Kind kind, double a, double b) : kind_(kind), a_(a), b_(b) {}
  double draw_other(Random& stream) const;

  Kind kind_;
  double a_;
  double b_;
};

}  // namespace pcsim
