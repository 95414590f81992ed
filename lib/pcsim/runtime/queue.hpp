#pragma once

#include <pcsim/runtime/event.hpp>
#include <pcsim/runtime/fifo.hpp>
#include <pcsim/runtime/loop.hpp>
#include <pcsim/runtime/task.hpp>

#include <coroutine>
#include <cstddef>
#include <stdexcept>
#include <utility>

namespace pcsim {

/// asyncio's Queue: first in, first out, with room for `maxsize` values, or for any number where that is 0.
///
/// A put only notifies the first getter, which looks again when its turn comes; whoever comes by in between may take the value,
/// and the notified one then waits again, at the end of the line. The same holds for room and putters. A cancelled waiter hands
/// on a notification that it will not use.
///
/// Not thread-safe.
template <class T>
class Queue {
public:
  Queue(Loop& loop, std::size_t maxsize) : loop_(loop), maxsize_(maxsize), finished_(loop, "join") { finished_.set(); }

  std::size_t size() const { return values_.size(); }
  bool empty() const { return values_.empty(); }
  bool full() const { return maxsize_ > 0 && size() >= maxsize_; }

  /// Waits while the queue is full. Resumed in the step in which the value was put. A value that may be moved from is taken from
  /// where it stands: await it in the same expression.
  auto put(T&& value) { return Put<T&>{*this, value}; }
  auto put(const T& value) { return Put<T>{*this, value}; }

  /// Waits while the queue is empty.
  auto get() { return Get{*this}; }

  /// Throws std::length_error if the queue is full.
  void put_nowait(T value) { insert(std::move(value)); }

  /// Throws std::out_of_range if the queue is empty.
  T get_nowait() {
    if (empty()) throw std::out_of_range("the queue is empty");
    T value = values_.pop();
    notify(putters_);
    return value;
  }

  /// Says that the work on a value that was got has ended. Throws std::logic_error if there was none.
  void task_done() {
    if (unfinished_ == 0) throw std::logic_error("task_done() called too many times");
    if (--unfinished_ == 0) finished_.set();
  }

  /// Waits until every value that was put has been got and reported by task_done().
  auto join() { return finished_.wait(); }

private:
  void insert(T&& value) {
    if (full()) throw std::length_error("the queue is full");
    values_.push(std::move(value));
    ++unfinished_;
    finished_.clear();
    notify(getters_);
  }

  template <class Value>
  struct Put {
    bool await_ready() const { return !queue.full(); }
    void await_suspend(std::coroutine_handle<> handle) {
      queue.line_up(queue.putters_, handle, "put", [](Task& task, void* on) {
        Queue& waited_for = *static_cast<Queue*>(on);
        if (!waited_for.full()) return true;
        waited_for.putters_.push_back(task);
        return false;
      });
    }
    void await_resume() {
      Task& task = queue.loop_.current_task();
      if (task.cancelled_after_wake() && !queue.full()) queue.notify(queue.putters_);
      task.check_cancelled();
      queue.insert(std::move(value));
    }
    Queue& queue;
    Value value;
  };

  struct Get {
    bool await_ready() const { return !queue.empty(); }
    void await_suspend(std::coroutine_handle<> handle) {
      queue.line_up(queue.getters_, handle, "get", [](Task& task, void* on) {
        Queue& waited_for = *static_cast<Queue*>(on);
        if (!waited_for.empty()) return true;
        waited_for.getters_.push_back(task);
        return false;
      });
    }
    T await_resume() {
      Task& task = queue.loop_.current_task();
      if (task.cancelled_after_wake() && !queue.empty()) queue.notify(queue.getters_);
      task.check_cancelled();
      return queue.get_nowait();
    }
    Queue& queue;
  };

  void line_up(TaskList& line, std::coroutine_handle<> handle, const char* what, Task::TryAgain try_again) {
    Task& task = loop_.current_task();
    line.push_back(task);
    task.wait(handle, what, try_again, this);
  }

  static void notify(TaskList& line) {
    if (line.empty()) return;
    Task& first = line.front();
    line.pop_front();
    first.wake();
  }

  Loop& loop_;
  std::size_t maxsize_;
  Fifo<T> values_;
  TaskList getters_;
  TaskList putters_;
  std::size_t unfinished_ = 0;
  Event finished_;
};

}  // namespace pcsim
