#pragma once

#include <pcsim/runtime/loop.hpp>
#include <pcsim/runtime/task_base.hpp>

#include <coroutine>
#include <cstddef>
#include <utility>

namespace pcsim {

/// asyncio's Semaphore (that of CPython 3.11): so many permits, given in the order in which they were asked for. A newcomer finds
/// it locked while somebody waits, or was given a permit and has not had its turn. Not thread-safe.
class Semaphore {
public:
  /// `what` names the wait where somebody waits for ever; it outlives the semaphore.
  Semaphore(Loop& loop, std::size_t value, const char* what) : loop_(loop), value_(value), what_(what) {}

  /// What acquire() gives: gives itself back when it is destroyed, as `async with` does.
  class [[nodiscard]] Permit {
  public:
    explicit Permit(Semaphore& semaphore) : semaphore_(&semaphore) {}
    Permit(Permit&& other) noexcept : semaphore_(std::exchange(other.semaphore_, nullptr)) {}
    Permit& operator=(Permit other) noexcept {
      std::swap(semaphore_, other.semaphore_);
      return *this;
    }
    ~Permit() {
      if (semaphore_ != nullptr) semaphore_->release();
    }

  private:
    Semaphore* semaphore_;
  };

  bool locked() const { return value_ == 0 || !waiters_.empty() || woken_ > 0; }

  class Acquire final : private Wait {
  public:
    explicit Acquire(Semaphore& semaphore) : semaphore_(semaphore) {}
    bool await_ready();
    void await_suspend(std::coroutine_handle<> handle);
    Permit await_resume();

  private:
    const char* what() const override { return semaphore_.what_; }
    Semaphore& semaphore_;
    bool waited_ = false;
  };

  /// Waits until there is a permit; not at all if not locked().
  Acquire acquire() { return Acquire(*this); }

private:
  void release();
  void wake_next();

  Loop& loop_;
  std::size_t value_;
  std::size_t woken_ = 0;  // were given a permit, and have not had their turn
  const char* what_;
  TaskList waiters_;
};

}  // namespace pcsim
