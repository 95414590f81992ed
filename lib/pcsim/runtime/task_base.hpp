#pragma once

#include <pcsim/assert.hpp>
#include <pcsim/runtime/callback.hpp>
#include <pcsim/runtime/loop.hpp>
#include <pcsim/runtime/timer_queue.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>

namespace pcsim {

namespace detail {
class PromiseBase;
}

class TaskBase;

/// What a task waits for that only somebody else can bring about: the awaiter, which is in the waiting coroutine's frame. What
/// nobody needs to know but while a task waits is here, and not in the task.
class Wait {
public:
  /// Its name, for reports of a deadlock; null if it is none of theirs.
  virtual const char* what() const = 0;

  /// The task has its turn, since it was woken: false if there is nothing for it after all, and it has been put back in line.
  virtual bool look_again(TaskBase&) { return true; }

  /// The task that is waited for: it is cancelled in place of the one that waits.
  virtual TaskBase* joined() const { return nullptr; }

  double since = 0;  ///< loop time; set when it begins

protected:
  ~Wait() = default;
};

/// Somebody to be told, once, that all tasks of a set are done.
class WhenDone {
public:
  void expect(std::size_t tasks) { pending_ += tasks; }
  void one_done() {
    if (--pending_ == 0) all_done();
  }

protected:
  ~WhenDone() = default;

private:
  virtual void all_done() = 0;
  std::size_t pending_ = 0;
};

/// An entry in the list of those who are told that a task is done: asyncio's done callback. Takes itself back when it is
/// destroyed.
class DoneCallback {
public:
  DoneCallback() = default;
  DoneCallback(const DoneCallback&) = delete;
  DoneCallback& operator=(const DoneCallback&) = delete;
  ~DoneCallback();

  /// Has `owner` told when `task` is done, one round after its last step. REQUIRES: the task is not done, and this was not added
  /// before.
  void add_to(TaskBase& task, WhenDone& owner);

  /// The same for many tasks, with one entry for them all; false for one that somebody else waits for already. It does not take
  /// itself back.
  bool add_if_first(TaskBase& task, WhenDone& owner);
  void take_back_from(TaskBase& task);

private:
  friend class TaskBase;
  DoneCallback** link_in(TaskBase& task);

  TaskBase* task_ = nullptr;  // null: of many tasks
  WhenDone* owner_ = nullptr;
  DoneCallback* next_ = nullptr;
};

/// A task whatever its result, and what all coroutines have in common: this is the promise of each, so that a task is no more
/// than its coroutine's frame. A coroutine that is awaited is no task but a part of the one that awaits, and of all that is here
/// it uses the loop, the exception, and who goes on after it.
///
/// What goes together:
///
/// | state     | on a list      | its timer | its Wait | next                                                      |
/// |-----------|----------------|-----------|----------|-----------------------------------------------------------|
/// | awaited   |                |           |          | no task (yet)                                             |
/// | made      | ready          |           |          | first step; if cancelled, finished without one            |
/// | ready     | ready, or runs |           |          | a step                                                    |
/// | woken     | ready, or runs |           | has been | looks again, then a step, or waiting                      |
/// | cancelled | ready, or runs |           | has been | a step that begins with Cancelled                         |
/// | sleeping  |                | set       |          | ready, when the timer has fired; cancelled                |
/// | waiting   | its waiter's   |           | there is | woken; cancelled                                          |
/// | finished  | ready, once    |           |          | tells who waits for it                                    |
///
/// While its step runs, its state is the one that it had on the ready list.
///
/// Not thread-safe.
class TaskBase : public Scheduled {
public:
  /// What becomes of an exception: kept for who joins the task, or the end of the run.
  enum class OnException : std::uint8_t { keep, abort };

  /// What a task waits for that only somebody else can bring about, and since when (loop time).
  struct Waiting {
    const char* what;
    double since;
  };

  bool done() const { return state_ == State::finished; }

  /// Whether it has had its first turn.
  bool begun() const { return state_ != State::made; }

  /// Whether it ended by cancellation. REQUIRES: done().
  bool cancelled() const {
    PCSIM_ASSERT(done());
    return ended_cancelled_;
  }

  /// `Task.cancel`: Cancelled is thrown where it waits, when its turn comes; a task whose wake-up is already under way is
  /// cancelled all the same; one that has not begun never does; who waits for another task has that one cancelled. False if it is
  /// done.
  bool cancel();

  /// How often it was cancelled, less what was taken back.
  int cancelling() const { return cancel_requests_; }
  int uncancel();

  /// Nothing if it is ready, sleeping or done.
  std::optional<Waiting> waiting() const;

  Loop& loop() const { return *loop_; }

  // The rest is for what can be awaited.

  /// Suspends the running task until wake(). What the waiter is on, a list of it if any, is to be settled before.
  void wait(std::coroutine_handle<> at, Wait& wait);

  /// Suspends the running task until its timer fires. Throws before it is suspended, if at all.
  void wait_until(std::coroutine_handle<> at, double when);

  /// Suspends the running task until `delay` seconds have passed; for 0 or less until the next round.
  void sleep(std::coroutine_handle<> at, double delay);

  /// Suspends the running task until the next round.
  void yield(std::coroutine_handle<> at);

  /// What the task waits for has come. REQUIRES: it waits, and is on no list.
  void wake() {
    PCSIM_ASSERT(waits() && !is_linked());
    state_ = State::woken;
    loop_->call_soon(*this);
  }

  /// What the task waits for has come, and its turn with it: takes its next step at once. REQUIRES: as wake(), and called by the
  /// loop.
  void wake_now();

  /// Whether it still waits: neither woken nor cancelled.
  bool waits() const { return state_ == State::waiting; }

  /// Whether its wait was cancelled and its turn has not come since.
  bool wait_cancelled() const { return state_ == State::cancelled; }

  /// Whether the wait that has just ended was woken, even if the task was cancelled after that.
  bool was_woken() const { return state_ == State::woken; }

  /// The running task ends as a cancelled one if it ends without another wait: for who has taken its cancellation.
  void end_cancelled() { must_cancel_ = true; }

protected:
  TaskBase() : Scheduled(true) {}
  ~TaskBase();

  /// Makes a task of it. REQUIRES: it has not begun.
  void begin(Loop& loop, std::coroutine_handle<> at, OnException on_exception);

  /// Throws what it threw, Cancelled if it was cancelled. REQUIRES: it has ended.
  void rethrow() const;

private:
  friend class DoneCallback;
  friend class Loop;
  friend class detail::PromiseBase;

  enum class State : std::uint8_t { ready, woken, made, cancelled, finished, sleeping, waiting, awaited };

  void set_timer(double when);
  void take_timer_slot();
  void take_turn();
  void take_rare_turn();
  void fire() {
    state_ = State::ready;
    loop_->call_soon(*this);
  }
  void cancel_wait();
  void finish();
  void tell_that_done();
  DoneCallback& take_callback();

  // 24 bytes with what Scheduled has.
  State state_ = State::awaited;
  std::uint16_t cancel_requests_ = 0;
  TimerQueue::Id timer_ : TimerQueue::id_bits = TimerQueue::none;  // its slot in the timer queue, once it has one
  bool must_cancel_ : 1 = false;                                   // Cancelled is due at its turn, or where it waits next
  bool ended_cancelled_ : 1 = false;
  bool failed_ : 1 = false;  // there is an exception
  bool aborts_ : 1 = false;  // its exception is the end of the run

  Loop* loop_ = nullptr;
  std::coroutine_handle<> resume_;  // the innermost coroutine; null when that was the task's own and has ended
  union {
    Wait* wait_ = nullptr;          // waiting, woken
    std::exception_ptr exception_;  // failed
  };
  union {
    DoneCallback* callbacks_ = nullptr;  // a task: who is told of its end
    void* awaiting_;                     // awaited: the coroutine that goes on after it, if it was ever suspended
  };
};

[[gnu::always_inline]] inline void TaskBase::set_timer(double when) {
  if (timer_ == TimerQueue::none) [[unlikely]]
    take_timer_slot();
  loop_->timers_.push(when, timer_);
  state_ = State::sleeping;
  if (must_cancel_) [[unlikely]]
    cancel_wait();
}

inline void TaskBase::wait_until(std::coroutine_handle<> at, double when) {
  set_timer(when);
  resume_ = at;
}

inline void TaskBase::sleep(std::coroutine_handle<> at, double delay) {
  if (delay > 0)
    wait_until(at, loop_->now_ + delay);
  else
    yield(at);
}

[[gnu::always_inline]] inline void TaskBase::take_turn() {
  if (state_ > State::woken || must_cancel_) [[unlikely]]
    return take_rare_turn();
  if (state_ == State::woken && !wait_->look_again(*this)) [[unlikely]] {
    state_ = State::waiting;
    return;
  }
  loop_->step(*this);
}

[[gnu::always_inline]] inline void Loop::step(TaskBase& task) {
  current_ = &task;
  task.resume_.resume();
}

[[gnu::always_inline]] inline void Loop::Sleep::await_suspend(std::coroutine_handle<> handle) const {
  loop_.current_->sleep(handle, delay_);
}

// While a task's own coroutine runs, it is the one that was resumed last.
[[gnu::always_inline]] inline std::suspend_always Loop::bare_sleep(double delay) {
  PCSIM_ASSERT(current_ != nullptr);
  if (delay > 0) [[likely]]
    current_->set_timer(now_ + delay);
  else
    current_->yield(current_->resume_);
  return {};
}

using TaskList = IntrusiveList<TaskBase>;

}  // namespace pcsim
