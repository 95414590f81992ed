#pragma once

#include <pcsim/runtime/loop.hpp>
#include <pcsim/runtime/task.hpp>

#include <coroutine>
#include <cstddef>
#include <deque>
#include <span>
#include <vector>

namespace pcsim {

/// `asyncio.wait`: resumes when all of a set of tasks are done, two rounds after the last one's last step. Their exceptions are
/// left to them; cancelling the wait cancels none of them.
///
///     WaitAll all(loop);
///     for (Task<>& task : tasks) all.add(task);
///     co_await all;
class WaitAll final : private Wait, private WhenDone, private Callback {
public:
  explicit WaitAll(Loop& loop) : loop_(loop) {}
  ~WaitAll() { take_back(); }

  /// REQUIRES: called in the step that awaits.
  void add(TaskBase& task);

  /// The same for many tasks, which cost no memory here as long as nobody else waits for them. REQUIRES: they outlive this, and
  /// stay where they are.
  void add(std::span<Task<>> tasks);

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle);
  void await_resume();

private:
  const char* what() const override { return "tasks"; }
  void all_done() override;
  void run() override;
  void take_back();

  Loop& loop_;
  TaskBase* waiting_ = nullptr;
  std::deque<DoneCallback> callbacks_;
  DoneCallback of_many_;
  std::vector<std::span<Task<>>> many_;
  bool some_are_done_ = false;
};

}  // namespace pcsim
