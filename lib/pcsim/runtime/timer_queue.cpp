#include <pcsim/runtime/timer_queue.hpp>

#include <algorithm>
#include <stdexcept>

namespace pcsim {

namespace {

constexpr std::size_t arity = 4;
constexpr std::size_t few = 64;  // cancelled timers that are not worth a clean-up

}  // namespace

void TimerQueue::too_many() { throw std::length_error("too many timers in one run"); }

void TimerQueue::add_slot() {
  if (slots_.size() >= slot_mask) too_many();
  slots_.push_back({.next_free = no_slot});
  free_ = static_cast<Id>(slots_.size() - 1);
}

void TimerQueue::insert(Key added) {
  if (added < front_) std::swap(added, front_);
  heap_.push_back(added);
  sift_up(heap_.size() - 1, added);
}

Callback* TimerQueue::pop(std::uint64_t set_before) {
  const Key first = vacant_ ? heap_.front() : front_;
  if (sequence(first) >= set_before) return nullptr;
  if (vacant_) fill_front();
  vacant_ = true;
  --live_;
  const Id id = slot(first);
  Callback* const callback = slots_[id].callback;
  free_slot(id);
  return callback;
}

void TimerQueue::cancel(Id id) {
  slots_[id].callback = nullptr;
  --live_;
  ++cancelled_;
  if (cancelled_ > few && cancelled_ > live_) drop_cancelled();
}

// REQUIRES: there is a live timer.
void TimerQueue::skip_cancelled() {
  while (true) {
    if (vacant_) fill_front();
    if (slots_[slot(front_)].callback != nullptr) return;
    free_slot(slot(front_));
    --cancelled_;
    vacant_ = true;
  }
}

void TimerQueue::fill_front() {
  front_ = heap_.front();
  vacant_ = false;
  const Key last = heap_.back();
  heap_.pop_back();
  if (!heap_.empty()) sift_down(0, last);
}

void TimerQueue::sift_up(std::size_t hole, Key moving) {
  while (hole > 0) {
    const std::size_t parent = (hole - 1) / arity;
    if (heap_[parent] < moving) break;
    heap_[hole] = heap_[parent];
    hole = parent;
  }
  heap_[hole] = moving;
}

void TimerQueue::sift_down(std::size_t hole, Key moving) {
  const std::size_t size = heap_.size();
  Key* const heap = heap_.data();
  while (true) {
    const std::size_t first = hole * arity + 1;
    std::size_t least = first;
    if (first + arity <= size) {
      // Sums instead of choices, since a compiler makes branches of those, and no branch of a heap can be foretold.
      const std::size_t left = first + (heap[first + 1] < heap[first]);
      const std::size_t right = first + 2 + (heap[first + 3] < heap[first + 2]);
      least = left + (right - left) * (heap[right] < heap[left]);
    } else {
      if (first >= size) break;
      for (std::size_t child = first + 1; child < size; ++child)
        if (heap[child] < heap[least]) least = child;
    }
    if (moving < heap[least]) break;
    heap[hole] = heap[least];
    hole = least;
  }
  heap[hole] = moving;
}

void TimerQueue::drop_cancelled() {
  if (!vacant_) {
    heap_.push_back(front_);
    vacant_ = true;
  }
  std::erase_if(heap_, [this](Key key) {
    if (slots_[slot(key)].callback != nullptr) return false;
    free_slot(slot(key));
    return true;
  });
  cancelled_ = 0;
  // Keys are unique, so any heap of them yields them in the same order; a sorted one is a heap.
  std::sort(heap_.begin(), heap_.end());
}

}  // namespace pcsim
