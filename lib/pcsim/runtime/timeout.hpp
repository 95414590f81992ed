#pragma once

#include <pcsim/runtime/callback.hpp>
#include <pcsim/runtime/loop.hpp>
#include <pcsim/runtime/task_base.hpp>

#include <optional>

namespace pcsim {

/// `asyncio.timeout`: cancels the task that made it when `delay` seconds have passed and it still exists. Made and destroyed
/// within one task. C++ cannot turn an exception into another on leaving a block, so whoever catches Cancelled inside asks whose
/// it was:
///
///     Timeout timeout(loop, 0.5);
///     try {
///       co_await work();
///     } catch (const Cancelled&) {
///       if (!timeout.exceeded()) throw;
///       ...
///     }
class Timeout final : private Callback {
public:
  /// With no delay it never happens.
  Timeout(Loop& loop, std::optional<double> delay);
  Timeout(const Timeout&) = delete;
  Timeout& operator=(const Timeout&) = delete;
  ~Timeout();

  /// Ends the timeout. True if Cancelled came from here alone, so that it ends here: asyncio raises TimeoutError. False if
  /// somebody else has cancelled the task as well.
  [[nodiscard]] bool exceeded();

private:
  void run() override;
  void fire() override;
  void end();

  enum class State { waiting, expired, ended };

  Loop& loop_;
  TaskBase& task_;
  int cancelling_;
  std::optional<TimerQueue::Id> timer_;
  State state_ = State::waiting;
};

}  // namespace pcsim
