#include <pcsim/runtime/wait.hpp>

namespace pcsim {

void WaitAll::add(TaskBase& task) {
  if (task.done())
    some_are_done_ = true;
  else
    callbacks_.emplace_back().add_to(task, *this);
}

void WaitAll::add(std::span<Task<>> tasks) {
  many_.push_back(tasks);
  for (Task<>& task : tasks)
    if (task.done() || !of_many_.add_if_first(task, *this)) add(task.base());
}

void WaitAll::await_suspend(std::coroutine_handle<> handle) {
  // asyncio has a callback for each task that is done already, one behind the other; one for them all has the same effect.
  if (some_are_done_) {
    expect(1);
    loop_.call_soon(*this);
  }
  waiting_ = &loop_.current_task();
  waiting_->wait(handle, *this);
}

void WaitAll::await_resume() {
  take_back();
  unlink();
  loop_.check_cancelled();
}

void WaitAll::run() { one_done(); }

void WaitAll::all_done() {
  if (waiting_->waits()) waiting_->wake();
}

void WaitAll::take_back() {
  callbacks_.clear();
  for (const std::span<Task<>> tasks : many_)
    for (Task<>& task : tasks) of_many_.take_back_from(task);
  many_.clear();
}

}  // namespace pcsim
