#include <pcsim/runtime/frame_arena.hpp>

#include <algorithm>
#include <utility>

namespace pcsim {

// Blocks double in size, so that a small run needs little, and a large one few.
void* FrameArena::cut(std::size_t of_size) {
  const std::size_t size = of_size * unit;
  if (left_ < size) {
    const std::size_t block = std::min(largest_block, first_block << std::min<std::size_t>(blocks_.size(), 8));
    blocks_.push_back(std::unique_ptr<std::byte[]>(new std::byte[block]));
    next_ = blocks_.back().get();
    left_ = block;
  }
  left_ -= size;
  return std::exchange(next_, next_ + size);
}

}  // namespace pcsim
