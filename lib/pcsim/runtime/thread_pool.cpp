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

void ThreadPool::Job::start(Semaphore::Permit thread, double seconds, Work& work) {
  timer_ = pool_.loop_.call_later(seconds, *this);  // may throw, and then there is no work
  thread_ = std::move(thread);
  work_ = &work;
}

void ThreadPool::Job::run() {
  thread_.reset();
  if (work_ != nullptr) {
    work_->job_ = nullptr;
    if (work_->task_->waits()) work_->task_->wake();
  }
  work_ = nullptr;
  pool_.idle_jobs_.push_back(this);
}

void ThreadPool::Job::give_up() {
  if (thread_) pool_.loop_.cancel_timer(timer_);
}

void ThreadPool::Work::await_suspend(std::coroutine_handle<> handle) {
  task_ = &pool_.loop_.current_task();
  job_ = &pool_.idle_job();
  job_->start(std::move(thread_), seconds_, *this);
  task_->wait(handle, *this);
}

void ThreadPool::Work::await_resume() {
  abandon();
  pool_.loop_.check_cancelled();
}

void ThreadPool::Work::abandon() {
  if (job_ != nullptr) std::exchange(job_, nullptr)->forget();
}

}  // namespace pcsim
