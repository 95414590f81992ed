#pragma once

#include <cstddef>
#include <functional>

namespace pcsim {

/// Values in a row, some of which miss a target. To look at one is expensive, so each is looked at once at most.
struct Candidates {
  std::size_t count;  ///< REQUIRES: not 0

  /// Looks at a value, or remembers it: whether it misses.
  std::function<bool(std::size_t index)> missed;

  /// Whether those that were looked at leave it possible that a greater value is always better.
  std::function<bool()> monotonic;
};

struct FirstValue {
  std::size_t index;  ///< candidates.count if none was found
  bool scanned;       ///< looked for one by one, and not by bisection
};

/// How many values are looked at one by one; of more than that, so many are picked evenly.
inline constexpr std::size_t most_scanned = 10'000;

/// Looks for the first value that does not miss. The one before it, if there is one, was seen to miss.
///
/// By bisection, as long as greater values may always be better: then it is the first if they are. Else one by one, and then it
/// is the first, and none is there if none was found; only of more than most_scanned values some were passed over.
FirstValue find_first(const Candidates& candidates);

}  // namespace pcsim
