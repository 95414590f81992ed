#pragma once

#include <pcsim/runtime/callback.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pcsim {

/// Timers by deadline; equal deadlines in the order in which they were set. A 4-ary heap of 16-byte keys.
///
/// A key is one 128-bit number: the deadline's bits (of a double that is not negative, so that they order as it does), the
/// sequence number, and the slot that holds the callback. A cancelled timer leaves its slot empty, and its key until that comes
/// to the top or the empty ones are the majority.
///
/// Not thread-safe.
class TimerQueue {
public:
  using Id = std::uint32_t;

  /// Sets a timer. REQUIRES: `when` is not negative and not NaN; `callback` outlives the timer.
  Id push(double when, Callback& callback);

  /// Takes back a timer that has not fired. REQUIRES: `id` is of such a timer.
  void cancel(Id id);

  bool empty() const { return live_ == 0; }

  /// The earliest deadline. REQUIRES: not empty().
  double next_deadline();

  /// How many timers were ever set: what is set from now on has this sequence number or a higher one.
  std::uint64_t sequence() const { return sequence_; }

  /// Takes out the first timer, if it is due at `now` and was set before sequence number `set_before`; else returns null.
  Callback* pop_due(double now, std::uint64_t set_before);

private:
  __extension__ using Key = unsigned __int128;

  static constexpr int slot_bits = 27;
  static constexpr std::uint64_t slot_mask = (std::uint64_t{1} << slot_bits) - 1;

  static Key key(double when, std::uint64_t sequence, Id slot);
  static double when(Key key);
  static Id slot(Key key) { return static_cast<Id>(static_cast<std::uint64_t>(key) & slot_mask); }
  static std::uint64_t sequence(Key key) { return static_cast<std::uint64_t>(key) >> slot_bits; }

  void settle();
  void remove_top();
  void sift_up(std::size_t hole, Key moving);
  void sift_down(std::size_t hole, Key moving);
  void drop_cancelled();

  std::vector<Key> heap_;
  // After a timer has fired the root is vacant until the next one is set, which is most often at once: taking out and putting in
  // is then one way down instead of two.
  bool vacant_root_ = false;
  std::vector<Callback*> slots_;
  std::vector<Id> free_slots_;
  std::size_t live_ = 0;
  std::uint64_t sequence_ = 0;
};

}  // namespace pcsim
