#include <pcsim/runtime/thread_pool.hpp>

namespace pcsim {

ThreadPool::~ThreadPool() {
  for (Job& job : jobs_) job.give_up();
}

ThreadPool::Job& ThreadPool::idle_job() {
  if (idle_jobs_.empty()) {
    idle_jobs_.reserve(jobs_.size() + 1);
    return jobs_.emplace_back(*this);
  }
  Job& job = *idle_jobs_.back();
  idle_jobs_.pop_back();
  return job;
}

void ThreadPool::Job::start(Semaphore::Permit thread, double seconds, Task& waiting) {
  thread_ = std::move(thread);
  waiting_ = &waiting;
  timer_ = pool_.loop_.call_later(seconds, *this);
}

void ThreadPool::Job::run() {
  thread_.reset();
  if (waiting_ != nullptr && waiting_->waits()) waiting_->wake();
  waiting_ = nullptr;
  pool_.idle_jobs_.push_back(this);
}

void ThreadPool::Job::give_up() {
  if (thread_) pool_.loop_.cancel_timer(timer_);
}

ThreadPool::Work::~Work() {
  if (job_ != nullptr) job_->forget();
}

void ThreadPool::Work::await_suspend(std::coroutine_handle<> handle) {
  Task& task = pool_.loop_.current_task();
  job_ = &pool_.idle_job();
  job_->start(std::move(thread_), seconds_, task);
  task.wait(handle, nullptr);
}

void ThreadPool::Work::await_resume() {
  Task& task = pool_.loop_.current_task();
  if (task.being_cancelled() && !task.was_woken()) std::exchange(job_, nullptr)->forget();
  job_ = nullptr;
  task.check_cancelled();
}

}  // namespace pcsim
