#pragma once

#include <pcsim/runtime/loop.hpp>
#include <pcsim/runtime/task_base.hpp>

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

  class Waiter final : private Wait {
  public:
    explicit Waiter(Event& event) : event_(event) {}
    bool await_ready() const { return event_.set_; }
    void await_suspend(std::coroutine_handle<> handle);
    void await_resume() const { event_.loop_.check_cancelled(); }

  private:
    const char* what() const override { return event_.what_; }
    Event& event_;
  };

  /// Waits until the flag is set; not at all if it is.
  Waiter wait() { return Waiter(*this); }

private:
  Loop& loop_;
  const char* what_;
  bool set_ = false;
  TaskList waiters_;
};

}  // namespace pcsim
