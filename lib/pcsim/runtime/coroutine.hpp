#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory_resource>
#include <new>
#include <optional>
#include <utility>

namespace pcsim {

class Task;

/// Something that keeps memory for the frames of its coroutines: a coroutine whose first parameter (for a member function: the
/// object) is one, has its frame there. All others have theirs on the heap.
template <class T>
concept FrameOwner = requires(T& owner) {
  { owner.frames() } -> std::convertible_to<std::pmr::memory_resource&>;
};

namespace detail {

/// What all coroutines have in common, whatever they return.
class PromiseBase {
public:
  std::suspend_always initial_suspend() const noexcept { return {}; }

  // Who awaits a coroutine that was suspended is not resumed from here but by the task, after this coroutine has left the stack:
  // with GCC 12, a chain of symmetric transfers needs stack for every link where it does not optimize.
  auto final_suspend() noexcept {
    struct Final {
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<>) const noexcept { promise.hand_back(); }
      void await_resume() const noexcept {}
      PromiseBase& promise;
    };
    return Final{*this};
  }

  void unhandled_exception() { exception_ = std::current_exception(); }
  const std::exception_ptr& exception() const { return exception_; }

  void belongs_to(Task& task) { task_ = &task; }
  Task& task() const { return *task_; }
  void continue_with(std::coroutine_handle<> awaiting) { awaiting_ = awaiting; }

  template <FrameOwner Owner, class... Arguments>
  static void* operator new(std::size_t size, Owner& owner, const Arguments&...) {
    return allocate(size, owner.frames());
  }
  static void* operator new(std::size_t size) { return allocate(size, *std::pmr::new_delete_resource()); }
  static void operator delete(void* frame, std::size_t size) noexcept;

private:
  static void* allocate(std::size_t size, std::pmr::memory_resource& memory);
  void hand_back() noexcept;

  Task* task_ = nullptr;
  std::coroutine_handle<> awaiting_;
  std::exception_ptr exception_;
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
      child_.promise().belongs_to(parent.promise().task());
      child_.resume();
      if (child_.done()) return false;
      child_.promise().continue_with(parent);
      return true;
    }

    T await_resume() { return child_.promise().result(); }

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
  T result() {
    if (exception()) std::rethrow_exception(exception());
    return std::move(*value_);
  }

private:
  std::optional<T> value_;
};

template <>
class Promise<void> : public PromiseBase {
public:
  Coroutine<> get_return_object() { return Coroutine<>(std::coroutine_handle<Promise>::from_promise(*this)); }
  void return_void() const noexcept {}
  void result() const {
    if (exception()) std::rethrow_exception(exception());
  }
};

}  // namespace detail

}  // namespace pcsim
