#include <pcsim/runtime/task.hpp>

#include <pcsim/assert.hpp>
#include <pcsim/runtime/cancelled.hpp>

#include <utility>

namespace pcsim {

DoneCallback::~DoneCallback() {
  if (task_ == nullptr) return;
  DoneCallback** place = &task_->callbacks_;
  while (*place != this) place = &(*place)->next_;
  *place = next_;
}

void DoneCallback::add_to(Task& task, WhenDone& owner) {
  PCSIM_ASSERT(!task.done() && task_ == nullptr);
  task_ = &task;
  owner_ = &owner;
  owner.expect_one();
  DoneCallback** place = &task.callbacks_;
  while (*place != nullptr) place = &(*place)->next_;
  *place = this;
}

Task::Task(Loop& loop, Coroutine<> code, OnException on_exception)
    : loop_(loop), code_(std::move(code)), resume_(code_.handle()), on_exception_(on_exception) {
  code_.handle().promise().belongs_to(*this);
  loop_.call_soon(*this);
}

Task::~Task() {
  if (loop_.telling_ == this) loop_.telling_ = nullptr;
  if (timer_ != no_timer) loop_.cancel_timer(timer_);
  while (callbacks_ != nullptr) {
    DoneCallback& callback = *std::exchange(callbacks_, callbacks_->next_);
    callback.task_ = nullptr;
  }
}

void Task::result() const {
  PCSIM_ASSERT(done());
  if (cancelled_) throw Cancelled();
  code_.handle().promise().result();
}

bool Task::cancel() {
  if (done()) return false;
  ++cancel_requests_;
  if (state_ != State::waiting) {
    must_cancel_ = true;
  } else if (!joining_) {
    cancel_wait();
  } else if (!static_cast<Task*>(on_)->cancel()) {
    must_cancel_ = true;
  }
  return true;
}

int Task::uncancel() {
  if (cancel_requests_ > 0) --cancel_requests_;
  return cancel_requests_;
}

std::optional<Task::Waiting> Task::waiting() const {
  if (what_ == nullptr) return std::nullopt;
  return Waiting{what_, since_};
}

void Task::wait(std::coroutine_handle<> at, const char* what, TryAgain try_again, void* on) {
  suspend(at);
  what_ = what;
  since_ = loop_.time();
  try_again_ = try_again;
  on_ = on;
  state_ = State::waiting;
  if (must_cancel_) [[unlikely]]
    cancel_wait();
}

void Task::yield(std::coroutine_handle<> at) {
  suspend(at);
  loop_.call_soon(*this);
}

void Task::wait_for(std::coroutine_handle<> at, Task& other) {
  suspend(at);
  what_ = "task";
  since_ = loop_.time();
  on_ = &other;
  joining_ = true;
  state_ = State::waiting;
  if (must_cancel_) [[unlikely]]
    must_cancel_ = !other.cancel();
}

void Task::cancel_wait() {
  must_cancel_ = false;
  if (timer_ != no_timer) loop_.cancel_timer(std::exchange(timer_, no_timer));
  unlink();
  state_ = State::cancelled;
  loop_.call_soon(*this);
}

void Task::run() {
  if (done()) return tell_that_done();

  const bool cancel = must_cancel_ || state_ == State::cancelled;
  if (try_again_ != nullptr && !cancel) {
    state_ = State::waiting;
    if (!try_again_(*this, on_)) return;
    state_ = State::woken;
  }
  throw_cancelled_ = cancel;
  was_woken_ = state_ == State::woken;
  must_cancel_ = false;
  try_again_ = nullptr;
  what_ = nullptr;
  joining_ = false;
  state_ = State::ready;
  if (!begun_) {
    begun_ = true;
    if (cancel) {
      cancelled_ = true;
      code_ = Coroutine<>(nullptr);
      return finish();
    }
  }
  step();
}

void Task::step() {
  loop_.current_ = this;
  do {
    suspended_ = false;
    std::exchange(resume_, nullptr).resume();
    if (suspended_) {
      loop_.current_ = nullptr;
      return;
    }
  } while (resume_);
  loop_.current_ = nullptr;
  finish();
}

void Task::finish() {
  state_ = State::finished;
  if (!cancelled_) {
    const std::exception_ptr& exception = code_.handle().promise().exception();
    if (!exception) {
      cancelled_ = must_cancel_;
    } else {
      try {
        std::rethrow_exception(exception);
      } catch (const Cancelled&) {
        cancelled_ = true;
      } catch (...) {
        if (on_exception_ == OnException::abort) loop_.abort(exception);
      }
    }
  }
  if (callbacks_ != nullptr) loop_.call_soon(*this);
}

void Task::tell_that_done() {
  // Who is told may destroy this task.
  Loop& loop = loop_;
  loop.telling_ = this;
  while (loop.telling_ == this && callbacks_ != nullptr) {
    DoneCallback& callback = *std::exchange(callbacks_, callbacks_->next_);
    callback.task_ = nullptr;
    callback.owner_->one_done();
  }
  loop.telling_ = nullptr;
}

void Task::throw_cancelled() {
  throw_cancelled_ = false;
  throw Cancelled();
}

// Its cancellation does not wait for the next wait.
void Task::cancelled_in_step() {
  must_cancel_ = false;
  throw Cancelled();
}

void Join::await_suspend(std::coroutine_handle<> handle) {
  waiting_ = &task_.loop().current_task();
  callback_.add_to(task_, *this);
  waiting_->wait_for(handle, task_);
}

void Join::await_resume() const {
  if (waiting_ != nullptr) waiting_->check_cancelled();
  task_.result();
}

// asyncio has the joining task's own wake-up for a done callback, so this is its turn.
void Join::all_done() { waiting_->wake_now(); }

}  // namespace pcsim
