#include <pcsim/runtime/task.hpp>

namespace pcsim::detail {

void JoinBase::await_suspend(std::coroutine_handle<> handle) {
  waiting_ = &task_.loop().current_task();
  callback_.add_to(task_, *this);
  waiting_->wait(handle, *this);
}

// asyncio has the joining task's own wake-up for a done callback, so this is its turn.
void JoinBase::all_done() { waiting_->wake_now(); }

}  // namespace pcsim::detail
