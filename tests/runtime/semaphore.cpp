#include <pcsim/runtime/semaphore.hpp>

#include <pcsim/runtime/cancelled.hpp>
#include <support/virtual_loop.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace pcsim {
namespace {

struct Users {
  /// Takes a permit, and gives it back after `delay`.
  Coroutine<> use(std::string name, double delay) {
    try {
      const Semaphore::Permit permit = co_await semaphore.acquire();
      journal(loop, name);
      if (delay > 0) co_await loop.sleep(delay);
    } catch (const Cancelled&) {
      journal(loop, name + " cancelled");
      throw;
    }
  }

  Loop& loop;
  Semaphore& semaphore;
  Journal journal{};
};

TEST_CASE("a permit that is there is given without suspending, and comes back when it is destroyed") {
  VirtualLoop world;
  Semaphore semaphore(world.loop, 2, "semaphore");
  int rounds_passed = -1;
  world.run([&]() -> Coroutine<> {
    const Rounds rounds(world.loop);
    std::optional<Semaphore::Permit> first = co_await semaphore.acquire();
    CHECK_FALSE(semaphore.locked());
    Semaphore::Permit second = co_await semaphore.acquire();
    CHECK(semaphore.locked());
    first.reset();
    CHECK_FALSE(semaphore.locked());
    first = std::move(second);
    CHECK_FALSE(semaphore.locked());
    co_await semaphore.acquire();  // given back at once
    CHECK_FALSE(semaphore.locked());
    rounds_passed = rounds.count();
  });
  CHECK(rounds_passed == 0);
}

TEST_CASE("never more than the permits there are, are held at once, and all get one") {
  VirtualLoop world;
  Semaphore semaphore(world.loop, 3, "semaphore");
  int held = 0;
  int most = 0;
  int served = 0;
  const auto user = [&](double delay) -> Coroutine<> {
    const Semaphore::Permit permit = co_await semaphore.acquire();
    most = std::max(most, ++held);
    co_await world.loop.sleep(delay);
    --held;
    ++served;
  };
  world.run([&]() -> Coroutine<> {
    std::deque<Task<>> tasks;
    for (int i = 0; i < 30; ++i) tasks.emplace_back(world.loop, user(0.1 * (i % 4)));
    for (Task<>& task : tasks) co_await task;
  });
  CHECK(most == 3);
  CHECK(served == 30);
  CHECK_FALSE(semaphore.locked());
}

TEST_CASE("permits are given in the order in which they were asked for") {
  VirtualLoop world;
  Semaphore semaphore(world.loop, 1, "semaphore");
  Users users{world.loop, semaphore};
  world.run([&]() -> Coroutine<> {
    Task a(world.loop, users.use("a", 1));
    Task b(world.loop, users.use("b", 1));
    Task c(world.loop, users.use("c", 1));
    co_await c;
  });
  CHECK(users.journal.text() == "0 a, 1 b, 2 c");
}

TEST_CASE("a newcomer does not overtake a waiter that has been given a permit and not had its turn") {
  VirtualLoop world;
  Semaphore semaphore(world.loop, 1, "semaphore");
  Users users{world.loop, semaphore};
  world.run([&]() -> Coroutine<> {
    std::optional<Semaphore::Permit> permit = co_await semaphore.acquire();
    Task waiter(world.loop, users.use("waiter", 0));
    co_await world.loop.sleep(0);
    permit.reset();  // the waiter's from now on
    CHECK(semaphore.locked());
    const Semaphore::Permit mine = co_await semaphore.acquire();
    users.journal(world.loop, "newcomer");
  });
  CHECK(users.journal.text() == "0 waiter, 0 newcomer");
}

TEST_CASE("two permits that come back at once are taken by two waiters") {
  VirtualLoop world;
  Semaphore semaphore(world.loop, 2, "semaphore");
  Users users{world.loop, semaphore};
  world.run([&]() -> Coroutine<> {
    std::optional<Semaphore::Permit> first = co_await semaphore.acquire();
    std::optional<Semaphore::Permit> second = co_await semaphore.acquire();
    Task a(world.loop, users.use("a", 1));
    Task b(world.loop, users.use("b", 1));
    Task c(world.loop, users.use("c", 1));
    co_await world.loop.sleep(1);
    first.reset();
    second.reset();
    co_await c;
  });
  CHECK(users.journal.text() == "1 a, 1 b, 2 c");
}

TEST_CASE("a waiter that is cancelled leaves the line") {
  VirtualLoop world;
  Semaphore semaphore(world.loop, 1, "semaphore");
  Users users{world.loop, semaphore};
  Task holder(world.loop, users.use("holder", 2));
  Task a(world.loop, users.use("a", 1));
  Task b(world.loop, users.use("b", 1));
  world.run([&]() -> Coroutine<> {
    co_await world.loop.sleep(1);
    a.cancel();
    co_await b;
  });
  CHECK(users.journal.text() == "0 holder, 1 a cancelled, 2 b");
  CHECK_FALSE(semaphore.locked());
}

TEST_CASE("a waiter that is cancelled after it was given a permit hands it on") {
  VirtualLoop world;
  Semaphore semaphore(world.loop, 1, "semaphore");
  Users users{world.loop, semaphore};
  CHECK(world.run([&]() -> Coroutine<> {
    std::optional<Semaphore::Permit> permit = co_await semaphore.acquire();
    Task a(world.loop, users.use("a", 1));
    Task b(world.loop, users.use("b", 1));
    co_await world.loop.sleep(1);
    permit.reset();
    a.cancel();
    co_await b;
  }) == Loop::Ended::done);
  CHECK(users.journal.text() == "1 a cancelled, 1 b");
  CHECK_FALSE(semaphore.locked());
}

TEST_CASE("a waiter that is cancelled after it was given a permit, with nobody else in line, gives it back") {
  VirtualLoop world;
  Semaphore semaphore(world.loop, 1, "semaphore");
  Users users{world.loop, semaphore};
  world.run([&]() -> Coroutine<> {
    std::optional<Semaphore::Permit> permit = co_await semaphore.acquire();
    Task a(world.loop, users.use("a", 1));
    co_await world.loop.sleep(1);
    permit.reset();
    a.cancel();
    co_await world.loop.sleep(1);
  });
  CHECK_FALSE(semaphore.locked());
}

TEST_CASE("who throws or is cancelled with a permit in hand gives it back") {
  VirtualLoop world;
  Semaphore semaphore(world.loop, 1, "semaphore");
  Users users{world.loop, semaphore};
  Task holder(world.loop, users.use("holder", 100));
  Task next(world.loop, users.use("next", 0));
  world.run([&]() -> Coroutine<> {
    co_await world.loop.sleep(1);
    holder.cancel();
    co_await next;
  });
  CHECK(users.journal.text() == "0 holder, 1 holder cancelled, 1 next");
}

TEST_CASE("without permits all wait for ever, in a wait of that name") {
  VirtualLoop world;
  Semaphore semaphore(world.loop, 0, "limit");
  CHECK(semaphore.locked());
  Users users{world.loop, semaphore};
  Task task(world.loop, users.use("task", 0));
  CHECK(world.loop.run_until_complete(task) == Loop::Ended::deadlock);
  CHECK(std::string(task.waiting()->what) == "limit");
}

TEST_CASE("holders and waiters may be torn down in any order") {
  for (const bool holder_first : {true, false}) {
    VirtualLoop world;
    Semaphore semaphore(world.loop, 1, "semaphore");
    Users users{world.loop, semaphore};
    auto holder = std::make_unique<Task<>>(world.loop, users.use("holder", 100));
    auto waiter = std::make_unique<Task<>>(world.loop, users.use("waiter", 100));
    world.run([&]() -> Coroutine<> { co_await world.loop.sleep(1); });
    if (holder_first) holder.reset();
    waiter.reset();
    holder.reset();
    CHECK(users.journal.text() == "0 holder");
  }
}

}  // namespace
}  // namespace pcsim
