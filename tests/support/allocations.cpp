#include <support/allocations.hpp>

#include <cstddef>
#include <cstdlib>
#include <new>
#ifdef __SANITIZE_ADDRESS__
#include <dlfcn.h>
#endif

namespace {

thread_local std::uint64_t count = 0;
thread_local std::int64_t alive = 0;
thread_local std::uint64_t until_failure = 0;  // how many more calls, that which fails included; 0: none is to fail
thread_local bool fails_from_then_on = false;
thread_local bool failed = false;

void count_call() {
  if ((until_failure != 0 && --until_failure == 0) || (failed && fails_from_then_on)) {
    failed = true;
    throw std::bad_alloc();
  }
  ++alive;
}

}  // namespace

namespace pcsim {

std::uint64_t allocations() { return count; }
std::int64_t allocations_alive() { return alive; }

FailingAllocation::FailingAllocation(std::uint64_t nth, bool from_then_on) {
  failed = false;
  fails_from_then_on = from_then_on;
  until_failure = nth;
}

FailingAllocation::~FailingAllocation() {
  until_failure = 0;
  failed = false;
}

bool FailingAllocation::has_failed() const { return failed; }

}  // namespace pcsim

#ifdef __SANITIZE_ADDRESS__

// Its own operators check more than replaced ones could: these tell, and hand on to them.
extern "C" void __sanitizer_malloc_hook(const volatile void*, std::size_t) { ++count; }

namespace {

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

void* operator new(std::size_t size) {
  static const auto its = next<void* (*)(std::size_t)>("_Znwm");
  count_call();
  return its(size);
}

void* operator new(std::size_t size, std::align_val_t alignment) {
  static const auto its = next<void* (*)(std::size_t, std::align_val_t)>("_ZnwmSt11align_val_t");
  count_call();
  return its(size, alignment);
}

void operator delete(void* memory) noexcept {
  static const auto its = next<void (*)(void*)>("_ZdlPv");
  if (memory != nullptr) --alive;
  its(memory);
}

void operator delete(void* memory, std::size_t size) noexcept {
  static const auto its = next<void (*)(void*, std::size_t)>("_ZdlPvm");
  if (memory != nullptr) --alive;
  its(memory, size);
}

void operator delete(void* memory, std::align_val_t alignment) noexcept {
  static const auto its = next<void (*)(void*, std::align_val_t)>("_ZdlPvSt11align_val_t");
  if (memory != nullptr) --alive;
  its(memory, alignment);
}

void operator delete(void* memory, std::size_t size, std::align_val_t alignment) noexcept {
  static const auto its = next<void (*)(void*, std::size_t, std::align_val_t)>("_ZdlPvmSt11align_val_t");
  if (memory != nullptr) --alive;
  its(memory, size, alignment);
}

#else

// The array and nothrow forms are defined by these.

void* operator new(std::size_t size) {
  ++count;
  count_call();
  if (void* const memory = std::malloc(size != 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}

void* operator new(std::size_t size, std::align_val_t alignment) {
  ++count;
  count_call();
  const std::size_t unit = static_cast<std::size_t>(alignment);
  if (void* const memory = std::aligned_alloc(unit, (size + unit - 1) / unit * unit)) return memory;
  throw std::bad_alloc();
}

void operator delete(void* memory) noexcept {
  if (memory != nullptr) --alive;
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { operator delete(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { operator delete(memory); }

#endif
