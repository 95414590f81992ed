#include <pcsim/runtime/task_base.hpp>

#include <pcsim/assert.hpp>
#include <pcsim/runtime/cancelled.hpp>

#include <memory>
#include <utility>

namespace pcsim {

DoneCallback::~DoneCallback() {
  if (task_ != nullptr) *link_in(*task_) = next_;
}

// The link to this entry, or the one where it is to be put in. An entry of many tasks stands at the end of each one's list, since
// it has but one link to others. It came first, all the same.
DoneCallback** DoneCallback::link_in(TaskBase& task) {
  DoneCallback** link = &task.callbacks_;
  while (*link != nullptr && *link != this && (*link)->task_ != nullptr) link = &(*link)->next_;
  return link;
}

void DoneCallback::add_to(TaskBase& task, WhenDone& owner) {
  PCSIM_ASSERT(!task.done() && task_ == nullptr);
  owner.expect(1);
  owner_ = &owner;
  DoneCallback** const link = link_in(task);
  next_ = *link;
  task_ = &task;
  *link = this;
}

bool DoneCallback::add_if_first(TaskBase& task, WhenDone& owner) {
  PCSIM_ASSERT(!task.done() && task_ == nullptr);
  if (task.callbacks_ != nullptr) return false;
  owner.expect(1);
  owner_ = &owner;
  task.callbacks_ = this;
  return true;
}

void DoneCallback::take_back_from(TaskBase& task) {
  DoneCallback** const link = link_in(task);
  if (*link == this) *link = nullptr;
}

TaskBase::~TaskBase() {
  if (failed_) std::destroy_at(&exception_);
  if (state_ == State::awaited) return;
  if (loop_->telling_ == this) loop_->telling_ = nullptr;
  if (state_ == State::sleeping)
    loop_->timers_.cancel(timer_);
  else if (timer_ != TimerQueue::none)
    loop_->timers_.give_back(timer_);
  while (callbacks_ != nullptr) take_callback().task_ = nullptr;
}

void TaskBase::begin(Loop& loop, std::coroutine_handle<> at, OnException on_exception) {
  PCSIM_ASSERT(state_ == State::awaited && loop_ == nullptr);
  loop_ = &loop;
  resume_ = at;
  aborts_ = on_exception == OnException::abort;
  state_ = State::made;
  loop.call_soon(*this);
}

void TaskBase::rethrow() const {
  if (ended_cancelled_) throw Cancelled();
  if (failed_) std::rethrow_exception(exception_);
}

bool TaskBase::cancel() {
  if (done()) return false;
  ++cancel_requests_;
  TaskBase* const joined = state_ == State::waiting ? wait_->joined() : nullptr;
  if (joined != nullptr)
    must_cancel_ = !joined->cancel() || must_cancel_;
  else if (state_ == State::sleeping || state_ == State::waiting)
    cancel_wait();
  else
    must_cancel_ = true;
  return true;
}

int TaskBase::uncancel() {
  if (cancel_requests_ > 0) --cancel_requests_;
  return cancel_requests_;
}

std::optional<TaskBase::Waiting> TaskBase::waiting() const {
  if (!waits() || wait_->what() == nullptr) return std::nullopt;
  return Waiting{wait_->what(), wait_->since};
}

void TaskBase::wait(std::coroutine_handle<> at, Wait& wait) {
  resume_ = at;
  wait_ = &wait;
  wait.since = loop_->now_;
  state_ = State::waiting;
  if (!must_cancel_) [[likely]]
    return;
  if (TaskBase* const joined = wait.joined())
    must_cancel_ = !joined->cancel();
  else
    cancel_wait();
}

void TaskBase::take_timer_slot() { timer_ = loop_->timers_.take_slot(*this) & TimerQueue::none; }

void TaskBase::yield(std::coroutine_handle<> at) {
  resume_ = at;
  state_ = State::ready;
  loop_->call_soon(*this);
}

void TaskBase::wake_now() {
  PCSIM_ASSERT(waits() && !is_linked());
  state_ = State::woken;
  take_turn();
  loop_->resume_awaiting();
}

void TaskBase::cancel_wait() {
  must_cancel_ = false;
  if (state_ == State::sleeping) {
    loop_->timers_.cancel(timer_);
    timer_ = TimerQueue::none;
  }
  unlink();
  state_ = State::cancelled;
  loop_->call_soon(*this);
}

void TaskBase::take_rare_turn() {
  if (done()) return tell_that_done();
  if (state_ == State::made) {
    if (must_cancel_) return finish();
    state_ = State::ready;
  } else {
    loop_->step_is_cancelled_ = must_cancel_ || state_ == State::cancelled;
    must_cancel_ = false;
  }
  loop_->step(*this);
}

void TaskBase::finish() {
  state_ = State::finished;
  if (!failed_ && must_cancel_) ended_cancelled_ = true;
  if (failed_ && aborts_) loop_->abort(exception_);
  if (callbacks_ != nullptr) loop_->call_soon(*this);
}

// The one who is to be told next: an entry of many tasks first.
DoneCallback& TaskBase::take_callback() {
  DoneCallback** link = &callbacks_;
  while ((*link)->task_ != nullptr && (*link)->next_ != nullptr) link = &(*link)->next_;
  if ((*link)->task_ != nullptr) link = &callbacks_;
  return *std::exchange(*link, (*link)->task_ != nullptr ? (*link)->next_ : nullptr);
}

void TaskBase::tell_that_done() {
  // Who is told may destroy this task.
  Loop& loop = *loop_;
  loop.telling_ = this;
  while (loop.telling_ == this && callbacks_ != nullptr) {
    DoneCallback& callback = take_callback();
    callback.task_ = nullptr;
    callback.owner_->one_done();
  }
  loop.telling_ = nullptr;
}

}  // namespace pcsim
