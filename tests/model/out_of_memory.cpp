#include <pcsim/model/pipeline.hpp>

#include <pcsim/model/setting.hpp>
#include <pcsim/observe/statistics.hpp>
#include <pcsim/runtime/cancelled.hpp>
#include <pcsim/runtime/clock.hpp>
#include <pcsim/runtime/coroutine.hpp>
#include <pcsim/runtime/event.hpp>
#include <pcsim/runtime/lock.hpp>
#include <pcsim/runtime/loop.hpp>
#include <pcsim/runtime/queue.hpp>
#include <pcsim/runtime/semaphore.hpp>
#include <pcsim/runtime/task.hpp>
#include <pcsim/runtime/thread_pool.hpp>
#include <pcsim/runtime/timeout.hpp>
#include <pcsim/runtime/wait.hpp>
#include <support/allocations.hpp>

#include <doctest/doctest.h>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <fstream>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pcsim {
namespace {

using Given = std::vector<std::pair<std::string_view, std::string>>;

Scenario scenario_of(const Given& given) {
  Scenario scenario;
  scenario.clock = Scenario::Clock::virtual_time;
  for (const auto& [name, text] : given) {
    const auto all = settings();
    std::find_if(all.begin(), all.end(), [name = name](const Setting& s) { return s.name == name; })->set(scenario, text);
  }
  return scenario;
}

// Of one run: how it came out, and what it left behind.
struct Attempt {
  bool failed = false;  // an allocation
  bool told = false;
  std::int64_t leaked = 0;
};

using Run = std::function<void(boost::asio::io_context&)>;

Attempt attempt(const Run& run, std::uint64_t nth, bool from_then_on) {
  Attempt result;
  const std::int64_t before = allocations_alive();
  {
    boost::asio::io_context host(1);
    const FailingAllocation failing(nth, from_then_on);
    try {
      run(host);
    } catch (const std::bad_alloc&) {
      result.told = true;
    }
    result.failed = failing.has_failed();
  }
  result.leaked = allocations_alive() - before;
  return result;
}

// Lets every allocation of `run` fail in turn, by itself and with all after it. A run that never ends shows as a test that does
// not.
void let_each_allocation_fail(const Run& run) {
  attempt(run, 0, false);  // what is made once and for all
  for (const bool from_then_on : {false, true}) {
    CAPTURE(from_then_on);
    std::uint64_t nth = 1;
    for (bool failed = true; failed; ++nth) {
      CAPTURE(nth);
      REQUIRE(nth < 100'000);
      const Attempt result = attempt(run, nth, from_then_on);
      REQUIRE(result.told == result.failed);
      REQUIRE(result.leaked == 0);
      failed = result.failed;
    }
    REQUIRE(nth > 5);
  }
}

const std::string log_path = "out_of_memory_test.csv";

const std::vector<Given> scenarios{
    {},                                                                                             // sleep, get
    {{"maxsize", "1"}, {"produce-delay", "0"}, {"producers", "3"}},                                 // put
    {{"shutdown", "join-sentinel"}, {"streams", "per-actor"}},                                      // join
    {{"shutdown", "join-cancel"}, {"streams", "per-item"}, {"produce-first", "true"}},              // cancelled waits
    {{"ready-after", "0.2"}, {"items", "40"}, {"produce-delay", "1ms"}},                            // an event, a growing queue
    {{"consumers", "4"}, {"limit", "1"}, {"produce-delay", "0"}},                                   // a semaphore
    {{"consumers", "4"}, {"lock-delay", "0.1"}, {"produce-delay", "0"}},                            // a lock
    {{"consumers", "4"}, {"work", "thread"}, {"threads", "2"}, {"timeout", "60ms"}},                // threads, given up
    {{"consumers", "3"}, {"timeout", "40ms"}, {"limit", "2"}, {"lock-delay", "10ms"}},              // a timeout
    {{"work", "block"}},                                                                            // a pause
    {{"fail-at", "2"}, {"on-failure", "continue"}},                                                 // a failure survived
    {{"fail-at", "2"}, {"on-failure", "stop"}, {"on-stop", "drain"}},                               // a stop that drains
    {{"stop-after", "0.1"}, {"on-stop", "finish"}, {"maxsize", "2"}},                               // one that finishes
    {{"stop-after", "0.1"}, {"on-stop", "cancel"}, {"work", "thread"}},                             // one that cancels
    {{"sentinels", "0"}},                                                                           // a deadlock
    {{"arrivals", log_path}, {"items", "3"}},                                                       // a log
    {{"consumers", "200"}, {"producers", "100"}, {"items", "400"}, {"produce-delay", "exp:10ms"}},  // timers in buckets
    {{"consumers", "200"}, {"items", "400"}, {"produce-delay", "0"}, {"stop-after", "30ms"}},       // and cancelled
};

TEST_CASE("whichever allocation of a pipeline's run fails, out of memory comes out of it, and nothing leaks or stands still") {
  std::ofstream(log_path) << "at,service\n0,0.1\n0.5,0.2\n0.5,0.1\n";
  for (const Given& given : scenarios) {
    std::string settings_given;
    for (const auto& [name, text] : given) settings_given += std::string(name) + ' ' + text + ' ';
    CAPTURE(settings_given);
    const Scenario scenario = scenario_of(given);
    let_each_allocation_fail([&](boost::asio::io_context& host) {
      VirtualClock clock;
      Loop loop(host, clock);
      Statistics statistics(scenario);
      const Outcome outcome = Pipeline(loop, scenario, {&statistics}).run();
      if (outcome.deadlock != (scenario.sentinels == 0)) throw std::logic_error("a deadlock, or none");
    });
  }
  std::remove(log_path.c_str());
}

TEST_CASE("whichever allocation of a live run fails, out of memory comes out of it") {
  const Scenario scenario = scenario_of({{"items", "4"}, {"produce-delay", "1us,2us"}, {"consume-delay", "1us"}});
  let_each_allocation_fail([&](boost::asio::io_context& host) {
    WallClock clock(1);
    Loop loop(host, clock);
    Pipeline(loop, scenario, {}).run();
  });
}

// What main awaits.
using Main = std::function<Coroutine<>(Loop&)>;

void run(boost::asio::io_context& host, const Main& main) {
  VirtualClock clock;
  Loop loop(host, clock);
  Task task(loop, main(loop));
  if (loop.run_until_complete(task) != Loop::Ended::done) throw std::logic_error("a deadlock");
}

Coroutine<> sleep_often(Loop& loop, double seconds) {
  for (int i = 0; i < 3; ++i) co_await loop.sleep(seconds);
}

// Every kind of wait of the runtime, several at a time.
const std::vector<std::pair<std::string, Main>> waits{
    {"sleep",
     [](Loop& loop) -> Coroutine<> {
       co_await loop.sleep(1);
       co_await loop.sleep(0);
       co_await loop.sleep_until(5);
       co_await loop.sleep_until(2);
     }},
    {"tasks, joined",
     [](Loop& loop) -> Coroutine<> {
       std::deque<Task<>> tasks;
       for (int i = 0; i < 200; ++i) tasks.emplace_back(loop, sleep_often(loop, i));
       for (Task<>& task : tasks) co_await task;
     }},
    {"tasks, waited for",
     [](Loop& loop) -> Coroutine<> {
       std::deque<Task<>> tasks;
       for (int i = 0; i < 20; ++i) tasks.emplace_back(loop, sleep_often(loop, 1), TaskBase::OnException::abort);
       WaitAll all(loop);
       for (Task<>& task : tasks) all.add(task);
       co_await all;
     }},
    {"tasks, cancelled",
     [](Loop& loop) -> Coroutine<> {
       std::deque<Task<>> tasks;
       for (int i = 0; i < 200; ++i) tasks.emplace_back(loop, sleep_often(loop, i), TaskBase::OnException::abort);
       co_await loop.sleep(1);
       for (Task<>& task : tasks) task.cancel();
       co_await loop.sleep(1);
     }},
    {"an event",
     [](Loop& loop) -> Coroutine<> {
       Event event(loop, "event");
       const auto set = [](Loop& its_loop, Event& its_event) -> Coroutine<> {
         co_await its_loop.sleep(1);
         its_event.set();
       };
       Task task(loop, set(loop, event), TaskBase::OnException::abort);
       co_await event.wait();
     }},
    {"a queue",
     [](Loop& loop) -> Coroutine<> {
       Queue<std::string> queue(loop, 2);
       const auto put = [](Queue<std::string>& into) -> Coroutine<> {
         const std::string longer_than_is_kept_in_place(100, 'x');
         for (int i = 0; i < 10; ++i) co_await into.put(longer_than_is_kept_in_place);
       };
       Task task(loop, put(queue), TaskBase::OnException::abort);
       for (int i = 0; i < 10; ++i) {
         co_await loop.sleep(1);
         const std::string got = co_await queue.get();
         queue.task_done();
       }
       co_await queue.join();
     }},
    {"a semaphore and a lock",
     [](Loop& loop) -> Coroutine<> {
       Semaphore semaphore(loop, 2, "semaphore");
       Lock lock(loop, "lock");
       const auto work = [](Loop& its_loop, Semaphore& its_semaphore, Lock& its_lock) -> Coroutine<> {
         const auto permit = co_await its_semaphore.acquire();
         const auto held = co_await its_lock.acquire();
         co_await its_loop.sleep(1);
       };
       std::deque<Task<>> tasks;
       for (int i = 0; i < 5; ++i) tasks.emplace_back(loop, work(loop, semaphore, lock));
       for (Task<>& task : tasks) co_await task;
     }},
    {"threads of a pool",
     [](Loop& loop) -> Coroutine<> {
       ThreadPool pool(loop, 2, "threads");
       const auto work = [](ThreadPool& its_pool) -> Coroutine<> {
         auto thread = co_await its_pool.acquire();
         co_await its_pool.work(std::move(thread), 1);
       };
       std::deque<Task<>> tasks;
       for (int i = 0; i < 5; ++i) tasks.emplace_back(loop, work(pool));
       for (Task<>& task : tasks) co_await task;
     }},
    {"a timeout",
     [](Loop& loop) -> Coroutine<> {
       for (const double limit : {0.0, 1.0, 10.0}) {
         Timeout timeout(loop, limit);
         try {
           co_await loop.sleep(5);
         } catch (const Cancelled&) {
           if (!timeout.exceeded()) throw;
         }
       }
     }},
};

TEST_CASE("whichever allocation fails in whatever wait, out of memory comes out of the run, and nothing leaks or stands still") {
  for (const auto& [name, main] : waits) {
    CAPTURE(name);
    let_each_allocation_fail([&main = main](boost::asio::io_context& host) { run(host, main); });
  }
}

}  // namespace
}  // namespace pcsim
