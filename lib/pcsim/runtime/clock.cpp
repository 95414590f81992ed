#include <pcsim/runtime/clock.hpp>

#include <algorithm>

namespace pcsim {

using Seconds = std::chrono::duration<double>;

std::optional<Clock::Instant> WallClock::due(double deadline) const {
  constexpr Seconds longest(1e9);  // what an Instant holds; the loop asks again when it has waited that long
  const Seconds wait = std::min(Seconds(deadline / speed_), longest);
  return start_ + std::chrono::ceil<Instant::duration>(wait);
}

double WallClock::elapsed(double) const { return Seconds(std::chrono::steady_clock::now() - start_).count() * speed_; }

}  // namespace pcsim
