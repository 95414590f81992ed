#pragma once

#include <pcsim/assert.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace pcsim {

/// Values that leave in the order in which they came. Keeps its memory: as long as it holds no more than it ever has, nothing is
/// allocated. The memory is a ring whose size is a power of two, which Boost's circular_buffer does not know to make use of.
template <class T>
class Fifo {
public:
  Fifo() = default;
  Fifo(const Fifo&) = delete;
  Fifo& operator=(const Fifo&) = delete;
  ~Fifo() {
    while (!empty()) std::destroy_at(&at(first_++));
    if (values_ != nullptr) Memory().deallocate(values_, capacity_);
  }

  std::size_t size() const { return end_ - first_; }
  bool empty() const { return first_ == end_; }

  [[gnu::always_inline]] void push(T value) {
    if (size() == capacity_) [[unlikely]]
      grow();
    std::construct_at(&at(end_), std::move(value));
    ++end_;
  }

  /// REQUIRES: not empty().
  T pop() {
    PCSIM_ASSERT(!empty());
    T& first = at(first_);
    T value = std::move(first);
    std::destroy_at(&first);
    ++first_;
    return value;
  }

private:
  using Memory = std::allocator<T>;

  T& at(std::size_t position) { return values_[position & (capacity_ - 1)]; }

  [[gnu::noinline]] void grow() {
    const std::size_t larger = values_ == nullptr ? 16 : 2 * capacity_;
    T* const values = Memory().allocate(larger);
    for (std::size_t i = first_; i != end_; ++i) {
      std::construct_at(&values[i & (larger - 1)], std::move(at(i)));
      std::destroy_at(&at(i));
    }
    if (values_ != nullptr) Memory().deallocate(values_, capacity_);
    values_ = values;
    capacity_ = larger;
  }

  T* values_ = nullptr;
  std::size_t capacity_ = 0;
  std::size_t first_ = 0;
  std::size_t end_ = 0;
};

}  // namespace pcsim
