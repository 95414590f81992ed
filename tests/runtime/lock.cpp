#include <pcsim/runtime/lock.hpp>

#include <pcsim/runtime/cancelled.hpp>
#include <support/virtual_loop.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace pcsim {
namespace {

struct Users {
  /// Takes the lock, and lets go of it after `delay`.
  Coroutine<> use(std::string name, double delay) {
    try {
      const Lock::Held held = co_await lock.acquire();
      journal(loop, name);
      if (delay > 0) co_await loop.sleep(delay);
    } catch (const Cancelled&) {
      journal(loop, name + " cancelled");
      throw;
    }
  }

  Loop& loop;
  Lock& lock;
  Journal journal{};
};

TEST_CASE("a free lock is taken without suspending, and is free again when what it gave is destroyed") {
  VirtualLoop world;
  Lock lock(world.loop, "lock");
  int rounds_passed = -1;
  world.run([&]() -> Coroutine<> {
    const Rounds rounds(world.loop);
    CHECK_FALSE(lock.locked());
    {
      Lock::Held held = co_await lock.acquire();
      CHECK(lock.locked());
      const Lock::Held moved = std::move(held);
      CHECK(lock.locked());
    }
    CHECK_FALSE(lock.locked());
    co_await lock.acquire();  // let go at once
    CHECK_FALSE(lock.locked());
    rounds_passed = rounds.count();
  });
  CHECK(rounds_passed == 0);
}

TEST_CASE("the lock is taken in the order in which it was asked for, by one at a time") {
  VirtualLoop world;
  Lock lock(world.loop, "lock");
  Users users{world.loop, lock};
  world.run([&]() -> Coroutine<> {
    Task a(world.loop, users.use("a", 1));
    Task b(world.loop, users.use("b", 2));
    Task c(world.loop, users.use("c", 1));
    co_await c;
  });
  CHECK(users.journal.text() == "0 a, 1 b, 3 c");
}

TEST_CASE("a newcomer does not overtake a waiter that was woken and has not had its turn") {
  VirtualLoop world;
  Lock lock(world.loop, "lock");
  Users users{world.loop, lock};
  world.run([&]() -> Coroutine<> {
    std::optional<Lock::Held> held = co_await lock.acquire();
    Task waiter(world.loop, users.use("waiter", 0));
    co_await world.loop.sleep(0);
    held.reset();
    CHECK_FALSE(lock.locked());  // nobody has it, but it is promised
    const Lock::Held mine = co_await lock.acquire();
    users.journal(world.loop, "newcomer");
  });
  CHECK(users.journal.text() == "0 waiter, 0 newcomer");
}

TEST_CASE("a woken waiter that is cancelled hands on") {
  VirtualLoop world;
  Lock lock(world.loop, "lock");
  Users users{world.loop, lock};
  CHECK(world.run([&]() -> Coroutine<> {
    std::optional<Lock::Held> held = co_await lock.acquire();
    Task a(world.loop, users.use("a", 1));
    Task b(world.loop, users.use("b", 1));
    co_await world.loop.sleep(1);
    held.reset();
    a.cancel();
    co_await b;
  }) == Loop::Ended::done);
  CHECK(users.journal.text() == "1 a cancelled, 1 b");
  CHECK_FALSE(lock.locked());
}

TEST_CASE("a first waiter that was cancelled keeps its place until its turn: a release meanwhile wakes nobody else") {
  VirtualLoop world;
  Lock lock(world.loop, "lock");
  Users users{world.loop, lock};
  int rounds_until_b = -1;
  world.run([&]() -> Coroutine<> {
    std::optional<Lock::Held> held = co_await lock.acquire();
    Task a(world.loop, users.use("a", 0));
    Task b(world.loop, users.use("b", 100));
    co_await world.loop.sleep(1);
    const Rounds rounds(world.loop);
    a.cancel();
    held.reset();
    while (!lock.locked()) co_await world.loop.sleep(0);
    rounds_until_b = rounds.count();
  });
  CHECK(users.journal.text() == "1 a cancelled, 1 b");
  CHECK(rounds_until_b == 2);  // b is woken by a on its turn, and not by the release
}

TEST_CASE("a newcomer takes a free lock where all who are in line were cancelled") {
  VirtualLoop world;
  Lock lock(world.loop, "lock");
  Users users{world.loop, lock};
  world.run([&]() -> Coroutine<> {
    std::optional<Lock::Held> held = co_await lock.acquire();
    Task a(world.loop, users.use("a", 0));
    co_await world.loop.sleep(1);
    a.cancel();
    held.reset();
    const Rounds rounds(world.loop);
    held = co_await lock.acquire();
    CHECK(rounds.count() == 0);
    co_await world.loop.sleep(0);
    co_await world.loop.sleep(0);
    CHECK(a.cancelled());
    CHECK(lock.locked());
  });
}

TEST_CASE("who is cancelled with the lock in hand lets go of it") {
  VirtualLoop world;
  Lock lock(world.loop, "lock");
  Users users{world.loop, lock};
  Task holder(world.loop, users.use("holder", 100));
  Task next(world.loop, users.use("next", 0));
  world.run([&]() -> Coroutine<> {
    co_await world.loop.sleep(1);
    holder.cancel();
    co_await next;
  });
  CHECK(users.journal.text() == "0 holder, 1 holder cancelled, 1 next");
}

TEST_CASE("a task that takes a lock twice waits for ever, in a wait of its name") {
  VirtualLoop world;
  Lock lock(world.loop, "the lock");
  const auto twice = [&]() -> Coroutine<> {
    const Lock::Held first = co_await lock.acquire();
    const Lock::Held second = co_await lock.acquire();
  };
  Task task(world.loop, twice());
  CHECK(world.loop.run_until_complete(task) == Loop::Ended::deadlock);
  CHECK(std::string(task.waiting()->what) == "the lock");
}

TEST_CASE("holders and waiters may be torn down in any order") {
  for (const bool holder_first : {true, false}) {
    VirtualLoop world;
    Lock lock(world.loop, "lock");
    Users users{world.loop, lock};
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
