#include <pcsim/observe/report.hpp>

#include <pcsim/assert.hpp>
#include <pcsim/observe/bottleneck.hpp>
#include <pcsim/observe/ratio.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <utility>

namespace pcsim {

namespace {

using Stuck = Outcome::Stuck;

std::string name(Actor who) {
  if (who.role == Actor::Role::none) return "the shutdown";
  return fmt::format("{}{}", who.role == Actor::Role::producer ? 'P' : 'C', who.number);
}

std::string_view why(std::string_view what) {
  if (what == "get") return "the queue is empty, and nobody is left to put";
  if (what == "put") return "the queue is full, and nobody is left to get";
  if (what == "join") return "not all that was put is done, and nobody is left to do it";
  if (what == "ready") return "nobody is left to say so";
  if (what == "tasks") return "they will never end";
  return "who holds it will never let go";
}

// What a table of durations is in, so that the longest has a few digits before its point.
struct Unit {
  std::string_view title;
  double seconds;
};

Unit unit_for(double longest) {
  if (longest >= 1) return {"seconds", 1};
  return longest >= 1e-3 ? Unit{"ms", 1e-3} : Unit{"us", 1e-6};
}

// With three decimals, as in the trace, as long as it fits a column.
std::string decimal(double value) {
  if (value < 1e6) return fmt::format("{:.3f}", value);
  return value < 1e9 ? fmt::format("{:.0f}", value) : fmt::format("{:.4g}", value);
}

bool same_lot(const Stuck& a, const Stuck& b) {
  return a.who.role == b.who.role && std::string_view(a.what) == b.what && a.since == b.since;
}

}  // namespace

std::string summary(const Scenario& scenario, const Statistics& statistics, Detail detail) {
  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "elapsed     {} s, {:.6g} items/s, seed {}\n", decimal(statistics.makespan()), statistics.throughput(),
                 scenario.seed);
  fmt::format_to(out, "sequential  {} s, the same delays one after another\n", decimal(statistics.delays().total()));
  fmt::format_to(out, "items       {} of {} produced, {} consumed", statistics.put(), scenario.items, statistics.consumed());
  const auto add = [&](std::uint64_t count, std::string_view what) {
    if (count > 0) fmt::format_to(out, ", {} {}", count, what);
  };
  add(statistics.timed_out(), "timed out");
  add(statistics.failed(), "failed");
  add(statistics.unfinished(), "unfinished");
  add(statistics.queued(), "left in the queue");
  add(statistics.never_put(), "never put");

  const Unit unit = unit_for(std::max({statistics.latency().max(), statistics.blocked().max(), statistics.wait().max()}));
  fmt::format_to(out, "\n{:<10}{:>11}{:>11}{:>11}{:>11}{:>11}{:>11}{:>11}\n", unit.title, "mean", "stddev", "p50", "p90", "p99",
                 "p99.9", "max");
  const auto add_row = [&](std::string_view name, const Distribution& d) {
    fmt::format_to(out, "{:<10}", name);
    for (const double value :
         {d.mean(), d.stddev(), d.percentile(0.5), d.percentile(0.9), d.percentile(0.99), d.percentile(0.999), d.max()})
      fmt::format_to(out, "{:>11}", decimal(value / unit.seconds));
    text += '\n';
  };
  add_row("wait", statistics.wait());
  add_row("service", statistics.service());
  add_row("latency", statistics.latency());
  if (scenario.maxsize > 0) add_row("blocked", statistics.blocked());

  fmt::format_to(out, "queue       {:.3f} deep on average, {} at most", statistics.mean_depth(), statistics.max_depth());
  if (scenario.maxsize > 0) fmt::format_to(out, " of {}, full {:.0f} % of the time", scenario.maxsize, 100 * statistics.full());
  fmt::format_to(out, ", empty {:.0f} %\n", 100 * statistics.empty());

  const std::size_t shown = detail == Detail::full ? SIZE_MAX : 8;
  const double makespan = statistics.makespan();
  const auto add_actors = [&](char role, const auto& actors, std::string_view did, const auto& idle) {
    for (std::size_t i = 0; i < std::min(actors.size(), shown); ++i)
      fmt::format_to(out, "{:<10}  {} {}, busy {} s ({:.0f} %), {} s {}\n", fmt::format("{}{}", role, i + 1), actors[i].items,
                     did, decimal(actors[i].busy), 100 * ratio(actors[i].busy, makespan), decimal(actors[i].*idle.first),
                     idle.second);
    if (actors.size() > shown) fmt::format_to(out, "...         and {} more; --summary full lists all\n", actors.size() - shown);
  };
  add_actors('P', statistics.producers(), "put", std::pair(&Statistics::Producer::blocked, "blocked"));
  add_actors('C', statistics.consumers(), "consumed", std::pair(&Statistics::Consumer::waiting, "waiting"));
  text += bottleneck(scenario, statistics) + "\n";
  return text;
}

std::string deadlock_report(const Outcome& outcome) {
  PCSIM_ASSERT(outcome.deadlock);
  std::string text = fmt::format("deadlock at {:.3f}: nothing is ready, and no timer is set\n", outcome.at);
  for (auto first = outcome.stuck.begin(); first != outcome.stuck.end();) {
    const auto next = std::find_if_not(first, outcome.stuck.end(), [&](const Stuck& other) { return same_lot(*first, other); });
    const auto last = std::prev(next);
    const std::string who = first == last ? name(first->who) : fmt::format("{} to {}", name(first->who), name(last->who));
    fmt::format_to(std::back_inserter(text), "  {} in {} since {:.3f}: {}\n", who, first->what, first->since, why(first->what));
    first = next;
  }
  return text;
}

}  // namespace pcsim
