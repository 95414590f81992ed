#include <pcsim/runtime/event.hpp>

#include <pcsim/runtime/cancelled.hpp>
#include <support/virtual_loop.hpp>

#include <doctest/doctest.h>

#include <string>

namespace pcsim {
namespace {

TEST_CASE("waiting for an event that is set does not suspend") {
  VirtualLoop world;
  Event event(world.loop, "event");
  CHECK_FALSE(event.is_set());
  event.set();
  CHECK(event.is_set());
  int rounds_passed = -1;
  world.run([&]() -> Coroutine<> {
    const Rounds rounds(world.loop);
    co_await event.wait();
    co_await event.wait();
    rounds_passed = rounds.count();
  });
  CHECK(rounds_passed == 0);
}

TEST_CASE("set() wakes all who wait, in the order in which they came, one round later") {
  VirtualLoop world;
  Journal journal;
  Event event(world.loop, "event");
  const auto waiter = [&](std::string name) -> Coroutine<> {
    co_await event.wait();
    journal(world.loop, name);
  };
  Task a(world.loop, waiter("a"));
  Task b(world.loop, waiter("b"));
  Task c(world.loop, waiter("c"));
  world.run([&]() -> Coroutine<> {
    co_await world.loop.sleep(1);
    event.set();
    event.set();
    journal(world.loop, "set");
    co_await world.loop.sleep(0);
    journal(world.loop, "main");
  });
  CHECK(journal.text() == "1 set, 1 a, 1 b, 1 c, 1 main");
}

TEST_CASE("who was woken has its turn even if the event is cleared by then, who comes after that waits") {
  VirtualLoop world;
  Journal journal;
  Event event(world.loop, "event");
  const auto waiter = [&](std::string name) -> Coroutine<> {
    co_await event.wait();
    journal(world.loop, name);
  };
  Task early(world.loop, waiter("early"));
  world.run([&]() -> Coroutine<> {
    co_await world.loop.sleep(1);
    event.set();
    event.clear();
    CHECK_FALSE(event.is_set());
    Task late(world.loop, waiter("late"));
    co_await world.loop.sleep(1);
    event.set();
    co_await late;
  });
  CHECK(journal.text() == "1 early, 2 late");
}

TEST_CASE("a waiter that is cancelled leaves the others to wait") {
  VirtualLoop world;
  Journal journal;
  Event event(world.loop, "event");
  const auto waiter = [&](std::string name) -> Coroutine<> {
    try {
      co_await event.wait();
      journal(world.loop, name);
    } catch (const Cancelled&) {
      journal(world.loop, name + " cancelled");
      throw;
    }
  };
  Task a(world.loop, waiter("a"));
  Task b(world.loop, waiter("b"));
  world.run([&]() -> Coroutine<> {
    co_await world.loop.sleep(1);
    a.cancel();
    co_await world.loop.sleep(1);
    event.set();
    co_await b;
  });
  CHECK(journal.text() == "1 a cancelled, 2 b");
}

TEST_CASE("an event names the wait for it") {
  VirtualLoop world;
  Event event(world.loop, "the starting gun");
  const auto waiter = [&]() -> Coroutine<> { co_await event.wait(); };
  Task task(world.loop, waiter());
  CHECK(world.loop.run_until_complete(task) == Loop::Ended::deadlock);
  CHECK(std::string(task.waiting()->what) == "the starting gun");
  CHECK(task.waiting()->since == 0);
}

}  // namespace
}  // namespace pcsim
