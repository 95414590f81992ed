// What the public headers REQUIRE, in a build that checks it.
#include "death.hpp"

#include <support/virtual_loop.hpp>

#include <pcsim/model/delay.hpp>
#include <pcsim/model/pipeline.hpp>
#include <pcsim/observe/distribution.hpp>
#include <pcsim/runtime/timer_queue.hpp>
#include <pcsim/study/grid.hpp>
#include <pcsim/study/part.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace pcsim {
namespace {

#ifdef PCSIM_ASSERTIONS
constexpr bool checked = true;
#else
constexpr bool checked = false;
#endif

struct Nothing final : Callback {
  void run() override {}
};

void cancel_twice() {
  Nothing callback;
  TimerQueue timers;
  const auto id = timers.push(1, callback);
  timers.cancel(id);
  timers.cancel(id);
}

void schedule_twice() {
  Nothing callback;
  VirtualLoop world;
  world.loop.call_soon(callback);
  world.loop.call_soon(callback);
}

void run_what_does_not_go_together() {
  VirtualLoop world;
  Scenario scenario;
  scenario.sentinels = 1;
  scenario.shutdown = Scenario::Shutdown::join_cancel;
  Pipeline(world.loop, scenario, {});
}

TEST_CASE("a caller that breaks a precondition is told which one, and where" * doctest::skip(!checked)) {
  const std::vector<std::pair<std::function<void()>, std::string>> broken{
      {[] { static_cast<void>(Delay::constant(-1)); }, "constant(): assertion failed: seconds >= 0"},
      {[] { static_cast<void>(Delay::uniform(2, 1)); }, "uniform(): assertion failed: 0 <= low && low <= high"},
      {[] { static_cast<void>(Distribution().percentile(0)); }, "percentile(): assertion failed: 0 < q && q <= 1"},
      {[] { static_cast<void>(Grid(Scenario(), {}).values(1)); }, "values(): assertion failed: index < size()"},
      {[] { static_cast<void>(Merger("1").plan()); }, "plan(): assertion failed: plan_"},
      {[] { static_cast<void>(TimerQueue().pop()); }, "pop(): assertion failed: !empty()"},
      {cancel_twice, "cancel(): assertion failed: "},
      {schedule_twice, "call_soon(): assertion failed: !callback.is_linked()"},
      {run_what_does_not_go_together, "Pipeline(): assertion failed: !find_conflict(scenario)"},
  };
  for (const auto& [action, words] : broken) {
    CAPTURE(words);
    CHECK(last_words(action).find(words) != std::string::npos);
  }
}

}  // namespace
}  // namespace pcsim
