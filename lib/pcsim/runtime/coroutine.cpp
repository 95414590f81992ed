#include <pcsim/runtime/coroutine.hpp>

namespace pcsim::detail {

namespace {

// Behind the frame stands where its memory came from: null for the heap.
std::size_t end_of_frame(std::size_t size) {
  return (size + alignof(FrameArena*) - 1) / alignof(FrameArena*) * alignof(FrameArena*);
}

}  // namespace

void* PromiseBase::allocate(std::size_t size, FrameArena* arena) {
  const std::size_t end = end_of_frame(size);
  const std::size_t all = end + sizeof(FrameArena*);
  void* const frame = arena != nullptr ? arena->allocate(all) : ::operator new(all);
  new (static_cast<std::byte*>(frame) + end) FrameArena*(arena);
  return frame;
}

void PromiseBase::operator delete(void* frame, std::size_t size) noexcept {
  const std::size_t end = end_of_frame(size);
  FrameArena* const arena = *std::launder(reinterpret_cast<FrameArena**>(static_cast<std::byte*>(frame) + end));
  if (arena != nullptr)
    arena->give_back(frame, end + sizeof(FrameArena*));
  else
    ::operator delete(frame);
}

}  // namespace pcsim::detail
