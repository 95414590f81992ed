#include <pcsim/runtime/coroutine.hpp>

#include <pcsim/runtime/task.hpp>

namespace pcsim::detail {

namespace {

using Memory = std::pmr::memory_resource*;

// Behind the frame stands where its memory came from.
std::size_t end_of_frame(std::size_t size) { return (size + alignof(Memory) - 1) / alignof(Memory) * alignof(Memory); }

}  // namespace

void* PromiseBase::allocate(std::size_t size, std::pmr::memory_resource& memory) {
  const std::size_t end = end_of_frame(size);
  void* frame = memory.allocate(end + sizeof(Memory));
  new (static_cast<std::byte*>(frame) + end) Memory(&memory);
  return frame;
}

void PromiseBase::operator delete(void* frame, std::size_t size) noexcept {
  const std::size_t end = end_of_frame(size);
  const Memory memory = *std::launder(reinterpret_cast<Memory*>(static_cast<std::byte*>(frame) + end));
  memory->deallocate(frame, end + sizeof(Memory));
}

void PromiseBase::hand_back() noexcept {
  if (awaiting_) task_->resume_ = awaiting_;
}

}  // namespace pcsim::detail
