#pragma once

#include <algorithm>
#include <limits>

namespace pcsim {

/// How often `whole` is in `part`; 0 if that is nothing. It is finite: a denormalized whole can be in a part more often than a
/// double can say, which then is the largest one. REQUIRES: neither is negative, and both are finite.
inline double ratio(double part, double whole) {
  return whole > 0 ? std::min(part / whole, std::numeric_limits<double>::max()) : 0;
}

}  // namespace pcsim
