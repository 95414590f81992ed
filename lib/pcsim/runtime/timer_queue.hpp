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
/// sequence number, and the slot that says whose timer it is. Few timers are in a 4-ary heap of keys, but for the earliest, which
/// stands by itself. Of many, only those that are near in time are: the others are in buckets by their deadlines, unsorted, until
/// the heap is empty and a bucket's time has come; and what lies beyond the last bucket is not even that. A timer then costs the
/// same, however many there are.
///
/// A cancelled timer leaves its slot without an owner, and its key until that is met or such keys are the majority.
///
/// Not thread-safe.
class TimerQueue {
public:
  using Id = std::uint32_t;

  static constexpr int id_bits = 27;
  static constexpr Id none = (Id{1} << id_bits) - 1;  ///< no timer

  TimerQueue();

  /// Sets a timer. REQUIRES: `when` is finite and not negative; `callback` outlives the timer. Throws std::length_error beyond
  /// 2^27 timers at once, or 2^37 in all, and std::bad_alloc; nothing has changed then.
  Id push(double when, Callback& callback) {
    PCSIM_ASSERT(0 <= when && when <= std::numeric_limits<double>::max());
    const Id id = take_slot(callback);
    push(when + 0.0, id);  // a negative zero's bits would order last
    return id;
  }

  /// A slot for all timers of a task, one after another: setting one is quicker then, and cannot throw std::bad_alloc. The
  /// timer's id is the slot. Nothing else takes memory.
  Id take_slot(Scheduled& owner) {
    if (free_ == none) [[unlikely]]
      add_slot();
    const Id id = free_;
    free_ = slots_[id].next;
    slots_[id].owner = &owner;
    return id;
  }

  /// Sets a timer. REQUIRES: `when` is finite, not negative, and no negative zero; `slot` was taken, and no timer of it is set.
  [[gnu::always_inline]] void push(double when, Id slot) {
    PCSIM_ASSERT(0 <= when && when <= std::numeric_limits<double>::max() && slots_[slot].owner != nullptr);
    const Key added = key(when, sequence_, slot);
    sequence_ += one_in_sequence;
    if (sequence_ == 0) [[unlikely]]
      too_many();
    if (!special_)
      add_near(added);
    else
      add(added);
  }

  /// Takes back a timer that has not fired, and its slot. REQUIRES: `id` is of such a timer.
  void cancel(Id id) noexcept {
    PCSIM_ASSERT(id < slots_.size() && slots_[id].owner != nullptr);
    slots_[id].owner = nullptr;
    ++cancelled_;
    special_ = unsettled_ = true;
  }

  /// REQUIRES: it was taken, and no timer of it is set.
  void give_back(Id slot) noexcept {
    slots_[slot].next = free_;
    free_ = slot;
  }

  bool empty() { return next_deadline() == std::numeric_limits<double>::infinity(); }

  /// The earliest deadline; infinity if there is none.
  double next_deadline() {
    if (unsettled_) [[unlikely]]
      settle();
    return when(first());
  }

  /// How many timers were ever set: what is set from now on has this sequence number or a higher one.
  std::uint64_t sequence() const { return sequence_ >> id_bits; }

  /// Takes out the first timer. REQUIRES: next_deadline() was called after the last one was cancelled, and told of one.
  [[gnu::always_inline]] Scheduled& pop() {
    PCSIM_ASSERT(!empty());
    const Id id = slot(take_out());
    Scheduled& owner = *slots_[id].owner;
    if (!owner.is_task()) [[unlikely]]
      give_back(id);
    return owner;
  }

  /// Takes out the first of the timers that are due at `now` and were set before sequence number `set_before`; null if there is
  /// none.
  Scheduled* pop_due(double now, std::uint64_t set_before);

private:
  __extension__ using Key = unsigned __int128;

  static constexpr std::size_t arity = 4;
  static constexpr std::uint64_t one_in_sequence = std::uint64_t{1} << id_bits;

  struct Slot {
    Scheduled* owner;  // null: the timer was cancelled
    Id next;           // in its bucket, or of the free ones
    Key key;           // if it is in a bucket
  };

  static Key key(double when, std::uint64_t sequence, Id slot) {
    return static_cast<Key>(std::bit_cast<std::uint64_t>(when)) << 64 | (sequence | slot);
  }
  static double when(Key key) { return std::bit_cast<double>(static_cast<std::uint64_t>(key >> 64)); }
  static Id slot(Key key) { return static_cast<Id>(static_cast<std::uint64_t>(key) & none); }
  static std::uint64_t sequence(Key key) { return static_cast<std::uint64_t>(key) >> id_bits; }

  // After every other key, at infinity.
  static constexpr Key never = static_cast<Key>(std::bit_cast<std::uint64_t>(std::numeric_limits<double>::infinity())) << 64;

  // Once settled, it is of a timer that is set; never if there is none.
  Key first() const { return vacant_ ? heap_.front() : front_; }

  [[gnu::always_inline]] Key take_out() {
    if (vacant_) fill_front();
    vacant_ = true;
    if (special_) unsettled_ = heap_size_ == 0 || cancelled_ > 0;
    return front_;
  }

  double place(double when) const { return (when - begin_) * per_second_; }

  [[gnu::always_inline]] void add_near(Key added) {
    if (!vacant_) return insert(added);
    // Most often a timer is set by what the one before it has fired: taking out and putting in is then one way down, not two.
    vacant_ = false;
    if (added < heap_.front()) {
      front_ = added;
    } else {
      front_ = heap_.front();
      sift_down(added);
    }
  }

  void add(Key added) {
    const double its_place = place(when(added));
    if (!buckets_in_use_ || its_place < opened_)
      add_near(added);
    else if (its_place < ends_)
      put_into_bucket(its_place, added);
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
  void insert(Key added);
  void settle();
  void bring_near();
  void spread();
  void gather();
  void fill_front();
  void sift_down(Key moving);

  Key front_ = never;
  bool vacant_ = true;  // front_ has fired, or there was none yet
  bool buckets_in_use_ = false;
  bool special_ = false;    // buckets are in use, or timers were cancelled
  bool unsettled_ = false;  // the first key may be of a cancelled timer, or may still be in a bucket
  std::vector<Key> heap_;   // of heap_size_ keys; the others are never, so that nobody has to look how many there are
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
  Id free_ = none;
  std::size_t cancelled_ = 0;   // keys of these are still there
  std::uint64_t sequence_ = 0;  // of the next timer, where a key has it
};

}  // namespace pcsim
