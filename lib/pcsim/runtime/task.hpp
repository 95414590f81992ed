#pragma once

#include <pcsim/assert.hpp>
#include <pcsim/runtime/coroutine.hpp>
#include <pcsim/runtime/loop.hpp>
#include <pcsim/runtime/task_base.hpp>

#include <coroutine>
#include <optional>
#include <utility>

namespace pcsim {

/// A coroutine that runs by itself: asyncio's Task. It takes its first step in the round after the one in which it was made;
/// every wait puts it back on the loop's ready list when it is over.
///
/// Whoever awaits a task gets its result or its exception, and is resumed one round after its last step. If it is destroyed while
/// it waits, so is its coroutine's frame. The task itself is in that frame; this owns it.
///
/// Not thread-safe.
template <class T = void>
class Task {
public:
  using OnException = TaskBase::OnException;
  using Waiting = TaskBase::Waiting;

  Task(Loop& loop, Coroutine<T> code, OnException on_exception = OnException::keep) : code_(std::move(code)) {
    code_.handle().promise().begin(loop, code_.handle(), on_exception);
  }

  // As of every task.
  TaskBase& base() { return code_.handle().promise(); }
  const TaskBase& base() const { return code_.handle().promise(); }
  operator TaskBase&() { return base(); }

  bool begun() const { return base().begun(); }
  bool done() const { return base().done(); }
  bool cancelled() const { return base().cancelled(); }
  bool cancel() { return base().cancel(); }
  int cancelling() const { return base().cancelling(); }
  int uncancel() { return base().uncancel(); }
  std::optional<Waiting> waiting() const { return base().waiting(); }
  Loop& loop() const { return base().loop(); }

  /// What it has come to. Throws what it threw, Cancelled if it was cancelled. REQUIRES: done().
  decltype(auto) result() const {
    PCSIM_ASSERT(done());
    return code_.handle().promise().result();
  }

private:
  Coroutine<T> code_;
};

namespace detail {

class JoinBase : public Wait, private WhenDone {
public:
  explicit JoinBase(TaskBase& task) : task_(task) {}
  bool await_ready() const noexcept { return task_.done(); }
  void await_suspend(std::coroutine_handle<> handle);

  const char* what() const override { return "task"; }
  TaskBase* joined() const override { return &task_; }

protected:
  ~JoinBase() = default;
  void check_cancelled() const {
    if (waiting_ != nullptr) waiting_->loop().check_cancelled();
  }

private:
  void all_done() override;

  TaskBase& task_;
  TaskBase* waiting_ = nullptr;
  DoneCallback callback_;
};

}  // namespace detail

/// `await task`.
template <class T>
class Join final : public detail::JoinBase {
public:
  explicit Join(Task<T>& task) : JoinBase(task), task_(task) {}
  decltype(auto) await_resume() const {
    check_cancelled();
    return task_.result();
  }

private:
  Task<T>& task_;
};
template <class T>
Join<T> operator co_await(Task<T>& task) {
  return Join<T>(task);
}

}  // namespace pcsim
