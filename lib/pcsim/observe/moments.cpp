#include <pcsim/observe/moments.hpp>

#include <algorithm>
#include <cmath>

namespace pcsim {

void Moments::add(double seconds) {
  if (count_ == 0) first_ = seconds;
  min_ = std::min(min_, seconds);
  if (seconds > max_) {
    max_ = seconds;
    rescale();
  }
  add_covered(seconds);
}

double Moments::mean() const {
  if (count_ == 0) return 0;
  return std::clamp(first_ + sum_ / static_cast<double>(count_), min_, max_);  // rounding may lead out of them
}

double Moments::stddev() const {
  if (count_ == 0) return 0;
  const double n = static_cast<double>(count_);
  const double shift = sum_ * scale_ / n;
  return std::ldexp(std::sqrt(std::max(0.0, squares_ / n - shift * shift)), exponent_);
}

void Moments::rescale() {
  constexpr int most = 1000;  // so that the scale is a double itself
  if (max_ == 0) return;
  const int exponent = std::clamp(std::ilogb(max_), -most, most);
  if (exponent == exponent_) return;
  squares_ = std::ldexp(squares_, 2 * (exponent_ - exponent));
  scale_ = std::ldexp(1.0, -exponent);
  exponent_ = exponent;
}

}  // namespace pcsim
