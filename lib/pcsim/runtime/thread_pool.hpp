#pragma once

#include <pcsim/runtime/callback.hpp>
#include <pcsim/runtime/loop.hpp>
#include <pcsim/runtime/semaphore.hpp>
#include <pcsim/runtime/task_base.hpp>

#include <coroutine>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace pcsim {

/// A model of a pool of threads, as `run_in_executor` uses one: what runs on a thread takes its time, and the loop goes on. Its
/// order is the loop's own and does not depend on a machine. A thread that works is busy to the end, even if nobody waits for it
/// any more.
///
/// Not thread-safe.
class ThreadPool {
public:
  /// `what` names the wait for a thread where somebody waits for ever; it outlives the pool.
  ThreadPool(Loop& loop, std::size_t threads, const char* what) : loop_(loop), idle_(loop, threads, what) {}
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool();

  /// Waits for an idle thread. It is idle again when what this gives is destroyed, or has been given to work() and that is done.
  Semaphore::Acquire acquire() { return idle_.acquire(); }

  class Work;

private:
  // A thread at work. They are kept, so that working allocates only until as many have worked at once as ever will.
  class Job final : public Callback {
  public:
    explicit Job(ThreadPool& pool) : pool_(pool) {}
    void start(Semaphore::Permit thread, double seconds, Work& work);
    void forget() { work_ = nullptr; }
    void give_up();

  private:
    void run() override;

    ThreadPool& pool_;
    std::optional<Semaphore::Permit> thread_;
    Work* work_ = nullptr;  // that waits for it
    TimerQueue::Id timer_ = 0;
  };

public:
  class Work final : private Wait {
  public:
    Work(ThreadPool& pool, Semaphore::Permit thread, double seconds)
        : pool_(pool), thread_(std::move(thread)), seconds_(seconds) {}
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;
    ~Work() { abandon(); }
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle);
    void await_resume();

  private:
    friend class Job;
    const char* what() const override { return nullptr; }
    void abandon();

    ThreadPool& pool_;
    Semaphore::Permit thread_;
    double seconds_;
    TaskBase* task_ = nullptr;
    Job* job_ = nullptr;  // until it has ended: it may work for somebody else by the time this is resumed
  };

  /// Works for so many seconds on `thread`, which is of this pool; resumes two rounds after they have passed.
  Work work(Semaphore::Permit thread, double seconds) { return Work(*this, std::move(thread), seconds); }

private:
  Job& idle_job();

  Loop& loop_;
  Semaphore idle_;
  std::deque<Job> jobs_;
  std::vector<Job*> idle_jobs_;
};

}  // namespace pcsim
