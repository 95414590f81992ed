#include <pcsim/runtime/lock.hpp>

#include <algorithm>

namespace pcsim {

bool Lock::Acquire::await_ready() const {
  return !lock_.locked_ &&
         std::all_of(lock_.line_.begin(), lock_.line_.end(), [](const Acquire& other) { return other.task_->wait_cancelled(); });
}

void Lock::Acquire::await_suspend(std::coroutine_handle<> handle) {
  task_ = &lock_.loop_.current_task();
  lock_.line_.push_back(*this);
  task_->wait(handle, *this);
}

Lock::Held Lock::Acquire::await_resume() {
  if (task_ != nullptr) {
    unlink();
    if (lock_.loop_.being_cancelled() && !lock_.locked_) lock_.wake_first();
    lock_.loop_.check_cancelled();
  }
  lock_.locked_ = true;
  return Held(lock_);
}

void Lock::release() {
  locked_ = false;
  wake_first();
}

void Lock::wake_first() {
  if (line_.empty()) return;
  TaskBase& first = *line_.front().task_;
  if (first.waits()) first.wake();
}

}  // namespace pcsim
