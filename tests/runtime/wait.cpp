#include <pcsim/runtime/wait.hpp>

#include <pcsim/runtime/cancelled.hpp>
#include <pcsim/runtime/event.hpp>
#include <support/virtual_loop.hpp>

#include <doctest/doctest.h>

#include <deque>
#include <memory>
#include <stdexcept>
#include <string>

namespace pcsim {
namespace {

TEST_CASE("who waits for all is resumed two rounds after the last one's last step") {
  VirtualLoop world;
  int last_ended_in = 0;
  int resumed_in = 0;
  world.run([&]() -> Coroutine<> {
    const Rounds rounds(world.loop);
    const auto turns = [&](int n) -> Coroutine<> {
      for (int i = 1; i < n; ++i) co_await world.loop.sleep(0);
      last_ended_in = rounds.count();
    };
    Task a(world.loop, turns(2));
    Task b(world.loop, turns(4));
    Task c(world.loop, turns(1));
    WaitAll all(world.loop);
    for (Task<>* const task : {&a, &b, &c}) all.add(*task);
    co_await all;
    resumed_in = rounds.count();
  });
  CHECK(last_ended_in == 4);
  CHECK(resumed_in == 6);
}

TEST_CASE("who waits for tasks that are all done is resumed two rounds later") {
  VirtualLoop world;
  int waited_in = 0;
  int resumed_in = 0;
  world.run([&]() -> Coroutine<> {
    const auto nothing = []() -> Coroutine<> { co_return; };
    Task a(world.loop, nothing());
    Task b(world.loop, nothing());
    co_await world.loop.sleep(0);
    const Rounds rounds(world.loop);
    co_await world.loop.sleep(0);
    waited_in = rounds.count();
    WaitAll all(world.loop);
    all.add(a);
    all.add(b);
    co_await all;
    resumed_in = rounds.count();
  });
  CHECK(waited_in == 1);
  CHECK(resumed_in == 3);
}

TEST_CASE("those that are done already do not keep who waits for all from waiting for the others") {
  VirtualLoop world;
  world.run([&]() -> Coroutine<> {
    const auto sleeper = [&](double seconds) -> Coroutine<> { co_await world.loop.sleep(seconds); };
    std::deque<Task<>> tasks;
    for (const double seconds : {0.0, 5.0, 0.0, 3.0}) tasks.emplace_back(world.loop, sleeper(seconds));
    co_await world.loop.sleep(1);
    WaitAll all(world.loop);
    for (Task<>& task : tasks) all.add(task);
    co_await all;
    for (const Task<>& task : tasks) CHECK(task.done());
  });
  CHECK(world.loop.time() == 5);
}

TEST_CASE("exceptions and cancellations of the tasks are left to them") {
  VirtualLoop world;
  CHECK(world.run([&]() -> Coroutine<> {
    const auto throws = []() -> Coroutine<> {
      throw std::runtime_error("thrown");
      co_return;
    };
    const auto sleeper = [&]() -> Coroutine<> { co_await world.loop.sleep(1); };
    Task a(world.loop, throws());
    Task b(world.loop, sleeper());
    b.cancel();
    WaitAll all(world.loop);
    all.add(a);
    all.add(b);
    co_await all;
    CHECK_THROWS_AS(a.result(), std::runtime_error);
    CHECK(b.cancelled());
  }) == Loop::Ended::done);
}

TEST_CASE("cancelling the wait cancels none of the tasks") {
  VirtualLoop world;
  Journal journal;
  const auto sleeper = [&]() -> Coroutine<> {
    co_await world.loop.sleep(5);
    journal(world.loop, "sleeper");
  };
  const auto nothing = []() -> Coroutine<> { co_return; };
  Task task(world.loop, sleeper());
  Task done(world.loop, nothing());
  const auto waiter = [&]() -> Coroutine<> {
    co_await world.loop.sleep(0);
    try {
      WaitAll all(world.loop);
      all.add(task);
      all.add(done);
      co_await all;
    } catch (const Cancelled&) {
      journal(world.loop, "cancelled");
    }
  };
  world.run([&]() -> Coroutine<> {
    Task waits(world.loop, waiter());
    co_await world.loop.sleep(1);
    waits.cancel();
    co_await waits;
    co_await task;
  });
  CHECK(journal.text() == "1 cancelled, 5 sleeper");
}

TEST_CASE("a wait that is cancelled at once, with some tasks done already, is cancelled") {
  VirtualLoop world;
  Journal journal;
  world.run([&]() -> Coroutine<> {
    const auto nothing = []() -> Coroutine<> { co_return; };
    Task done(world.loop, nothing());
    co_await done;
    const auto waiter = [&]() -> Coroutine<> {
      world.loop.current_task().cancel();
      WaitAll all(world.loop);
      all.add(done);
      co_await all;
      journal("never comes here");
    };
    Task waits(world.loop, waiter());
    for (int i = 0; i < 5; ++i) co_await world.loop.sleep(0);
    CHECK(waits.cancelled());
  });
  CHECK(journal.text().empty());
}

TEST_CASE("two may wait for the same tasks") {
  VirtualLoop world;
  Journal journal;
  const auto sleeper = [&]() -> Coroutine<> { co_await world.loop.sleep(1); };
  Task task(world.loop, sleeper());
  const auto waiter = [&](std::string name) -> Coroutine<> {
    WaitAll all(world.loop);
    all.add(task);
    co_await all;
    journal(world.loop, name);
  };
  world.run([&]() -> Coroutine<> {
    Task a(world.loop, waiter("a"));
    Task b(world.loop, waiter("b"));
    co_await b;
  });
  CHECK(journal.text() == "1 a, 1 b");
}

TEST_CASE("a task tells that it waits for tasks") {
  VirtualLoop world;
  Event never(world.loop, "never");
  const auto stuck = [&]() -> Coroutine<> { co_await never.wait(); };
  Task task(world.loop, stuck());
  const auto waiter = [&]() -> Coroutine<> {
    co_await world.loop.sleep(2);
    WaitAll all(world.loop);
    all.add(task);
    co_await all;
  };
  Task waits(world.loop, waiter());
  CHECK(world.loop.run_until_complete(waits) == Loop::Ended::deadlock);
  REQUIRE(waits.waiting().has_value());
  CHECK(std::string(waits.waiting()->what) == "tasks");
  CHECK(waits.waiting()->since == 2);
}

TEST_CASE("a wait may be torn down before its tasks, and the other way round") {
  for (const bool tasks_first : {true, false}) {
    CAPTURE(tasks_first);
    VirtualLoop world;
    const auto sleeper = [&]() -> Coroutine<> { co_await world.loop.sleep(1000); };
    auto task = std::make_unique<Task<>>(world.loop, sleeper());
    const auto wait = [&]() -> Coroutine<> {
      WaitAll all(world.loop);
      all.add(*task);
      co_await all;
    };
    auto waits = std::make_unique<Task<>>(world.loop, wait());
    world.run([&]() -> Coroutine<> { co_await world.loop.sleep(1); });
    if (tasks_first) task.reset();
    waits.reset();
  }
}

}  // namespace
}  // namespace pcsim
