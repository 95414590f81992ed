#pragma once

#include <pcsim/model/happening.hpp>
#include <pcsim/model/scenario.hpp>
#include <pcsim/observe/slices.hpp>
#include <pcsim/observe/time_buckets.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace pcsim {

/// A run from afar, in constant memory: for groups of neighbouring actors, and for the queue, what filled each of many equal spans
/// of time. No time is lost: the spans of a group add up to what its actors did.
class Activity {
public:
  /// What the actors of a group did in a span, in seconds, added up.
  struct Time {
    double working = 0;
    double blocked = 0;
    void merge(const Time& later) {
      working += later.working;
      blocked += later.blocked;
    }
  };

  /// How many items stood in the queue in a span.
  struct Depth {
    double area = 0;  ///< times seconds
    std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t most = 0;
    void merge(const Depth& later) {
      area += later.area;
      least = std::min(least, later.least);
      most = std::max(most, later.most);
    }
  };

  /// Actors of one kind in groups of the same size; the last may be smaller.
  struct Groups {
    std::uint64_t size;
    std::vector<TimeBuckets<Time>> rows;
  };

  static constexpr std::size_t most_rows = 100;  ///< of each kind
  static constexpr std::size_t most_spans = 1024;

  explicit Activity(const Scenario& scenario);

  void on(const Happening& happening);
  void on(const Slice& slice);

  /// The run is over, at this time.
  void end(double at);

  const Groups& producers() const { return producers_; }
  const Groups& consumers() const { return consumers_; }
  const TimeBuckets<Depth>& depth() const { return depth_; }

  /// The length of a span in seconds, the same everywhere.
  double span() const { return depth_.width(); }

private:
  void depth_until(double at);

  Groups producers_;
  Groups consumers_;
  TimeBuckets<Depth> depth_;
  std::uint64_t queued_ = 0;
  double depth_since_ = 0;
};

/// How many neighbours share a row, so that no more than `most` rows are needed: 1, 2, 5, 10, 20, 50 and so on.
std::uint64_t group_size(std::uint64_t actors, std::uint64_t most);

}  // namespace pcsim
