#include <pcsim/observe/report.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

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

bool same_lot(const Stuck& a, const Stuck& b) {
  return a.who.role == b.who.role && std::string_view(a.what) == b.what && a.since == b.since;
}

}  // namespace

std::string summary(const Scenario& scenario, const Outcome& outcome, const Tally& tally) {
  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "elapsed     {:.3f} s, seed {}\n", outcome.at, scenario.seed);
  fmt::format_to(out, "sequential  {:.3f} s, the same delays one after another\n", tally.delays());
  fmt::format_to(out, "items       {} of {} produced, {} consumed", tally.produced(), scenario.items, tally.consumed());
  if (tally.timed_out() > 0) fmt::format_to(out, ", {} timed out", tally.timed_out());
  if (tally.failed() > 0) fmt::format_to(out, ", {} failed", tally.failed());
  if (tally.unfinished() > 0) fmt::format_to(out, ", {} unfinished", tally.unfinished());
  if (tally.queued() > 0) fmt::format_to(out, ", {} left in the queue", tally.queued());
  if (tally.never_put() > 0) fmt::format_to(out, ", {} never put", tally.never_put());
  fmt::format_to(out, "\nqueue       {} deep at most", tally.max_depth());
  if (scenario.maxsize > 0) fmt::format_to(out, " of {}", scenario.maxsize);
  constexpr std::size_t shown = 16;
  const auto& consumers = tally.consumers();
  for (std::size_t i = 0; i < std::min(consumers.size(), shown); ++i) {
    const double busy = outcome.at > 0 ? 100 * consumers[i].busy / outcome.at : 0;
    fmt::format_to(out, "\n{:<11} {} consumed, busy {:.3f} s ({:.0f} %)", fmt::format("C{}", i + 1), consumers[i].consumed,
                   consumers[i].busy, busy);
  }
  if (consumers.size() > shown) fmt::format_to(out, "\n...         and {} more consumers", consumers.size() - shown);
  text += '\n';
  return text;
}

std::string deadlock_report(const Outcome& outcome) {
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
