#pragma once

#include <pcsim/assert.hpp>

#include <chrono>
#include <optional>

namespace pcsim {

/// How a Loop's time passes. The loop's own time is seconds from 0 in IEEE doubles and is the same under every clock; a clock
/// says how long to wait for it and what is shown of it.
class Clock {
public:
  using Instant = std::chrono::steady_clock::time_point;

  virtual ~Clock() = default;

  /// The run begins now.
  virtual void start() = 0;

  /// When loop time `deadline` is reached, or nothing: at once. A clock that says nothing shows the loop's own time.
  virtual std::optional<Instant> due(double deadline) const = 0;

  /// The time to show for something that happens now, at loop time `now`, in seconds.
  virtual double elapsed(double now) const = 0;
};

/// Time jumps: what is shown is the loop's own time.
class VirtualClock final : public Clock {
public:
  void start() override {}
  std::optional<Instant> due(double) const override { return std::nullopt; }
  double elapsed(double now) const override { return now; }
};

/// Time passes, `speed` times as fast as real time. Paced: every deadline is counted from the start, so that lateness never adds
/// up. What is shown is the measured time, times the speed.
class WallClock final : public Clock {
public:
  /// REQUIRES: speed > 0.
  explicit WallClock(double speed) : speed_(speed) { PCSIM_ASSERT(speed > 0); }

  void start() override { start_ = std::chrono::steady_clock::now(); }
  std::optional<Instant> due(double deadline) const override;
  double elapsed(double) const override;

private:
  double speed_;
  Instant start_{};
};

}  // namespace pcsim
