#pragma once

#include <pcsim/runtime/cancelled.hpp>
#include <pcsim/runtime/event.hpp>
#include <pcsim/runtime/fifo.hpp>
#include <pcsim/runtime/loop.hpp>
#include <pcsim/runtime/task_base.hpp>

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
  auto put(T&& value) { return Put<T&>(*this, value); }
  auto put(const T& value) { return Put<T>(*this, value); }

  /// Waits while the queue is empty.
  auto get() { return Get(*this); }

  /// The waits of put() and get() by themselves, for who handles being cancelled without an exception: give false if the task
  /// was. After true there is room, or a value, until the end of the step.
  auto wait_for_room() { return BareWait<Side::put>(*this); }
  auto wait_for_value() { return BareWait<Side::get>(*this); }

  /// Throws std::length_error if the queue is full.
  [[gnu::always_inline]] void put_nowait(T value) { insert(std::move(value)); }

  /// Throws std::out_of_range if the queue is empty.
  [[gnu::always_inline]] T get_nowait() {
    if (empty()) [[unlikely]]
      throw std::out_of_range("the queue is empty");
    T value = values_.pop();
    notify(putters_);
    return value;
  }

  /// Says that the work on a value that was got has ended. Throws std::logic_error if there was none.
  [[gnu::always_inline]] void task_done() {
    if (unfinished_ == 0) [[unlikely]]
      throw std::logic_error("task_done() called too many times");
    if (--unfinished_ == 0) finished_.set();
  }

  /// Waits until every value that was put has been got and reported by task_done().
  auto join() { return finished_.wait(); }

private:
  [[gnu::always_inline]] void insert(T&& value) {
    if (full()) [[unlikely]]
      throw std::length_error("the queue is full");
    values_.push(std::move(value));
    ++unfinished_;
    finished_.clear();
    notify(getters_);
  }

  enum class Side { put, get };

  // Whether who comes to a side has to wait there, and in which line.
  [[gnu::always_inline]] bool blocked(Side side) const { return side == Side::put ? full() : empty(); }
  TaskList& line(Side side) { return side == Side::put ? putters_ : getters_; }

  template <Side side>
  class WaitAt : private Wait {
  public:
    explicit WaitAt(Queue& queue) : queue_(queue) {}
    bool await_ready() const { return !queue_.blocked(side); }
    void await_suspend(std::coroutine_handle<> handle) {
      TaskBase& task = queue_.loop_.current_task();
      queue_.line(side).push_back(task);
      task.wait(handle, *this);
    }

  protected:
    ~WaitAt() = default;
    // Whoever is cancelled after it was woken hands that on, if there is anything to be woken for.
    [[gnu::always_inline]] bool has_come() {
      if (!queue_.loop_.take_cancelled()) [[likely]]
        return true;
      if (queue_.loop_.current_task().was_woken() && !queue_.blocked(side)) notify(queue_.line(side));
      return false;
    }
    Queue& queue_;

  private:
    const char* what() const override { return side == Side::put ? "put" : "get"; }
    bool look_again(TaskBase& task) override {
      if (!queue_.blocked(side)) return true;
      queue_.line(side).push_back(task);
      return false;
    }
  };

  template <Side side>
  class BareWait final : public WaitAt<side> {
  public:
    using WaitAt<side>::WaitAt;
    bool await_resume() { return this->has_come(); }
  };

  template <class Value>
  class Put final : public WaitAt<Side::put> {
  public:
    Put(Queue& queue, Value value) : WaitAt<Side::put>(queue), value_(static_cast<Value&&>(value)) {}
    void await_resume() {
      if (!this->has_come()) throw Cancelled();
      this->queue_.insert(std::move(value_));
    }

  private:
    Value value_;
  };

  class Get final : public WaitAt<Side::get> {
  public:
    using WaitAt<Side::get>::WaitAt;
    T await_resume() {
      if (!this->has_come()) throw Cancelled();
      return this->queue_.get_nowait();
    }
  };

  [[gnu::always_inline]] static void notify(TaskList& line) {
    if (line.empty()) [[likely]]
      return;
    TaskBase& first = line.front();
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
