#pragma once

#include <pcsim/runtime/loop.hpp>
#include <pcsim/runtime/task.hpp>

#include <coroutine>

namespace pcsim {

/// asyncio's Event: a flag that tasks wait for. Not thread-safe.
class Event {
public:
  /// `what` names the wait where somebody waits for ever; it outlives the event.
  Event(Loop& loop, const char* what) : loop_(loop), what_(what) {}

  bool is_set() const { return set_; }

  /// Wakes all who wait, in the order in which they came; each has its turn in the next round, even if the flag is cleared by
  /// then.
  void set();

  void clear() { set_ = false; }

  struct Wait {
    bool await_ready() const { return event.set_; }
    void await_suspend(std::coroutine_handle<> handle) const;
    void await_resume() const { event.loop_.current_task().check_cancelled(); }
    Event& event;
  };

  /// Waits until the flag is set; not at all if it is.
  Wait wait() { return Wait{*this}; }

private:
  Loop& loop_;
  const char* what_;
  bool set_ = false;
  TaskList waiters_;
};

}  // namespace pcsim
