#pragma once

#include <pcsim/model/happening.hpp>
#include <pcsim/model/scenario.hpp>
#include <pcsim/observe/slices.hpp>
#include <pcsim/observe/time_buckets.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pcsim {

/// What a run looks like from afar, for a picture of few lines: what everybody did over time, and how deep the queue was. Where
/// there are many actors neighbours share a row, and time is in buckets, so that the memory does not grow with the items.
class Timeline final : public Observer {
public:
  static constexpr std::size_t most_rows = 40;
  static constexpr std::size_t most_buckets = 1024;

  /// What the actors of a row do at a time: shares of all, of which the first four add up to 1.
  struct Shares {
    double working = 0;  ///< producing, or at work on an item
    double blocked = 0;  ///< before a full queue; or, with an item in hand, in line for a permit, a thread or the lock
    double waiting = 0;  ///< for an item, or for their turn while somebody else blocks the loop
    double gone = 0;     ///< at the end of their lives
    double ends = 0;     ///< of spells of work, as a number
  };

  /// Actors side by side.
  struct Row {
    Actor::Role role;
    std::uint32_t first;  ///< number of the first actor
    std::uint32_t last;
  };

  explicit Timeline(const Scenario& scenario);
  Timeline(const Timeline&) = delete;
  Timeline& operator=(const Timeline&) = delete;

  void on(const Happening& happening) override;
  void on_draw(const Draw& draw) override { slicer_.on_draw(draw); }
  void on_exit(const Exit& exit) override;

  /// The run is over, at this time. To be called once, before anything is read.
  void end(double at);

  double makespan() const { return makespan_; }

  /// The producers', then the consumers'.
  const std::vector<Row>& rows() const { return rows_; }

  /// What a row looks like in each of `n` equal parts of the makespan. REQUIRES: that is not 0.
  std::vector<Shares> shares(std::size_t row, std::size_t n) const;

  /// How deep the queue was in each of them, on average over its time. REQUIRES: the same.
  std::vector<double> depths(std::size_t n) const;

private:
  // What falls into a bucket of a row, in seconds added up over its actors.
  struct Times {
    double working = 0;
    double blocked = 0;
    double deaths = 0;
    double died_at = 0;  // the sum of their times
    double ends = 0;     // of spells of work
    void merge(const Times& later) {
      working += later.working;
      blocked += later.blocked;
      deaths += later.deaths;
      died_at += later.died_at;
      ends += later.ends;
    }
  };
  struct Area {
    double items = 0;  // times seconds
    void merge(const Area& later) { items += later.items; }
  };
  // The actors of a role: so many to a row, from this row on.
  struct Cast {
    std::uint32_t group;
    std::size_t first_row;
  };

  Cast add_cast(Actor::Role role, std::uint64_t count, std::uint64_t others);
  TimeBuckets<Times>& times_of(Actor who);
  void add(const Slice& slice);
  void depth_changes(double at);

  Slicer slicer_;
  std::vector<Row> rows_;
  Cast producers_;
  Cast consumers_;
  std::vector<TimeBuckets<Times>> times_;  // by row
  TimeBuckets<Area> area_;
  std::uint64_t depth_ = 0;
  double depth_since_ = 0;
  double makespan_ = 0;
};

}  // namespace pcsim
