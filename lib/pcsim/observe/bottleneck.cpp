#include <pcsim/observe/bottleneck.hpp>

#include <pcsim/observe/ratio.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace pcsim {

namespace {

// Busy for less of the time than this, nothing is at its limit.
constexpr double saturated = 0.85;

std::string percent(double share) { return fmt::format("{:.0f} %", 100 * share); }

}  // namespace

std::string bottleneck(const Scenario& scenario, const Statistics& statistics) {
  const double makespan = statistics.makespan();
  if (makespan <= 0) return "limited by nothing: it took no time";

  struct Resource {
    double busy = 0;
    std::string evidence;
  };
  Resource busiest{statistics.utilization(),
                   fmt::format("the consumers: they are busy {} of the time", percent(statistics.utilization()))};
  const auto consider = [&](double busy, std::string evidence) {
    if (busy > busiest.busy) busiest = {busy, std::move(evidence)};
  };

  const auto& producers = statistics.producers();
  const auto hardest =
      std::max_element(producers.begin(), producers.end(), [](const auto& a, const auto& b) { return a.busy < b.busy; });
  consider(hardest->busy / makespan,
           fmt::format("the producers: P{} is busy {} of the time, and the queue is empty {} of it",
                       hardest - producers.begin() + 1, percent(hardest->busy / makespan), percent(statistics.empty())));
  // Where consumers stand in line for something, that is what is short, though it makes them look busy.
  const double at_once = static_cast<double>(scenario.works_at_once());
  // What was drawn ahead of its time may not be spent by the end.
  const double working = std::min(ratio(statistics.worked(), at_once * makespan), 1.0);
  const std::string in_use = percent(working);
  if (scenario.works_at_once() < scenario.consumers && working >= saturated) {
    if (scenario.work == Scenario::Work::block)
      busiest = {working, fmt::format("blocking work: the loop is blocked {} of the time", in_use)};
    else if (scenario.limit && *scenario.limit == scenario.works_at_once())
      busiest = {working, fmt::format("the limit: its {} permits are in use {} of the time", *scenario.limit, in_use)};
    else
      busiest = {working, fmt::format("the pool: its {} threads are busy {} of the time", scenario.pool_size(), in_use)};
  }
  const double locked = std::min(ratio(statistics.locked(), makespan), 1.0);
  if (locked >= saturated) busiest = {locked, fmt::format("the lock: it is held {} of the time", percent(locked))};

  const double blocked = statistics.put() == 0 ? 0 : statistics.blocked().mean() * static_cast<double>(statistics.put());
  const double blocked_share = blocked / (makespan * static_cast<double>(scenario.producers));
  if (busiest.busy < saturated && statistics.full() > 0 && blocked_share > 0.05)
    return fmt::format(
        "limited by the queue's size: producers stand before a full queue {} of the time, and consumers are busy {} of it",
        percent(blocked_share), percent(statistics.utilization()));
  return "limited by " + busiest.evidence;
}

}  // namespace pcsim
