#pragma once

#include <pcsim/assert.hpp>
#include <pcsim/runtime/callback.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace pcsim {

/// Timers by deadline; equal deadlines in the order in which they were set.
///
/// A key is one 128-bit number: the deadline's bits (of a double that is not negative, so that they order as it does), the
/// sequence number, and the slot that holds the callback. Few timers are in a 4-ary heap of keys, but for the earliest, which
/// stands by itself. Of many, only those that are near in time are: the others are in buckets by their deadlines, unsorted, until
/// the heap is empty and a bucket's time has come; and what lies beyond the last bucket is not even that. A timer then costs the
/// same, however many there are.
///
/// A cancelled timer leaves its slot empty, and its key until that is met or the empty ones are the majority.
///
/// Not thread-safe.
class TimerQueue {
public:
  using Id = std::uint32_t;

  TimerQueue();

  /// Sets a timer. REQUIRES: `when` is finite and not negative; `callback` outlives the timer. Throws std::length_error beyond
  /// 2^27 timers at once, or 2^37 in all, and std::bad_alloc; nothing has changed then. Nothing else takes memory.
  [[gnu::always_inline]] Id push(double when, Callback& callback) {
    PCSIM_ASSERT(0 <= when && when <= std::numeric_limits<double>::max());
    if (sequence_ >> sequence_bits != 0) [[unlikely]]
      too_many();
    const Id id = take_slot(callback);
    const Key added = key(when, sequence_++, id);
    ++live_;
    add(added);
    return id;
  }

  /// Takes back a timer that has not fired. REQUIRES: `id` is of such a timer.
  void cancel(Id id);

  bool empty() const { return live_ == 0; }

  /// The earliest deadline; infinity if there is none.
  double next_deadline() const { return when(first()); }

  /// How many timers were ever set: what is set from now on has this sequence number or a higher one.
  std::uint64_t sequence() const { return sequence_; }

  /// Takes out the first timer. REQUIRES: there is one.
  Callback& pop() {
    PCSIM_ASSERT(!empty());
    if (vacant_) fill_front();
    const Id id = slot(front_);
    vacant_ = true;
    --live_;
    Callback& callback = *slots_[id].callback;
    free_slot(id);
    if (cancelled_ > 0 || (buckets_in_use_ && heap_size_ == 0)) settle();
    return callback;
  }

  /// Takes out the first of the timers that are due at `now` and were set before sequence number `set_before`; null if there is none.
  Callback* pop_due(double now, std::uint64_t set_before) {
    if (next_deadline() > now) return nullptr;
    if (sequence(first()) < set_before) return &pop();
    // Behind one of the same deadline there are only later ones; behind one that was set for the past, there may be others.
    return next_deadline() < now ? pop_due_behind(now, set_before) : nullptr;
  }

private:
  __extension__ using Key = unsigned __int128;

  static constexpr std::size_t arity = 4;
  static constexpr int slot_bits = 27;
  static constexpr int sequence_bits = 64 - slot_bits;
  static constexpr std::uint64_t slot_mask = (std::uint64_t{1} << slot_bits) - 1;
  static constexpr Id no_slot = static_cast<Id>(slot_mask);

  struct Slot {
    Callback* callback;  // null: cancelled
    Id next;             // in its bucket, or of the free ones
    Key key;             // if it is in a bucket
  };

  static Key key(double when, std::uint64_t sequence, Id slot) {
    // + 0.0: a negative zero's bits would order last.
    return static_cast<Key>(std::bit_cast<std::uint64_t>(when + 0.0)) << 64 | (sequence << slot_bits | slot);
  }
  static double when(Key key) { return std::bit_cast<double>(static_cast<std::uint64_t>(key >> 64)); }
  static Id slot(Key key) { return static_cast<Id>(static_cast<std::uint64_t>(key) & slot_mask); }
  static std::uint64_t sequence(Key key) { return static_cast<std::uint64_t>(key) >> slot_bits; }

  // After every other key, at infinity.
  static constexpr Key never = static_cast<Key>(std::bit_cast<std::uint64_t>(std::numeric_limits<double>::infinity())) << 64;

  Id take_slot(Callback& callback) {
    if (free_ == no_slot) [[unlikely]]
      add_slot();
    const Id id = free_;
    free_ = slots_[id].next;
    slots_[id].callback = &callback;
    return id;
  }
  void free_slot(Id id) {
    slots_[id].next = free_;
    free_ = id;
  }

  // The first key, which is of a live timer; never if there is none.
  Key first() const { return vacant_ ? heap_.front() : front_; }

  double place(double when) const { return (when - begin_) * per_second_; }

  void add_near(Key added) {
    if (vacant_) {
      // Most often a timer is set by what the one before it has fired: taking out and putting in is then one way down, not two.
      vacant_ = false;
      if (added < heap_.front()) {
        front_ = added;
      } else {
        front_ = heap_.front();
        sift_down(added);
      }
    } else {
      insert(added);
    }
  }

  [[gnu::always_inline]] void add(Key added) {
    if (!buckets_in_use_)
      add_near(added);
    else
      add(place(when(added)), added);
  }

  void add(double place, Key added) {
    if (place < opened_)
      add_near(added);
    else if (place < ends_)
      put_into_bucket(place, added);
    else
      beyond_.push_back(added);
  }

  void put_into_bucket(double place, Key added) {
    Slot& its_slot = slots_[slot(added)];
    Id& bucket = buckets_[static_cast<std::size_t>(place)];
    its_slot.key = added;
    its_slot.next = bucket;
    bucket = slot(added);
  }

  [[noreturn]] static void too_many();
  void add_slot();
  void make_room();
  Callback* pop_due_behind(double now, std::uint64_t set_before);
  void insert(Key added);
  void settle();
  void bring_near();
  void spread();
  void gather();
  void fill_front();
  void sift_up(std::size_t hole, Key moving);
  void sift_down(Key moving);

  Key front_ = never;
  bool vacant_ = true;  // front_ has fired, or there was none yet
  bool buckets_in_use_ = false;
  std::vector<Key> heap_;  // of heap_size_ keys; the others are never, so that nobody has to look how many there are
  std::size_t heap_size_ = 0;

  // A timer whose place is below opened_ is in the heap, else below ends_ in the bucket there, else beyond.
  double begin_ = 0;
  double per_second_ = 1;
  double opened_ = 0;  // next_bucket_
  double ends_ = 0;    // how many buckets there are
  std::vector<Id> buckets_;
  std::size_t next_bucket_ = 0;
  std::vector<Key> beyond_;

  std::vector<Slot> slots_;
  Id free_ = no_slot;
  std::size_t live_ = 0;
  std::size_t cancelled_ = 0;  // keys of these are still there
  std::uint64_t sequence_ = 0;
};

}  // namespace pcsim
