#pragma once

#include <pcsim/runtime/loop.hpp>
#include <pcsim/runtime/task.hpp>

#include <coroutine>
#include <cstddef>
#include <vector>

namespace pcsim {

/// `asyncio.wait`: resumes when all of a set of tasks are done, two rounds after the last one's last step. Their exceptions are
/// left to them; cancelling the wait cancels none of them.
///
///     WaitAll all(loop);
///     for (Task& task : tasks) all.add(task);
///     co_await all;
class WaitAll final : private WhenDone, private Callback {
public:
  /// `expected` tasks will be added.
  WaitAll(Loop& loop, std::size_t expected);

  /// REQUIRES: called `expected` times, in the step that awaits.
  void add(Task& task);

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle);
  void await_resume();

private:
  void all_done() override;
  void run() override;

  Loop& loop_;
  Task* waiting_ = nullptr;
  std::vector<DoneCallback> callbacks_;
  std::size_t added_ = 0;
  bool some_are_done_ = false;
};

}  // namespace pcsim
