#pragma once

#include <array>
#include <cstddef>
#include <memory_resource>
#include <new>

namespace pcsim {

/// Memory for the frames of a run's coroutines: what is given back is kept for the next frame of the same size, and all goes with
/// the pool. libstdc++'s own pool, of GCC 12, does not survive that its list of chunks cannot grow.
///
/// Not thread-safe.
class FramePool final : public std::pmr::memory_resource {
private:
  struct Free {
    Free* next;
  };
  static constexpr std::size_t unit = alignof(std::max_align_t);
  static constexpr std::size_t most_units = 64;  // what is larger is on the heap

  static std::size_t units(std::size_t bytes) { return (bytes + unit - 1) / unit; }

  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    const std::size_t of_size = units(bytes);
    if (of_size >= most_units) return std::pmr::new_delete_resource()->allocate(bytes, alignment);
    Free*& first = free_[of_size];
    if (first == nullptr) return memory_.allocate(of_size * unit, unit);
    Free* const taken = first;
    first = taken->next;
    return taken;
  }
  void do_deallocate(void* memory, std::size_t bytes, std::size_t alignment) override {
    const std::size_t of_size = units(bytes);
    if (of_size >= most_units) return std::pmr::new_delete_resource()->deallocate(memory, bytes, alignment);
    free_[of_size] = new (memory) Free{free_[of_size]};
  }
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override { return this == &other; }

  std::pmr::monotonic_buffer_resource memory_;
  std::array<Free*, most_units> free_{};
};

}  // namespace pcsim
