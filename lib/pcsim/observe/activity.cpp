#include <pcsim/observe/activity.hpp>

namespace pcsim {

namespace {

Activity::Groups groups(std::uint64_t actors) {
  const std::uint64_t size = group_size(actors, Activity::most_rows);
  return {size, std::vector(static_cast<std::size_t>((actors + size - 1) / size),
                            TimeBuckets<Activity::Time>(Activity::most_spans))};
}

}  // namespace

Activity::Activity(const Scenario& scenario)
    : producers_(groups(scenario.producers)), consumers_(groups(scenario.consumers)), depth_(most_spans) {}

void Activity::on(const Happening& happening) {
  if (happening.kind == Happening::Kind::put) {
    depth_until(happening.at);
    ++queued_;
    depth_.over(happening.at, happening.at, [this](Depth& depth, double) { depth.most = std::max(depth.most, queued_); });
  } else if (happening.kind == Happening::Kind::got) {
    depth_until(happening.at);
    --queued_;
  }
}

void Activity::on(const Slice& slice) {
  Groups& groups = slice.who.role == Actor::Role::producer ? producers_ : consumers_;
  auto& row = groups.rows[(slice.who.number - 1) / groups.size];
  row.over(slice.from, slice.to, [blocked = slice.blocked()](Time& time, double seconds) {
    (blocked ? time.blocked : time.working) += seconds;
  });
}

void Activity::end(double at) {
  depth_until(at);
  depth_.reach(at);
  for (Groups* groups : {&producers_, &consumers_})
    for (auto& row : groups->rows) row.reach(at);
}

void Activity::depth_until(double at) {
  depth_.over(depth_since_, at, [this](Depth& depth, double seconds) {
    depth.area += static_cast<double>(queued_) * seconds;
    depth.least = std::min(depth.least, queued_);
    depth.most = std::max(depth.most, queued_);
  });
  depth_since_ = at;
}

std::uint64_t group_size(std::uint64_t actors, std::uint64_t most) {
  for (std::uint64_t ten = 1;; ten *= 10)
    for (const std::uint64_t size : {ten, 2 * ten, 5 * ten})
      if (actors <= size * most) return size;
}

}  // namespace pcsim
