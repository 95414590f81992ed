#pragma once

#include <pcsim/runtime/callback.hpp>
#include <pcsim/runtime/loop.hpp>
#include <pcsim/runtime/task_base.hpp>

#include <coroutine>
#include <utility>

namespace pcsim {

/// asyncio's Lock: one holder, then whoever waited longest. A release only notifies the first in line, which takes the lock when
/// its turn comes; until then nobody else can. Not thread-safe.
class Lock {
public:
  /// `what` names the wait where somebody waits for ever; it outlives the lock.
  Lock(Loop& loop, const char* what) : loop_(loop), what_(what) {}

  /// What acquire() gives: releases the lock when it is destroyed, as `async with` does.
  class [[nodiscard]] Held {
  public:
    explicit Held(Lock& lock) : lock_(&lock) {}
    Held(Held&& other) noexcept : lock_(std::exchange(other.lock_, nullptr)) {}
    Held& operator=(Held other) noexcept {
      std::swap(lock_, other.lock_);
      return *this;
    }
    ~Held() {
      if (lock_ != nullptr) lock_->release();
    }

  private:
    Lock* lock_;
  };

  bool locked() const { return locked_; }

  // A waiter keeps its place in line until its turn comes, even if it was woken or cancelled: while such a one is first, nobody
  // else is woken. Therefore the line is one of awaiters and not, as elsewhere, of tasks.
  class Acquire final : public ListHook, private Wait {
  public:
    explicit Acquire(Lock& lock) : lock_(lock) {}
    bool await_ready() const;
    void await_suspend(std::coroutine_handle<> handle);
    Held await_resume();

  private:
    friend class Lock;
    const char* what() const override { return lock_.what_; }
    Lock& lock_;
    TaskBase* task_ = nullptr;
  };

  /// Waits until the lock is free; not at all if it is, and nobody waits.
  Acquire acquire() { return Acquire(*this); }

private:
  void release();
  void wake_first();

  Loop& loop_;
  const char* what_;
  bool locked_ = false;
  IntrusiveList<Acquire> line_;
};

}  // namespace pcsim
