#pragma once

#include <pcsim/assert.hpp>
#include <pcsim/runtime/callback.hpp>
#include <pcsim/runtime/clock.hpp>
#include <pcsim/runtime/timer_queue.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <coroutine>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <utility>

namespace pcsim {

class TaskBase;
template <class T>
class Task;
namespace detail {
class PromiseBase;
}

/// asyncio's event loop, hosted by Boost.Asio: a chain of handlers on an `io_context`, so that other Asio work (a signal_set,
/// say) gets its turn between them, in virtual time too.
///
/// Everything happens in asyncio's order, whatever the clock. The loop works in rounds: a round takes the timers that are due to
/// the end of the ready list, in the order of their deadlines, then runs what was on the list when the round began; what becomes
/// ready meanwhile belongs to the next round. Only when nothing is ready does time move, to the next deadline and never further.
///
/// Not thread-safe: a loop, and all that belongs to it, is used by one thread at a time. Two loops share nothing.
class Loop {
public:
  /// What ended a run: its main task, or that nothing can happen any more while that still waits.
  enum class Ended { done, deadlock };

  /// REQUIRES: `host` and `clock` outlive the loop.
  Loop(boost::asio::io_context& host, Clock& clock);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs until `main` is done, and as asyncio to the end of the round after. Throws what `main` threw, what an asynchronous
  /// handler threw, or what was given to abort(). May be called again when it has returned or thrown: what was ready or asleep
  /// goes on then, at a time that has passed on the clock meanwhile.
  Ended run_until_complete(Task<void>& main);

  /// Seconds since the loop began, the time by which timers go.
  double time() const { return now_; }

  /// The time to show for what happens now: that of the clock.
  double elapsed() const {
    if (paced_) [[unlikely]]
      return clock_.elapsed(now_);
    return now_;
  }

  /// Puts a callback at the end of the ready list. REQUIRES: it is on no list.
  void call_soon(Scheduled& callback) {
    PCSIM_ASSERT(!callback.is_linked());
    ready_.push_back(callback);
  }

  /// Has `callback` fired at time `when`, or in the next round where that has passed. Tiny delays are no special case.
  TimerQueue::Id call_at(double when, Callback& callback) { return timers_.push(when, callback); }
  TimerQueue::Id call_later(double delay, Callback& callback) { return call_at(now_ + delay, callback); }

  /// REQUIRES: the timer has not fired.
  void cancel_timer(TimerQueue::Id id) { timers_.cancel(id); }

  /// The task whose step is running. REQUIRES: called from within a task.
  TaskBase& current_task() const {
    PCSIM_ASSERT(current_ != nullptr);
    return *current_;
  }

  // For what can be awaited, when it resumes the running task.

  /// To be called once on being resumed, and harmless where a wait was not needed: throws Cancelled if the task is cancelled.
  void check_cancelled() {
    if (step_is_cancelled_) [[unlikely]]
      throw_cancelled();
  }

  /// The same without an exception: whether the task is cancelled, which is then the affair of who asks.
  bool take_cancelled() { return std::exchange(step_is_cancelled_, false); }

  /// Whether check_cancelled() will throw.
  bool being_cancelled() const { return step_is_cancelled_; }

  /// `asyncio.sleep`: resumes the task when `delay` seconds have passed; for 0 or less in the next round.
  class Sleep {
  public:
    Sleep(Loop& loop, double delay) : loop_(loop), delay_(delay) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) const;
    void await_resume() const { loop_.check_cancelled(); }

  private:
    Loop& loop_;
    double delay_;
  };
  Sleep sleep(double delay) { return {*this, delay}; }

  /// sleep() with nothing kept in the frame, for a task's own coroutine (not one that it awaits): to be awaited in the same
  /// expression, and take_cancelled() is to be asked after it.
  std::suspend_always bare_sleep(double delay);

  /// Resumes the task at loop time `when`, or in the next round if that has passed.
  class SleepUntil {
  public:
    SleepUntil(Loop& loop, double when) : loop_(loop), when_(when) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) const;
    void await_resume() const { loop_.check_cancelled(); }

  private:
    Loop& loop_;
    double when_;
  };
  SleepUntil sleep_until(double when) { return {*this, when}; }

  /// `time.sleep` in the loop's own thread: time moves on while nobody else can run. Under a wall clock it really passes, and
  /// handlers of the host have their turn meanwhile: one that cancels the task or aborts the run cuts it short, and Cancelled is
  /// thrown. REQUIRES: called from within a task.
  void block(double delay);

  /// To be called now and then in a step that may go on for long without a wait: every so many times, handlers of the host have
  /// their turn, and Cancelled is thrown if one of them has cancelled the task or aborted the run. REQUIRES: called from within a
  /// task.
  void poll_host() {
    if (!try_poll_host()) throw_cancelled();
  }

  /// The same without an exception: false if the task was cancelled, or the run aborted.
  bool try_poll_host() { return ++polls_ < steps_per_turn || let_host_run(); }

  /// Told, after a step that has blocked, for how long: asyncio's slow callbacks.
  std::function<void(double seconds)> on_pause;

  /// Told, under a clock that takes time, before the host has its turn: as time is waited for, or as so much was run that others
  /// are to see of it.
  std::function<void()> on_wait;

  /// For handlers of the host: moves the loop's time on to what has passed on the clock, yet not past the next timer, and has
  /// `callback` run next; at once, where the host has its turn in the midst of a step, whose end may be far. Safe at any time
  /// while the loop runs. REQUIRES: `callback` is no task.
  void interrupt(Callback& callback);

  /// Ends the run after the current step: run_until_complete throws `reason`. The first reason given stands.
  void abort(std::exception_ptr reason);

private:
  friend class TaskBase;
  friend class detail::PromiseBase;

  // How much is run before the host has its turn: often enough for a signal, too rarely to cost anything.
  static constexpr int steps_per_turn = 8192;

  // Why not simply the next step is to be taken.
  enum Attention : std::uint8_t {
    none = 0,
    coroutine_ended = 1,  // in the current task's step
    blocked = 2,          // by the current step
    in_round = 4,         // there is more in this round than one step
    stopping = 8,         // main is done: the run ends with this round
    ended = 16,
  };

  void begin_run();
  void turn();
  void work();
  int attend(int steps);
  void resume_awaiting();
  int go_on_in_round(int steps);
  void begin_round();
  void run(Scheduled& next);
  void step(TaskBase& task);
  void fire(Scheduled& due);
  bool may_move_on(double deadline);
  void tell_pause();
  void tell_wait();
  void turn_soon();
  bool let_host_run();
  template <class Run>
  bool cut_short_by_host(Run run);
  void catch_up();
  void raise(Attention attention) { attention_ = static_cast<std::uint8_t>(attention_ | attention); }
  void lower(Attention attention) { attention_ = static_cast<std::uint8_t>(attention_ & ~attention); }
  bool raised(Attention attention) const { return (attention_ & attention) != 0; }
  [[noreturn]] void throw_cancelled();

  double now_ = 0;
  TaskBase* current_ = nullptr;
  std::uint8_t attention_ = none;   // a set of Attentions
  bool step_is_cancelled_ = false;  // the running step begins with Cancelled, and has not yet
  bool paced_ = false;              // time has to be waited for
  bool waiting_ = false;            // it is
  IntrusiveList<Scheduled> ready_;
  TimerQueue timers_;

  IntrusiveList<Scheduled> round_;  // what is left of the current round
  double round_time_ = 0;
  std::uint64_t round_sequence_ = 0;
  double blocked_for_ = 0;  // by the current step
  int polls_ = 0;
  bool in_step_ = false;  // and yet the host has its turn
  bool started_ = false;
  TaskBase* telling_ = nullptr;  // the task that tells others of its end, as long as it exists

  boost::asio::io_context& host_;
  Clock& clock_;
  boost::asio::steady_timer timer_;
  // Handlers hold it weakly: one that the host runs after the loop's end, or in a later run, does nothing.
  std::shared_ptr<Loop*> alive_;

  Ended how_ = Ended::done;
  std::exception_ptr failure_;
};

}  // namespace pcsim
