#include <pcsim/observe/timeline.hpp>

#include <pcsim/assert.hpp>
#include <pcsim/observe/activity.hpp>

#include <algorithm>

namespace pcsim {

namespace {

using Kind = Happening::Kind;
using Role = Actor::Role;

// Calls `add(part, share)` for each of `n` equal parts of the time from 0 to `end` that the time from `from` to `to` meets, with
// its share of it.
template <class Add>
void spread(double from, double to, double end, std::size_t n, Add add) {
  const double length = end / static_cast<double>(n);
  const auto part_at = [&](double time) { return std::min(static_cast<std::size_t>(time / length), n - 1); };
  const std::size_t last = part_at(to);
  double left = 1;
  for (std::size_t part = part_at(from); part < last; ++part) {
    const double begin = std::max(from, static_cast<double>(part) * length);
    const double share = std::clamp((static_cast<double>(part + 1) * length - begin) / (to - from), 0.0, left);
    add(part, share);
    left -= share;
  }
  add(last, left);
}

}  // namespace

Timeline::Timeline(const Scenario& scenario)
    : slicer_(scenario, [this](const Slice& slice) { add(slice); }),
      producers_(add_cast(Role::producer, scenario.producers, scenario.consumers)),
      consumers_(add_cast(Role::consumer, scenario.consumers, scenario.producers)),
      times_(rows_.size(), TimeBuckets<Times>(most_buckets)),
      area_(most_buckets) {}

// A role with few actors leaves its rows to the other.
Timeline::Cast Timeline::add_cast(Role role, std::uint64_t count, std::uint64_t others) {
  const std::uint64_t rows = most_rows - std::min<std::uint64_t>(most_rows / 2, others);
  const Cast cast{static_cast<std::uint32_t>(group_size(count, rows)), rows_.size()};
  const auto last = static_cast<std::uint32_t>(count);
  for (std::uint32_t first = 1; first <= last; first += cast.group)
    rows_.push_back({role, first, std::min(first + cast.group - 1, last)});
  return cast;
}

TimeBuckets<Timeline::Times>& Timeline::times_of(Actor who) {
  const Cast& cast = who.role == Role::producer ? producers_ : consumers_;
  return times_[cast.first_row + (who.number - 1) / cast.group];
}

void Timeline::on(const Happening& happening) {
  slicer_.on(happening);
  switch (happening.kind) {
    case Kind::put:
      depth_changes(happening.at);
      ++depth_;
      break;
    case Kind::got:
      depth_changes(happening.at);
      --depth_;
      break;
    default: break;
  }
}

void Timeline::add(const Slice& slice) {
  Times* last = nullptr;
  times_of(slice.who).over(slice.from, slice.to, [&](Times& times, double seconds) {
    (slice.blocked() ? times.blocked : times.working) += seconds;
    last = &times;
  });
  if (!slice.blocked()) ++last->ends;
}

void Timeline::on_exit(const Exit& exit) {
  times_of(exit.who).over(exit.at, exit.at, [at = exit.at](Times& times, double) {
    ++times.deaths;
    times.died_at += at;
  });
}

void Timeline::depth_changes(double at) {
  area_.over(depth_since_, at, [this](Area& area, double seconds) { area.items += static_cast<double>(depth_) * seconds; });
  depth_since_ = at;
}

void Timeline::end(double at) {
  makespan_ = at;
  slicer_.end(at);
  depth_changes(at);
}

std::vector<Timeline::Shares> Timeline::shares(std::size_t row, std::size_t n) const {
  PCSIM_ASSERT(makespan_ > 0);
  std::vector<Shares> all(n);
  const auto actors = static_cast<double>(rows_[row].last - rows_[row].first + 1);
  const double whole = actors * makespan_ / static_cast<double>(n);
  const TimeBuckets<Times>& buckets = times_[row];
  double dead = 0;
  double from = 0;
  const auto gone_until = [&](double to, const Times& times) { return dead * (to - from) + times.deaths * to - times.died_at; };
  for (const Times& times : buckets.cells()) {
    if (from >= makespan_) break;
    const double to = std::min(from + buckets.width(), makespan_);
    const double gone = gone_until(to, times);
    spread(from, to, makespan_, n, [&](std::size_t part, double share) {
      all[part].working += times.working * share / whole;
      all[part].blocked += times.blocked * share / whole;
      all[part].gone += gone * share / whole;
    });
    const double middle = (from + to) / 2;
    if (times.ends > 0) spread(middle, middle, makespan_, n, [&](std::size_t part, double) { all[part].ends += times.ends; });
    dead += times.deaths;
    from = to;
  }
  if (from < makespan_) {
    const double gone = gone_until(makespan_, {});
    spread(from, makespan_, makespan_, n, [&](std::size_t part, double share) { all[part].gone += gone * share / whole; });
  }
  for (Shares& shares : all) shares.waiting = std::max(1 - shares.working - shares.blocked - shares.gone, 0.0);
  return all;
}

std::vector<double> Timeline::depths(std::size_t n) const {
  PCSIM_ASSERT(makespan_ > 0);
  std::vector<double> all(n);
  double from = 0;
  for (const Area& area : area_.cells()) {
    if (from >= makespan_) break;
    const double to = std::min(from + area_.width(), makespan_);
    if (area.items > 0)
      spread(from, to, makespan_, n,
             [&](std::size_t part, double share) { all[part] += area.items * share * static_cast<double>(n) / makespan_; });
    from = to;
  }
  return all;
}

}  // namespace pcsim
