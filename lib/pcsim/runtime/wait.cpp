#include <pcsim/runtime/wait.hpp>

#include <pcsim/assert.hpp>

namespace pcsim {

WaitAll::WaitAll(Loop& loop, std::size_t expected) : loop_(loop), callbacks_(expected) {}

void WaitAll::add(Task& task) {
  if (task.done()) {
    some_are_done_ = true;
    return;
  }
  PCSIM_ASSERT(added_ < callbacks_.size());
  callbacks_[added_++].add_to(task, *this);
}

void WaitAll::await_suspend(std::coroutine_handle<> handle) {
  // asyncio has a callback for each task that is done already, one behind the other; one for them all has the same effect.
  if (some_are_done_) {
    expect_one();
    loop_.call_soon(*this);
  }
  waiting_ = &loop_.current_task();
  waiting_->wait(handle, "tasks");
}

void WaitAll::await_resume() {
  callbacks_.clear();
  unlink();
  waiting_->check_cancelled();
}

void WaitAll::run() { one_done(); }

void WaitAll::all_done() {
  if (waiting_->waits()) waiting_->wake();
}

}  // namespace pcsim
