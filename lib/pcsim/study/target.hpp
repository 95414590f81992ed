#pragma once

#include <pcsim/study/estimate.hpp>

#include <string>
#include <string_view>

namespace pcsim {

/// A bound on a measure, such as `latency.p99 < 200ms`.
struct Target {
  enum class Relation { less, less_or_equal, greater, greater_or_equal };
  enum class Verdict { met, missed, unclear };

  std::string measure;
  Relation relation;
  double bound;  ///< seconds for a time, which alone may have a unit
  std::string text;

  /// Throws BadValue; for an unknown measure with the list of them.
  static Target parse(std::string_view text);

  /// Whether it is met with 95 % confidence, missed with that, or neither.
  Verdict judge(const Estimate& estimate) const;

  /// Whether a value meets it.
  bool met_by(double value) const;
};

}  // namespace pcsim
