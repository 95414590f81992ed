#include <pcsim/runtime/event.hpp>

namespace pcsim {

void Event::set() {
  set_ = true;
  while (!waiters_.empty()) {
    Task& first = waiters_.front();
    waiters_.pop_front();
    first.wake();
  }
}

void Event::Wait::await_suspend(std::coroutine_handle<> handle) const {
  Task& task = event.loop_.current_task();
  event.waiters_.push_back(task);
  task.wait(handle, event.what_);
}

}  // namespace pcsim
