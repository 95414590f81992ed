#include <pcsim/runtime/semaphore.hpp>

namespace pcsim {

bool Semaphore::Acquire::await_ready() {
  if (semaphore_.locked()) return false;
  --semaphore_.value_;
  return true;
}

void Semaphore::Acquire::await_suspend(std::coroutine_handle<> handle) {
  waited_ = true;
  TaskBase& task = semaphore_.loop_.current_task();
  semaphore_.waiters_.push_back(task);
  task.wait(handle, *this);
}

Semaphore::Permit Semaphore::Acquire::await_resume() {
  if (waited_) {
    TaskBase& task = semaphore_.loop_.current_task();
    if (task.was_woken()) --semaphore_.woken_;
    if (task.was_woken() && semaphore_.loop_.being_cancelled()) semaphore_.release();
    semaphore_.loop_.check_cancelled();
    if (semaphore_.value_ > 0) semaphore_.wake_next();
  }
  return Permit(semaphore_);
}

void Semaphore::release() {
  ++value_;
  wake_next();
}

void Semaphore::wake_next() {
  if (waiters_.empty()) return;
  TaskBase& first = waiters_.front();
  waiters_.pop_front();
  --value_;
  ++woken_;
  first.wake();
}

}  // namespace pcsim
