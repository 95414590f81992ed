#include <pcsim/runtime/timer_queue.hpp>

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace pcsim {

namespace {

constexpr std::size_t arity = 4;
constexpr std::size_t few = 64;  // cancelled timers that are not worth a clean-up

}  // namespace

TimerQueue::Key TimerQueue::key(double when, std::uint64_t sequence, Id slot) {
  return static_cast<Key>(std::bit_cast<std::uint64_t>(when)) << 64 | (sequence << slot_bits | slot);
}

double TimerQueue::when(Key key) { return std::bit_cast<double>(static_cast<std::uint64_t>(key >> 64)); }

TimerQueue::Id TimerQueue::push(double when, Callback& callback) {
  Id id;
  if (free_slots_.empty()) {
    if (slots_.size() > slot_mask) throw std::length_error("too many timers at once");
    id = static_cast<Id>(slots_.size());
    slots_.push_back(&callback);
    free_slots_.reserve(slots_.capacity());
  } else {
    id = free_slots_.back();
    free_slots_.pop_back();
    slots_[id] = &callback;
  }
  if (sequence_ > UINT64_MAX >> slot_bits) throw std::length_error("too many timers in one run");
  const Key added = key(when + 0.0, sequence_++, id);  // + 0.0: a negative zero's bits would order last
  ++live_;
  if (vacant_root_) {
    vacant_root_ = false;
    sift_down(0, added);
  } else {
    heap_.push_back(added);
    sift_up(heap_.size() - 1, added);
  }
  return id;
}

void TimerQueue::cancel(Id id) {
  slots_[id] = nullptr;
  --live_;
  const std::size_t cancelled = heap_.size() - vacant_root_ - live_;
  if (cancelled > few && cancelled > heap_.size() / 2) drop_cancelled();
}

double TimerQueue::next_deadline() {
  settle();
  return when(heap_.front());
}

Callback* TimerQueue::pop_due(double now, std::uint64_t set_before) {
  if (live_ == 0) return nullptr;
  settle();
  const Key top = heap_.front();
  if (when(top) > now || sequence(top) >= set_before) return nullptr;
  vacant_root_ = true;
  --live_;
  const Id id = slot(top);
  free_slots_.push_back(id);
  return slots_[id];
}

// Makes the root the earliest timer that is not cancelled.
void TimerQueue::settle() {
  if (vacant_root_) {
    vacant_root_ = false;
    remove_top();
  }
  while (slots_[slot(heap_.front())] == nullptr) {
    free_slots_.push_back(slot(heap_.front()));
    remove_top();
  }
}

void TimerQueue::remove_top() {
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
      const std::size_t left = heap[first + 1] < heap[first] ? first + 1 : first;
      const std::size_t right = heap[first + 3] < heap[first + 2] ? first + 3 : first + 2;
      least = heap[right] < heap[left] ? right : left;
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
  if (vacant_root_) {
    vacant_root_ = false;
    heap_.front() = heap_.back();
    heap_.pop_back();
  }
  std::erase_if(heap_, [this](Key key) {
    if (slots_[slot(key)] != nullptr) return false;
    free_slots_.push_back(slot(key));
    return true;
  });
  // Keys are unique, so any heap of them yields them in the same order; a sorted one is a heap.
  std::sort(heap_.begin(), heap_.end());
}

}  // namespace pcsim
