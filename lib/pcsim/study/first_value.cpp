#include <pcsim/study/first_value.hpp>

#include <algorithm>
#include <optional>

namespace pcsim {

namespace {

// Nothing if greater values are not always better, or the last one misses, which says nothing of the others.
std::optional<std::size_t> bisect(const Candidates& candidates) {
  if (!candidates.missed(0)) return 0;
  std::size_t low = 0;
  std::size_t high = candidates.count - 1;
  if (candidates.missed(high)) return std::nullopt;
  while (high - low > 1 && candidates.monotonic()) {
    const std::size_t middle = low + (high - low) / 2;
    (candidates.missed(middle) ? low : high) = middle;
  }
  // The next one is part of the answer, and a last proof of it.
  if (high + 1 < candidates.count) candidates.missed(high + 1);
  return candidates.monotonic() ? std::optional(high) : std::nullopt;
}

std::size_t scan(const Candidates& candidates) {
  const std::size_t picked = std::min(candidates.count, most_scanned);
  const auto pick = [&](std::size_t i) { return picked == 1 ? 0 : i * (candidates.count - 1) / (picked - 1); };
  std::size_t next = 0;
  for (std::size_t i = 0; i < picked; ++i) {
    if (!candidates.missed(pick(i))) {
      while (next < pick(i) && candidates.missed(next)) ++next;
      return next;
    }
    next = pick(i) + 1;
  }
  return candidates.count;
}

}  // namespace

FirstValue find_first(const Candidates& candidates) {
  const auto bisected = bisect(candidates);
  return bisected ? FirstValue{*bisected, false} : FirstValue{scan(candidates), true};
}

}  // namespace pcsim
