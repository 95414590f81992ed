#pragma once

#include <pcsim/model/happening.hpp>
#include <pcsim/model/scenario.hpp>

#include <cstdint>
#include <functional>
#include <vector>

namespace pcsim {

/// What an actor did without a break. What lies between a consumer's slices, it waited for an item.
struct Slice {
  enum class Kind : std::uint8_t {
    produce,     ///< a producer's delay
    full_queue,  ///< a producer stands before a full queue
    line,        ///< a consumer, with an item in hand, stands in line for the limit or for a thread
    work,        ///< a consumer's delay
    lock_line,   ///< a consumer, with an item in hand, stands in line for the lock
    lock,        ///< a consumer has the lock
  };

  Kind kind;
  Actor who;
  std::uint64_t item;  ///< 0: a production that was cut short
  double from;         ///< in seconds, as the next
  double to;

  /// Whether it is time spent in line, not at work.
  bool blocked() const { return kind == Kind::full_queue || kind == Kind::line || kind == Kind::lock_line; }
};

/// Tells what happens as slices, each when it is over; none is empty. Where the work on an item is drawn ahead (--streams per-item,
/// a log of arrivals), nothing tells when it begins: all the time in a consumer's hand is work.
class Slicer {
public:
  using Sink = std::function<void(const Slice&)>;

  Slicer(const Scenario& scenario, Sink sink);

  void on(const Happening& happening);
  void on_draw(const Draw& draw);

  /// The run is over, at this time: what was going on is cut off.
  void end(double at);

private:
  struct Producer {
    double from = -1;  // of its present delay; negative: it has none
    double to = 0;
    std::uint64_t item = 0;     // what the delay is for, where it comes after the item
    double blocked_since = -1;  // negative: it is not
    std::uint64_t offered = 0;
  };
  struct Consumer {
    std::uint64_t item = 0;  // in hand; 0: none
    double got_at = 0;
    double work_from = -1;  // negative: not yet, as below
    double work_to = 0;
    double lock_from = -1;
  };

  void produced(Actor who, std::uint64_t item, double at);
  void stood(Actor who, double at);
  void handled(Actor who, double at);
  void tell(Slice::Kind kind, Actor who, std::uint64_t item, double from, double to);

  Sink sink_;
  bool produce_first_;
  bool works_;  // a draw tells when a consumer begins to work,
  bool lines_;  // and there is something to stand in line for before that
  bool locks_;  // a draw tells when a consumer has got the lock
  std::vector<Producer> producers_;
  std::vector<Consumer> consumers_;
};

}  // namespace pcsim
