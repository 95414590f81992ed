#pragma once

#include <pcsim/runtime/callback.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace pcsim {

/// Timers by deadline; equal deadlines in the order in which they were set. The earliest stands by itself, the others in a 4-ary heap of
/// 16-byte keys.
///
/// A key is one 128-bit number: the deadline's bits (of a double that is not negative, so that they order as it does), the
/// sequence number, and the slot that holds the callback. A cancelled timer leaves its slot empty, and its key until that comes to
/// the front or the empty ones are the majority.
///
/// Not thread-safe.
class TimerQueue {
public:
  using Id = std::uint32_t;

  /// Sets a timer. REQUIRES: `when` is not negative and not NaN; `callback` outlives the timer. Throws std::length_error beyond 2^27
  /// timers at once, or 2^37 in all.
  Id push(double when, Callback& callback) {
    const Id id = take_slot(callback);
    if (sequence_ >> sequence_bits != 0) [[unlikely]]
      too_many();
    const Key added = key(when, sequence_++, id);
    ++live_;
    if (vacant_) {
      // Most often a timer is set by what the one before it has fired: taking out and putting in is then one way down, not two.
      vacant_ = false;
      if (heap_.empty() || added < heap_.front()) {
        front_ = added;
      } else {
        front_ = heap_.front();
        sift_down(0, added);
      }
    } else {
      insert(added);
    }
    return id;
  }

  /// Takes back a timer that has not fired. REQUIRES: `id` is of such a timer.
  void cancel(Id id);

  bool empty() const { return live_ == 0; }

  /// The earliest deadline; infinity if there is none.
  double next_deadline() {
    if (live_ == 0) return std::numeric_limits<double>::infinity();
    if (cancelled_ > 0) [[unlikely]]
      skip_cancelled();
    return when(vacant_ ? heap_.front() : front_);
  }

  /// How many timers were ever set: what is set from now on has this sequence number or a higher one.
  std::uint64_t sequence() const { return sequence_; }

  /// Takes out the first timer, if it is due at `now` and was set before sequence number `set_before`; else returns null.
  Callback* pop_due(double now, std::uint64_t set_before) {
    if (!(next_deadline() <= now)) return nullptr;
    return pop(set_before);
  }

private:
  __extension__ using Key = unsigned __int128;

  static constexpr int slot_bits = 27;
  static constexpr int sequence_bits = 64 - slot_bits;
  static constexpr std::uint64_t slot_mask = (std::uint64_t{1} << slot_bits) - 1;
  static constexpr Id no_slot = static_cast<Id>(slot_mask);

  union Slot {
    Callback* callback;  // null: cancelled
    Id next_free;
  };

  static Key key(double when, std::uint64_t sequence, Id slot) {
    // + 0.0: a negative zero's bits would order last.
    return static_cast<Key>(std::bit_cast<std::uint64_t>(when + 0.0)) << 64 | (sequence << slot_bits | slot);
  }
  static double when(Key key) { return std::bit_cast<double>(static_cast<std::uint64_t>(key >> 64)); }
  static Id slot(Key key) { return static_cast<Id>(static_cast<std::uint64_t>(key) & slot_mask); }
  static std::uint64_t sequence(Key key) { return static_cast<std::uint64_t>(key) >> slot_bits; }

  Id take_slot(Callback& callback) {
    if (free_ == no_slot) [[unlikely]]
      add_slot();
    const Id id = free_;
    free_ = slots_[id].next_free;
    slots_[id].callback = &callback;
    return id;
  }
  void free_slot(Id id) {
    slots_[id].next_free = free_;
    free_ = id;
  }

  Callback* pop(std::uint64_t set_before);
  [[noreturn]] static void too_many();
  void add_slot();
  void insert(Key added);
  void skip_cancelled();
  void fill_front();
  void sift_up(std::size_t hole, Key moving);
  void sift_down(std::size_t hole, Key moving);
  void drop_cancelled();

  Key front_ = 0;
  bool vacant_ = true;  // front_ has fired, or there was none yet
  std::vector<Key> heap_;
  std::vector<Slot> slots_;
  Id free_ = no_slot;
  std::size_t live_ = 0;
  std::size_t cancelled_ = 0;  // keys of these are still there
  std::uint64_t sequence_ = 0;
};

}  // namespace pcsim
