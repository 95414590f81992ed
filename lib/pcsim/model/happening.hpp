#pragma once

#include <cstdint>

namespace pcsim {

/// Who does something: P1, C2, or nobody in particular. Numbers count from 1.
struct Actor {
  enum class Role : std::uint8_t { none, producer, consumer };
  Role role = Role::none;
  std::uint32_t number = 0;

  friend bool operator==(const Actor&, const Actor&) = default;
};

/// Something that took place in a run.
struct Happening {
  enum class Kind : std::uint8_t {
    blocked,    ///< a producer finds the queue full, and waits
    put,        ///< a producer has put an item
    got,        ///< a consumer has taken an item
    consumed,   ///< a consumer has done with an item
    timed_out,  ///< a consumer has given up an item
    failed,     ///< a consumer has failed on an item
    cancelled,  ///< an actor was cancelled; a consumer perhaps with an item in hand
    stopped,    ///< a consumer has gone home
    ready,      ///< the consumers may begin
    stopping,   ///< the run is being ended early
    done,       ///< every producer and every consumer has ended
  };

  double at;  ///< seconds, as the run's clock shows them
  Kind kind;
  Actor who;
  std::uint64_t item;  ///< from 1; 0: none
};

/// A delay that an actor is about to take.
struct Draw {
  enum class Purpose : std::uint8_t { produce, work, lock };

  double at;  ///< when it begins, but for what is drawn ahead of its time (--streams per-item)
  Purpose purpose;
  Actor who;           ///< who drew it
  std::uint64_t item;  ///< what it is for; 0 for a producer's own, which belongs to the item beside it
  double seconds;
};

/// Somebody has kept everybody else from running, by blocking the loop in a single step.
struct Pause {
  double at;  ///< when it was over
  Actor who;
  double seconds;
};

/// An actor's life is over, however it came to that: nothing of it is told after this, but for a pause in its last step. Told
/// once of every producer and consumer, but for those who stand still for ever. It is in no text trace.
struct Exit {
  double at;
  Actor who;
};

/// Looks at a run as it takes place. What it throws ends the run, and comes out of Pipeline::run.
class Observer {
public:
  virtual ~Observer() = default;
  virtual void on(const Happening& happening) = 0;
  virtual void on_draw(const Draw&) {}
  virtual void on_pause(const Pause&) {}
  virtual void on_exit(const Exit&) {}

  /// On the wall clock: nothing more takes place for now, as time is waited for. Who shows what happens shows it by now.
  virtual void on_wait() {}
};

}  // namespace pcsim
