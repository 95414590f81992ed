#include <pcsim/runtime/loop.hpp>

#include <pcsim/runtime/cancelled.hpp>
#include <pcsim/runtime/task.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

namespace pcsim {

Loop::Loop(boost::asio::io_context& host, Clock& clock) : host_(host), clock_(clock), timer_(host) {}

Loop::Ended Loop::run_until_complete(Task<void>& main) {
  struct Stop final : WhenDone, Callback {
    explicit Stop(Loop& its_loop) : loop(its_loop) {}
    void all_done() override { run(); }
    void run() override { loop.raise(stopping); }
    Loop& loop;
  };
  begin_run();
  Stop stop(*this);
  DoneCallback callback;
  if (main.done())
    call_soon(stop);
  else
    callback.add_to(main, stop);

  host_.restart();
  const auto work = boost::asio::make_work_guard(host_);
  turn_soon();
  while (!raised(ended))
    if (host_.run_one() == 0) throw std::runtime_error("the io_context was stopped under a running loop");
  if (failure_) std::rethrow_exception(failure_);
  if (how_ == Ended::done) main.result();
  return how_;
}

// Nothing of an earlier run is left but what is ready and the timers.
void Loop::begin_run() {
  alive_ = std::make_shared<Loop*>(this);
  timer_.cancel();
  waiting_ = false;
  lower(stopping);
  lower(ended);
  how_ = Ended::done;
  failure_ = nullptr;
  if (!started_) {
    started_ = true;
    clock_.start();
    paced_ = clock_.due(0).has_value();
  } else if (paced_) {
    catch_up();
  }
}

void Loop::turn_soon() {
  boost::asio::post(host_, [alive = std::weak_ptr(alive_)] {
    if (const auto loop = alive.lock()) (*loop)->turn();
  });
}

void Loop::turn() {
  try {
    work();
  } catch (...) {
    abort(std::current_exception());
  }
}

[[gnu::always_inline]] inline void Loop::run(Scheduled& next) {
  if (next.is_task()) [[likely]]
    static_cast<TaskBase&>(next).take_turn();
  else
    static_cast<Callback&>(next).run();
}

void Loop::work() {
  for (int steps = 0; steps < steps_per_turn;) {
    if (attention_ != none) [[unlikely]] {
      steps = attend(steps);
    } else if (!ready_.empty()) {
      Scheduled& first = ready_.front();
      ready_.pop_front();
      if (!ready_.empty() || timers_.next_deadline() <= now_) [[unlikely]]
        begin_round();
      run(first);
      ++steps;
    } else {
      const double deadline = timers_.next_deadline();
      if (deadline > now_) {
        if ((paced_ || deadline > std::numeric_limits<double>::max()) && !may_move_on(deadline)) return;
        now_ = deadline;  // time moves only here
      }
      Scheduled& due = timers_.pop();
      if (due.is_task() && timers_.next_deadline() > now_) [[likely]] {
        // The usual case by far: two rounds in one go, without a list.
        TaskBase& task = static_cast<TaskBase&>(due);
        task.state_ = TaskBase::State::ready;
        step(task);
      } else {
        begin_round();
        fire(due);
      }
      steps += 2;
    }
  }
  resume_awaiting();
  tell_wait();
  if (!raised(ended)) turn_soon();
}

// What there is besides the next step. Gives the new number of steps.
int Loop::attend(int steps) {
  if (raised(coroutine_ended)) resume_awaiting();
  if (raised(blocked)) tell_pause();
  if (raised(in_round) && !raised(ended)) return go_on_in_round(steps);
  if (raised(stopping)) raise(ended);
  return raised(ended) ? steps_per_turn : steps;
}

// Whoever awaits the coroutine that has ended goes on in the same step; where that was the task's own, the task is done.
void Loop::resume_awaiting() {
  while (raised(coroutine_ended)) {
    lower(coroutine_ended);
    if (current_->resume_)
      current_->resume_.resume();
    else
      current_->finish();
  }
}

void Loop::begin_round() {
  raise(in_round);
  round_.swap(ready_);
  round_time_ = now_;
  round_sequence_ = timers_.sequence();
}

// A timer is not moved to the ready list first, as asyncio does: it is fired from where it stands, after all that the round found
// there.
int Loop::go_on_in_round(int steps) {
  do {
    if (!round_.empty()) {
      Scheduled& next = round_.front();
      round_.pop_front();
      run(next);
    } else if (Scheduled* const due = timers_.pop_due(round_time_, round_sequence_)) {
      fire(*due);
    } else {
      lower(in_round);
    }
    ++steps;
  } while (attention_ == in_round && steps < steps_per_turn);
  return steps;
}

void Loop::fire(Scheduled& due) {
  if (due.is_task()) [[likely]]
    static_cast<TaskBase&>(due).fire();
  else
    static_cast<Callback&>(due).fire();
}

// Whether the deadline has come. If not, the loop has its turn again when it has, or never, where there is none.
bool Loop::may_move_on(double deadline) {
  if (deadline > std::numeric_limits<double>::max()) {
    how_ = Ended::deadlock;
    raise(ended);
    return false;
  }
  const auto due = clock_.due(deadline);
  if (!due || *due <= std::chrono::steady_clock::now()) return true;
  tell_wait();
  waiting_ = true;
  timer_.expires_at(*due);
  timer_.async_wait([alive = std::weak_ptr(alive_)](const boost::system::error_code&) {
    const auto loop = alive.lock();
    if (!loop) return;
    (*loop)->waiting_ = false;
    (*loop)->turn();
  });
  return false;
}

void Loop::SleepUntil::await_suspend(std::coroutine_handle<> handle) const { loop_.current_task().wait_until(handle, when_); }

void Loop::throw_cancelled() {
  step_is_cancelled_ = false;
  throw Cancelled();
}

void Loop::block(double delay) {
  const double begun = now_;
  now_ += delay;
  bool cut_short = false;
  while (!cut_short) {
    const auto due = clock_.due(now_);
    if (!due || *due <= std::chrono::steady_clock::now()) break;
    cut_short = cut_short_by_host([&] { host_.run_one_until(*due); });
  }
  if (cut_short) now_ = std::clamp(clock_.elapsed(now_), begun, now_);
  blocked_for_ += now_ - begun;
  raise(blocked);
  if (cut_short) throw_cancelled();
}

bool Loop::let_host_run() {
  polls_ = 0;
  return !cut_short_by_host([&] { host_.poll_one(); });
}

// Whether what the host has run leaves nothing to do for the task whose step it is. Its cancellation does not wait for the next
// wait then.
template <class Run>
bool Loop::cut_short_by_host(Run run) {
  tell_wait();
  const int cancelled_before = current_->cancelling();
  in_step_ = true;
  try {
    run();
  } catch (...) {
    abort(std::current_exception());
  }
  in_step_ = false;
  if (!raised(ended) && current_->cancelling() <= cancelled_before) return false;
  current_->must_cancel_ = false;
  return true;
}

void Loop::tell_pause() {
  lower(blocked);
  const double seconds = std::exchange(blocked_for_, 0);
  if (on_pause && seconds > 0) on_pause(seconds);
}

void Loop::tell_wait() {
  if (paced_ && on_wait) on_wait();
}

void Loop::interrupt(Callback& callback) {
  if (in_step_) return callback.run();
  if (waiting_) {
    catch_up();
    timer_.cancel();
  }
  call_soon(callback);
}

void Loop::catch_up() { now_ = std::max(now_, std::min(clock_.elapsed(now_), timers_.next_deadline())); }

void Loop::abort(std::exception_ptr reason) {
  if (!failure_) failure_ = std::move(reason);
  raise(ended);
}

}  // namespace pcsim
