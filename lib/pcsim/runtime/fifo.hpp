#pragma once

#include <pcsim/assert.hpp>

#include <boost/circular_buffer.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace pcsim {

/// Values that leave in the order in which they came. Keeps its memory: as long as it holds no more than it ever has, nothing is
/// allocated.
template <class T>
class Fifo {
public:
  std::size_t size() const { return values_.size(); }
  bool empty() const { return values_.empty(); }

  void push(T value) {
    if (values_.full()) values_.set_capacity(std::max<std::size_t>(16, 2 * values_.capacity()));
    values_.push_back(std::move(value));
  }

  /// REQUIRES: not empty().
  T pop() {
    PCSIM_ASSERT(!empty());
    T value = std::move(values_.front());
    values_.pop_front();
    return value;
  }

private:
  boost::circular_buffer<T> values_;
};

}  // namespace pcsim
