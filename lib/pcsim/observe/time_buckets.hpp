#pragma once

#include <pcsim/assert.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace pcsim {

/// What is gathered over time, in constant memory: the time from 0 is cut into buckets of equal width, and whenever it outgrows
/// them, neighbours are merged in pairs. A Cell has `merge(const Cell& later)`.
template <class Cell>
class TimeBuckets {
public:
  /// REQUIRES: `most` is even.
  explicit TimeBuckets(std::size_t most) : cells_(most) { PCSIM_ASSERT(most % 2 == 0); }

  /// Calls `add(cell, seconds)` for each bucket that the time from `from` to `to` meets, with its part of it; for no time at all,
  /// once with 0. REQUIRES: 0 <= from <= to.
  template <class Add>
  void over(double from, double to, Add add) {
    PCSIM_ASSERT(0 <= from && from <= to);
    reach(to);
    auto i = static_cast<std::size_t>(from / width_);
    for (double begin = from;; ++i) {
      const double end = std::min(to, static_cast<double>(i + 1) * width_);
      add(cells_[i], end - begin);
      if (end >= to) break;
      begin = end;
    }
    used_ = std::max(used_, i + 1);
  }

  /// Makes the buckets wide enough for this time.
  void reach(double at) {
    while (at >= width_ * static_cast<double>(cells_.size())) {
      width_ *= 2;
      const std::size_t merged = (used_ + 1) / 2;
      for (std::size_t i = 0; i < merged; ++i) {
        Cell cell = cells_[2 * i];
        if (2 * i + 1 < used_) cell.merge(cells_[2 * i + 1]);
        cells_[i] = cell;
      }
      for (std::size_t i = merged; i < used_; ++i) cells_[i] = Cell();
      used_ = merged;
    }
  }

  /// In seconds.
  double width() const { return width_; }

  /// The buckets, up to the last one that was met.
  std::span<const Cell> cells() const { return {cells_.data(), used_}; }

private:
  std::vector<Cell> cells_;
  double width_ = 0x1p-30;
  std::size_t used_ = 0;
};

}  // namespace pcsim
