#pragma once

#include <pcsim/runtime/cancelled.hpp>
#include <pcsim/runtime/frame_arena.hpp>
#include <pcsim/runtime/task_base.hpp>

#include <cxxabi.h>
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <typeinfo>
#include <utility>

namespace pcsim {

/// Something that keeps memory for the frames of its coroutines: a coroutine whose first parameter (for a member function: the
/// object) is one, has its frame there. All others have theirs on the heap.
template <class T>
concept FrameOwner = requires(T& owner) {
  { owner.frames() } -> std::same_as<FrameArena&>;
};

namespace detail {

/// What all coroutines have in common, whatever they return.
class PromiseBase : public TaskBase {
public:
  std::suspend_always initial_suspend() const noexcept { return {}; }

  // Who awaits a coroutine that was suspended is not resumed from here but by the loop, after this coroutine has left the stack:
  // with GCC 12, a chain of symmetric transfers needs stack for every link where it does not optimize.
  struct FinalSuspend {
    bool await_ready() const noexcept { return false; }
    template <class P>
    void await_suspend(std::coroutine_handle<P> handle) const noexcept {
      handle.promise().end();
    }
    void await_resume() const noexcept {}
  };
  FinalSuspend final_suspend() const noexcept { return {}; }

  void unhandled_exception() noexcept {
    // The usual way for a task to be cancelled needs no second throw, to find out what it is, and no place to keep it.
    if (state_ != State::awaited && *abi::__cxa_current_exception_type() == typeid(Cancelled)) {
      ended_cancelled_ = true;
      return;
    }
    std::construct_at(&exception_, std::current_exception());
    failed_ = true;
  }

  /// Runs as a part of the running task.
  void begin_awaited(Loop& loop) {
    loop_ = &loop;
    awaiting_ = nullptr;
  }
  void continue_with(std::coroutine_handle<> awaiting) { awaiting_ = awaiting.address(); }

  using TaskBase::begin;
  using TaskBase::rethrow;

  template <FrameOwner Owner, class... Arguments>
  static void* operator new(std::size_t size, Owner& owner, const Arguments&...) {
    return allocate(size, &owner.frames());
  }
  static void* operator new(std::size_t size) { return allocate(size, nullptr); }
  static void operator delete(void* frame, std::size_t size) noexcept;

private:
  static void* allocate(std::size_t size, FrameArena* arena);

  void end() noexcept {
    if (state_ != State::awaited)
      resume_ = nullptr;
    else if (awaiting_ != nullptr)
      loop_->current_->resume_ = std::coroutine_handle<>::from_address(awaiting_);
    else
      return;
    loop_->raise(Loop::coroutine_ended);
  }
};

template <class T>
class Promise;

}  // namespace detail

/// What an `async def` returns: code that has not begun. It runs when it is awaited, at once and on the awaiting task, or when a
/// Task is made of it. Its owner destroys its frame, wherever it stands by then.
///
/// `co_await` gives its result, or throws what it threw; who awaits is resumed in the very step in which it ends.
template <class T = void>
class [[nodiscard]] Coroutine {
public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Coroutine(Handle handle) : handle_(handle) {}
  Coroutine(Coroutine&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Coroutine& operator=(Coroutine other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Coroutine() {
    if (handle_) handle_.destroy();
  }

  Handle handle() const { return handle_; }

  class Awaiter {
  public:
    explicit Awaiter(Handle child) : child_(child) {}
    bool await_ready() const noexcept { return false; }

    // A child that ends without suspending continues its parent by returning false: no matter how many do, the stack does not
    // grow.
    template <class P>
    bool await_suspend(std::coroutine_handle<P> parent) {
      child_.promise().begin_awaited(parent.promise().loop());
      child_.resume();
      if (child_.done()) return false;
      child_.promise().continue_with(parent);
      return true;
    }

    T await_resume() { return child_.promise().take_result(); }

  private:
    Handle child_;
  };
  Awaiter operator co_await() && noexcept { return Awaiter(handle_); }

private:
  Handle handle_;
};

namespace detail {

template <class T>
class Promise : public PromiseBase {
public:
  Coroutine<T> get_return_object() { return Coroutine<T>(std::coroutine_handle<Promise>::from_promise(*this)); }
  void return_value(T value) { value_.emplace(std::move(value)); }
  T take_result() {
    rethrow();
    return std::move(*value_);
  }
  const T& result() const {
    rethrow();
    return *value_;
  }

private:
  std::optional<T> value_;
};

template <>
class Promise<void> : public PromiseBase {
public:
  Coroutine<> get_return_object() { return Coroutine<>(std::coroutine_handle<Promise>::from_promise(*this)); }
  void return_void() const noexcept {}
  void take_result() const { rethrow(); }
  void result() const { rethrow(); }
};

}  // namespace detail

}  // namespace pcsim
