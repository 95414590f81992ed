#pragma once

#include <pcsim/assert.hpp>
#include <pcsim/runtime/callback.hpp>
#include <pcsim/runtime/coroutine.hpp>
#include <pcsim/runtime/loop.hpp>
#include <pcsim/runtime/timer_queue.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace pcsim {

class Task;

/// Somebody to be told, once, that all tasks of a set are done.
class WhenDone {
public:
  void expect_one() { ++pending_; }
  void one_done() {
    if (--pending_ == 0) all_done();
  }

protected:
  ~WhenDone() = default;

private:
  virtual void all_done() = 0;
  std::size_t pending_ = 0;
};

/// One task's entry in such a set: asyncio's done callback. Takes itself back when it is destroyed.
class DoneCallback {
public:
  DoneCallback() = default;
  DoneCallback(const DoneCallback&) = delete;
  DoneCallback& operator=(const DoneCallback&) = delete;
  ~DoneCallback();

  /// Has `owner` told when `task` is done, one round after its last step. REQUIRES: the task is not done, and this was not added
  /// before.
  void add_to(Task& task, WhenDone& owner);

private:
  friend class Task;
  Task* task_ = nullptr;
  WhenDone* owner_ = nullptr;
  DoneCallback* next_ = nullptr;
};

/// A coroutine that runs by itself: asyncio's Task. It takes its first step in the round after the one in which it was made;
/// every wait puts it back on the loop's ready list when it is over.
///
/// Whoever awaits a task gets its result or its exception, and is resumed one round after its last step. If it is destroyed while
/// it waits, so is its coroutine's frame.
///
/// Not thread-safe.
class Task final : public Callback {
public:
  /// What becomes of an exception: kept for who joins the task, or the end of the run.
  enum class OnException : std::uint8_t { keep, abort };

  /// What a task waits for that only somebody else can bring about, and since when (loop time).
  struct Waiting {
    const char* what;
    double since;
  };

  Task(Loop& loop, Coroutine<> code, OnException on_exception = OnException::keep);
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task();

  bool done() const { return state_ == State::finished; }

  /// Whether it ended by cancellation. REQUIRES: done().
  bool cancelled() const {
    PCSIM_ASSERT(done());
    return cancelled_;
  }

  /// Throws what it threw, Cancelled if it was cancelled. REQUIRES: done().
  void result() const;

  /// `Task.cancel`: Cancelled is thrown where it waits, when its turn comes; a task whose wake-up is already under way is
  /// cancelled all the same; one that has not begun never does; who waits for another task has that one cancelled. False if it is
  /// done.
  bool cancel();

  /// How often it was cancelled, less what was taken back.
  int cancelling() const { return cancel_requests_; }
  int uncancel();

  /// Nothing if it is ready, sleeping or done.
  std::optional<Waiting> waiting() const;

  Loop& loop() const { return loop_; }

  // The rest is for what can be awaited.

  /// Called on a task's turn, before it is resumed: false if there is nothing for it, and it has been put back to wait.
  using TryAgain = bool (*)(Task& task, void* on);

  /// Suspends the running task until wake(). What the waiter is on, a list of it if any, is to be settled before.
  void wait(std::coroutine_handle<> at, const char* what, TryAgain try_again = nullptr, void* on = nullptr);

  /// Suspends the running task until its timer fires.
  void wait_until(std::coroutine_handle<> at, double when);

  /// Suspends the running task until the next round.
  void yield(std::coroutine_handle<> at);

  /// Suspends the running task until `other` is done; whoever cancels this one, cancels that one.
  void wait_for(std::coroutine_handle<> at, Task& other);

  /// What the task waits for has come. REQUIRES: it waits, and is on no list.
  void wake() {
    PCSIM_ASSERT(waits() && !is_linked());
    state_ = State::woken;
    loop_.call_soon(*this);
  }

  /// What the task waits for has come, and its turn with it: takes its next step at once. REQUIRES: as wake(), and called by the
  /// loop.
  void wake_now() {
    PCSIM_ASSERT(waits() && !is_linked());
    state_ = State::woken;
    run();
  }

  /// Whether it still waits: neither woken nor cancelled.
  bool waits() const { return state_ == State::waiting; }

  /// Whether its wait was cancelled and its turn has not come since.
  bool wait_cancelled() const { return state_ == State::cancelled; }

  /// To be called once on being resumed, and harmless where a wait was not needed: throws Cancelled if the task is cancelled.
  void check_cancelled() {
    if (throw_cancelled_) [[unlikely]]
      throw_cancelled();
  }

  /// Whether check_cancelled() will throw.
  bool being_cancelled() const { return throw_cancelled_; }

  /// Whether the wait that has just ended was woken, even if the task was cancelled after that.
  bool was_woken() const { return was_woken_; }
  bool cancelled_after_wake() const { return throw_cancelled_ && was_woken_; }

  void run() override;
  void fire() override {
    timer_ = no_timer;
    wake();
  }
  void fire_alone() override {
    timer_ = no_timer;
    state_ = State::ready;
    step();
  }

private:
  friend class DoneCallback;
  friend class Loop;
  friend class detail::PromiseBase;

  enum class State : std::uint8_t { ready, waiting, woken, cancelled, finished };

  void step();
  void suspend(std::coroutine_handle<> at) {
    resume_ = at;
    suspended_ = true;
  }
  void cancel_wait();
  [[noreturn]] void cancelled_in_step();
  void finish();
  void tell_that_done();
  [[noreturn]] void throw_cancelled();

  static constexpr TimerQueue::Id no_timer = static_cast<TimerQueue::Id>(-1);

  Loop& loop_;
  Coroutine<> code_;
  std::coroutine_handle<> resume_;  // the innermost coroutine
  TryAgain try_again_ = nullptr;
  void* on_ = nullptr;
  const char* what_ = nullptr;
  double since_ = 0;
  DoneCallback* callbacks_ = nullptr;
  TimerQueue::Id timer_ = no_timer;
  int cancel_requests_ = 0;
  State state_ = State::ready;
  bool suspended_ = false;
  bool must_cancel_ = false;
  bool throw_cancelled_ = false;
  bool was_woken_ = false;
  OnException on_exception_ : 1;
  bool joining_ : 1 = false;
  bool begun_ : 1 = false;
  bool cancelled_ : 1 = false;
};

[[gnu::always_inline]] inline void Task::wait_until(std::coroutine_handle<> at, double when) {
  timer_ = loop_.call_at(when, *this);  // may throw, and then the task runs on
  suspend(at);
  state_ = State::waiting;
  if (must_cancel_) [[unlikely]]
    cancel_wait();
}

[[gnu::always_inline]] inline void Loop::Sleep::await_suspend(std::coroutine_handle<> handle) const {
  Task& task = loop.current_task();
  if (delay > 0)
    task.wait_until(handle, loop.now_ + delay);
  else
    task.yield(handle);
}

inline void Loop::Sleep::await_resume() const { loop.current_task().check_cancelled(); }

using TaskList = IntrusiveList<Task>;

/// `await task`.
class Join final : private WhenDone {
public:
  explicit Join(Task& task) : task_(task) {}
  bool await_ready() const noexcept { return task_.done(); }
  void await_suspend(std::coroutine_handle<> handle);
  void await_resume() const;

private:
  void all_done() override;
  Task& task_;
  Task* waiting_ = nullptr;
  DoneCallback callback_;
};
inline Join operator co_await(Task& task) { return Join(task); }

}  // namespace pcsim
