#include <pcsim/runtime/timer_queue.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace pcsim {

namespace {

constexpr std::size_t few_cancelled = 64;  // not worth a clean-up

// Between these, the timers stay where they are: there is no going back and forth.
constexpr std::size_t few_for_buckets = 32;
constexpr std::size_t many_for_a_heap = 128;

constexpr std::size_t buckets_per_timer = 2;

}  // namespace

TimerQueue::TimerQueue() : heap_(arity, never) {}

void TimerQueue::too_many() { throw std::length_error("too many timers in one run"); }

void TimerQueue::add_slot() {
  if (slots_.size() >= none) too_many();
  if (slots_.size() == slots_.capacity()) make_room();
  slots_.push_back({.owner = nullptr, .next = none, .key = never});
  free_ = static_cast<Id>(slots_.size() - 1);
}

// Each slot has at most one key, so that wherever they stand, there is room for them all.
void TimerQueue::make_room() {
  const std::size_t slots = std::max<std::size_t>(16, 2 * slots_.size());
  heap_.reserve(slots + 2 * arity);
  beyond_.reserve(slots);
  buckets_.reserve(buckets_per_timer * slots);
  slots_.reserve(slots);
}

void TimerQueue::insert(Key added) {
  if (heap_size_ + arity >= heap_.size()) [[unlikely]] {
    if (heap_size_ > many_for_a_heap && !buckets_in_use_) {
      gather();
      return beyond_.push_back(added);
    }
    heap_.resize(std::min(2 * heap_.size(), heap_.capacity()), never);
  }
  if (added < front_) std::swap(added, front_);
  Key* const heap = heap_.data();
  std::size_t hole = heap_size_++;
  for (std::size_t parent; hole > 0 && added < heap[parent = (hole - 1) / arity]; hole = parent) heap[hole] = heap[parent];
  heap[hole] = added;
}

// Behind a timer that was set later for the same deadline there are only later ones; behind one that was set for the past, there
// may be others. Those in front are out of the way meanwhile, chained by their slots.
Scheduled* TimerQueue::pop_due(double now, std::uint64_t set_before) {
  Id aside = none;
  while (next_deadline() < now && sequence(first()) >= set_before) {
    const Key later = take_out();
    slots_[slot(later)].key = later;
    slots_[slot(later)].next = std::exchange(aside, slot(later));
  }
  Scheduled* const due = next_deadline() <= now && sequence(first()) < set_before ? &pop() : nullptr;
  while (aside != none) {
    const Slot& its_slot = slots_[aside];
    aside = its_slot.next;
    add(its_slot.key);
  }
  return due;
}

// Sees to it that the first key is that of a timer that is set, or that there is none.
void TimerQueue::settle() {
  if (cancelled_ > few_cancelled && 2 * cancelled_ > slots_.size()) gather();
  while (true) {
    if (vacant_ && heap_size_ == 0 && buckets_in_use_) bring_near();
    if (cancelled_ == 0 || first() == never) break;
    const Id id = slot(first());
    if (slots_[id].owner != nullptr) break;
    take_out();
    give_back(id);
    --cancelled_;
  }
  unsettled_ = false;
  special_ = buckets_in_use_ || cancelled_ > 0;
}

// Opens buckets until the heap has something. REQUIRES: it is empty.
void TimerQueue::bring_near() {
  PCSIM_ASSERT(heap_size_ == 0);
  while (vacant_) {
    while (next_bucket_ < buckets_.size() && buckets_[next_bucket_] == none) ++next_bucket_;
    if (next_bucket_ == buckets_.size()) {
      if (beyond_.empty()) {
        buckets_in_use_ = false;
        return;
      }
      spread();
      continue;
    }
    Id id = buckets_[next_bucket_++];
    opened_ = static_cast<double>(next_bucket_);
    while (id != none) {
      const Slot& its_slot = slots_[id];
      add_near(its_slot.key);
      id = its_slot.next;
    }
  }
}

// Divides what lies beyond the last bucket into new ones. They reach twice as far as the mean, so that, by Markov's inequality,
// at least half of the timers are in them, whatever the distribution: each is looked at twice on average, if that. Where some are
// so far away that all others would be in a few buckets, they reach twice as far as the mean of those others.
void TimerQueue::spread() {
  const std::size_t count = beyond_.size();
  const std::size_t buckets = buckets_per_timer * count;
  const auto [first, last] = std::minmax_element(beyond_.begin(), beyond_.end());
  const double earliest = when(*first);
  const double latest = when(*last);
  double sum = 0;
  for (const Key key : beyond_) sum += when(key) - earliest;
  double reach = 2 * sum / static_cast<double>(count);
  if (latest - earliest > 8 * reach) {
    sum = 0;
    const auto others = std::count_if(beyond_.begin(), beyond_.end(), [&](Key key) {
      const double away = when(key) - earliest;
      if (away > reach) return false;
      sum += away;
      return true;
    });
    reach = 2 * sum / static_cast<double>(others);
  }
  const double per_second = static_cast<double>(buckets) / reach;

  next_bucket_ = 0;
  opened_ = 0;
  if (count < few_for_buckets || !std::isfinite(per_second)) {
    buckets_in_use_ = count >= few_for_buckets;
    buckets_.clear();
    begin_ = latest;
    ends_ = 0;
    per_second_ = 1;
    for (const Key key : beyond_) add_near(key);
    beyond_.clear();
  } else {
    begin_ = earliest;
    ends_ = static_cast<double>(buckets);
    per_second_ = per_second;
    buckets_.assign(buckets, none);
    std::erase_if(beyond_, [this](Key key) {
      const double its_place = place(when(key));
      if (its_place >= ends_) return false;
      put_into_bucket(its_place, key);
      return true;
    });
  }
}

// Puts all timers beyond the last bucket, and forgets the cancelled ones.
void TimerQueue::gather() {
  for (; next_bucket_ < buckets_.size(); ++next_bucket_)
    for (Id id = buckets_[next_bucket_]; id != none; id = slots_[id].next) beyond_.push_back(slots_[id].key);
  beyond_.insert(beyond_.end(), heap_.begin(), heap_.begin() + static_cast<std::ptrdiff_t>(heap_size_));
  if (!vacant_) beyond_.push_back(front_);
  cancelled_ -= std::erase_if(beyond_, [this](Key key) {
    if (slots_[slot(key)].owner != nullptr) return false;
    give_back(slot(key));
    return true;
  });
  heap_.assign(arity, never);
  heap_size_ = 0;
  vacant_ = true;
  buckets_.clear();
  next_bucket_ = 0;
  begin_ = opened_ = ends_ = 0;
  buckets_in_use_ = special_ = unsettled_ = true;
}

void TimerQueue::fill_front() {
  front_ = heap_.front();
  vacant_ = false;
  if (heap_size_ == 0) return;
  const Key last = heap_[--heap_size_];
  heap_[heap_size_] = never;
  if (heap_size_ > 0) sift_down(last);
}

void TimerQueue::sift_down(Key moving) {
  Key* const heap = heap_.data();
  std::size_t hole = 0;
  for (std::size_t child = 1; child < heap_size_; child = hole * arity + 1) {
    // Sums instead of choices, since a compiler makes branches of those, and no branch of a heap can be foretold.
    const std::size_t left = child + (heap[child + 1] < heap[child]);
    const std::size_t right = child + 2 + (heap[child + 3] < heap[child + 2]);
    const std::size_t least = left + (right - left) * (heap[right] < heap[left]);
    if (moving < heap[least]) break;
    heap[hole] = heap[least];
    hole = least;
  }
  heap[hole] = moving;
}

}  // namespace pcsim
