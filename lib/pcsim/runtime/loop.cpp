#include <pcsim/runtime/loop.hpp>

#include <pcsim/runtime/task.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace pcsim {

Loop::Loop(boost::asio::io_context& host, Clock& clock) : host_(host), clock_(clock), timer_(host) {}

Loop::Ended Loop::run_until_complete(Task& main) {
  struct Stop final : WhenDone, Callback {
    explicit Stop(Loop& its_loop) : loop(its_loop) {}
    void all_done() override { run(); }
    void run() override { loop.stopping_ = true; }
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
  while (!ended_)
    if (host_.run_one() == 0) throw std::runtime_error("the io_context was stopped under a running loop");
  if (failure_) std::rethrow_exception(failure_);
  if (how_ == Ended::done) main.result();
  return how_;
}

// Nothing of an earlier run is left but what is ready and the timers.
void Loop::begin_run() {
  alive_ = std::make_shared<Loop*>(this);
  timer_.cancel();
  waiting_ = stopping_ = ended_ = false;
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

void Loop::work() {
  for (int steps = 0; !ended_;) {
    if (in_round_) {
      while (!round_.empty()) {
        Callback& next = round_.front();
        round_.pop_front();
        step(next);
        if (ended_) return;
        if (++steps >= steps_per_turn) return turn_soon();
      }
      // A timer is not moved to the ready list first, as asyncio does: it is fired from where it stands, after all that the round
      // found there. That is the same order, since those set meanwhile have higher sequence numbers.
      while (Callback* due = timers_.pop_due(round_time_, round_sequence_)) {
        due->fire();
        if (ended_) return;
        if (++steps >= steps_per_turn) return turn_soon();
      }
      in_round_ = false;
    }
    if (stopping_) {
      ended_ = true;
      return;
    }

    if (!ready_.empty()) {
      begin_round();
      Callback& first = ready_.front();
      ready_.pop_front();
      if (!ready_.empty()) round_.swap(ready_);
      step(first);
      ++steps;
    } else {
      // Time moves only here.
      const double deadline = timers_.next_deadline();
      if (deadline > now_) {
        if (timers_.empty()) {
          how_ = Ended::deadlock;
          ended_ = true;
          return;
        }
        if (paced_ && waits_for(deadline)) return;
        now_ = deadline;
      }
      Callback& due = timers_.pop();
      if (timers_.next_deadline() > now_) {
        // The usual case by far: two rounds in one go, without a list.
        due.fire_alone();
        if (blocked_ > 0) [[unlikely]]
          tell_pause();
        steps += 2;
      } else {
        begin_round();
        due.fire();
        ++steps;
      }
    }
    if (steps >= steps_per_turn) return turn_soon();
  }
}

void Loop::step(Callback& callback) {
  callback.run();
  if (blocked_ > 0) [[unlikely]]
    tell_pause();
}

void Loop::begin_round() {
  in_round_ = true;
  round_time_ = now_;
  round_sequence_ = timers_.sequence();
}

bool Loop::waits_for(double deadline) {
  const auto due = clock_.due(deadline);
  if (!due || *due <= std::chrono::steady_clock::now()) return false;
  waiting_ = true;
  timer_.expires_at(*due);
  timer_.async_wait([alive = std::weak_ptr(alive_)](const boost::system::error_code&) {
    const auto loop = alive.lock();
    if (!loop) return;
    (*loop)->waiting_ = false;
    (*loop)->turn();
  });
  return true;
}

void Loop::SleepUntil::await_suspend(std::coroutine_handle<> handle) const { loop.current_task().wait_until(handle, when); }

void Loop::SleepUntil::await_resume() const { loop.current_task().check_cancelled(); }

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
  blocked_ += now_ - begun;
  if (cut_short) end_step();
}

void Loop::let_host_run() {
  polls_ = 0;
  if (cut_short_by_host([&] { host_.poll_one(); })) end_step();
}

// Whether what the host has run leaves nothing to do for the task whose step it is.
template <class Run>
bool Loop::cut_short_by_host(Run run) {
  const int cancelled_before = current_->cancelling();
  in_step_ = true;
  try {
    run();
  } catch (...) {
    abort(std::current_exception());
  }
  in_step_ = false;
  return ended_ || current_->cancelling() > cancelled_before;
}

void Loop::end_step() { current_->cancelled_in_step(); }

void Loop::tell_pause() {
  const double seconds = std::exchange(blocked_, 0);
  if (on_pause) on_pause(seconds);
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
  ended_ = true;
}

}  // namespace pcsim
