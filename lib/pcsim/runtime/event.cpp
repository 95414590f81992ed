#include <pcsim/runtime/event.hpp>

namespace pcsim {

void Event::set() {
  set_ = true;
  while (!waiters_.empty()) {
    TaskBase& first = waiters_.front();
    waiters_.pop_front();
    first.wake();
  }
}

void Event::Waiter::await_suspend(std::coroutine_handle<> handle) {
  TaskBase& task = event_.loop_.current_task();
  event_.waiters_.push_back(task);
  task.wait(handle, *this);
}

}  // namespace pcsim
