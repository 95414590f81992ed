#include <pcsim/study/compare.hpp>

#include <pcsim/assert.hpp>
#include <pcsim/model/setting.hpp>
#include <pcsim/observe/delay_book.hpp>
#include <pcsim/runtime/clock.hpp>
#include <pcsim/runtime/coroutine.hpp>
#include <pcsim/runtime/loop.hpp>
#include <pcsim/runtime/task.hpp>
#include <pcsim/study/stoppable_run.hpp>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace pcsim {

namespace {

Coroutine<> one_after_another(Loop& loop, const std::vector<DelayBook::Item>& items) {
  for (const DelayBook::Item& item : items)
    for (const double seconds : {item.produce, item.work, item.lock})
      if (seconds > 0) co_await loop.sleep(seconds);
}

std::optional<double> run_sequentially(const std::vector<DelayBook::Item>& items, Clock& clock, std::stop_token stop) {
  boost::asio::io_context host(1);
  Loop loop(host, clock);
  Task all(loop, one_after_another(loop, items));
  return until_stopped(host, loop, std::move(stop), [&] {
    loop.run_until_complete(all);
    return loop.elapsed();
  });
}

Comparison::Bound bound_of(const Scenario& scenario, const Delays& delays) {
  const auto longest = std::max_element(delays.produce().begin(), delays.produce().end());
  Comparison::Bound bound{*longest, fmt::format("P{} alone takes {:.3f} s", longest - delays.produce().begin() + 1, *longest)};
  const auto at_least = [&](double seconds, std::string why) {
    if (seconds > bound.seconds) bound = {seconds, std::move(why)};
  };
  const std::uint64_t at_once = scenario.works_at_once();
  // A consumer that waits for a thread may give up before it has worked at all.
  const bool all_is_done = scenario.work != Scenario::Work::thread || !scenario.timeout;
  if (all_is_done)
    at_least(delays.work() / static_cast<double>(at_once),
             fmt::format("{} at a time do {:.3f} s of work", at_once, delays.work()));
  // Drawn ahead, an item's time in the lock is not spent where the work on it is given up.
  const bool all_is_locked = scenario.streams != Scenario::Streams::per_item || !scenario.timeout;
  if (all_is_locked) at_least(delays.lock(), fmt::format("the lock is held for {:.3f} s", delays.lock()));
  return bound;
}

}  // namespace

std::optional<Comparison> compare(const Scenario& scenario, std::stop_token stop, const CompareProgress& progress) {
  PCSIM_ASSERT(!find_conflict(scenario) && !scenario.stop_after);
  VirtualClock virtual_clock;
  DelayBook delays(scenario);
  auto outcome = run(scenario, virtual_clock, {&delays}, stop);
  if (!outcome) return std::nullopt;
  Comparison comparison;
  comparison.consumers = scenario.consumers;
  comparison.outcome = *std::move(outcome);
  comparison.sequential = delays.sums().total();
  comparison.concurrent = comparison.outcome.at;
  comparison.bound = bound_of(scenario, delays.sums());
  const bool wall = scenario.clock == Scenario::Clock::wall;
  if (!wall || comparison.outcome.deadlock || comparison.outcome.failed) return comparison;

  const double speed = scenario.speed.value_or(1);
  const auto say = [&](const char* what, double seconds) {
    if (progress) progress(what, seconds / speed);
  };
  say("sequential", comparison.sequential);
  WallClock first(speed);
  const auto sequential = run_sequentially(delays.items(), first, stop);
  if (!sequential) return std::nullopt;
  say("concurrent", comparison.concurrent);
  WallClock second(speed);
  const auto concurrent = run(scenario, second, {}, stop);
  if (!concurrent) return std::nullopt;
  comparison.sequential = *sequential;
  comparison.concurrent = concurrent->at;
  return comparison;
}

}  // namespace pcsim
