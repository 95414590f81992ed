#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace pcsim {

/// Memory for the frames of a run's coroutines. What is given back is kept for frames of the same size; all goes when the arena
/// goes, which outlives what is in it. Sizes are rounded up to 8 bytes, where an allocator for all purposes would add a header.
///
/// Not thread-safe.
class FrameArena {
public:
  void* allocate(std::size_t size) {
    const std::size_t of_size = units(size);
    if (of_size >= free_.size()) return ::operator new(size);
    if (free_[of_size] == nullptr) [[unlikely]]
      return cut(of_size);
    Free* const first = free_[of_size];
    free_[of_size] = first->next;
    return first;
  }

  void give_back(void* memory, std::size_t size) noexcept {
    const std::size_t of_size = units(size);
    if (of_size >= free_.size()) return ::operator delete(memory);
    free_[of_size] = new (memory) Free{free_[of_size]};
  }

private:
  struct Free {
    Free* next;
  };

  static constexpr std::size_t unit = 8;
  static constexpr std::size_t most_units = 128;  // beyond this, a frame is on the heap
  static constexpr std::size_t first_block = 4096;
  static constexpr std::size_t largest_block = 1 << 20;

  static std::size_t units(std::size_t size) { return (size + unit - 1) / unit; }

  void* cut(std::size_t of_size);

  std::array<Free*, most_units> free_{};
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::byte* next_ = nullptr;  // what is left of the last block
  std::size_t left_ = 0;
};

}  // namespace pcsim
