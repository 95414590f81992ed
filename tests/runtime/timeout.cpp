#include <pcsim/runtime/timeout.hpp>

#include <pcsim/runtime/cancelled.hpp>
#include <pcsim/runtime/event.hpp>
#include <support/virtual_loop.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <stdexcept>
#include <string>

namespace pcsim {
namespace {

// Sleeps under a time limit, and tells what came of it.
struct Sleeper {
  Coroutine<> sleep(std::string name, double seconds, std::optional<double> limit) {
    Timeout timeout(loop, limit);
    try {
      co_await loop.sleep(seconds);
    } catch (const Cancelled&) {
      if (!timeout.exceeded()) {
        journal(loop, name + " cancelled");
        throw;
      }
      journal(loop, name + " exceeded");
      co_return;
    }
    journal(loop, name + " done");
  }

  Loop& loop;
  Journal journal{};
};

TEST_CASE("what takes longer than its time limit is cancelled when that has passed") {
  VirtualLoop world;
  Sleeper sleeper{world.loop};
  world.run([&]() -> Coroutine<> {
    co_await sleeper.sleep("slow", 5, 2);
    CHECK(world.loop.current_task().cancelling() == 0);
    co_await world.loop.sleep(1);  // the task itself is not cancelled
    sleeper.journal(world.loop, "main");
  });
  CHECK(sleeper.journal.text() == "2 slow exceeded, 3 main");
}

TEST_CASE("what ends in time is not disturbed, then or later") {
  VirtualLoop world;
  Sleeper sleeper{world.loop};
  world.run([&]() -> Coroutine<> {
    co_await sleeper.sleep("quick", 1, 2);
    co_await world.loop.sleep(10);
  });
  CHECK(sleeper.journal.text() == "1 quick done");
  CHECK(world.loop.time() == 11);
}

TEST_CASE("without a delay there is no limit") {
  VirtualLoop world;
  Sleeper sleeper{world.loop};
  world.run([&]() -> Coroutine<> { co_await sleeper.sleep("long", 1e6, std::nullopt); });
  CHECK(sleeper.journal.text() == "1000000 long done");
}

TEST_CASE("what ends at the very instant of its limit is too late, as the limit was set before") {
  VirtualLoop world;
  Sleeper sleeper{world.loop};
  world.run([&]() -> Coroutine<> { co_await sleeper.sleep("tie", 2, 2); });
  CHECK(sleeper.journal.text() == "2 tie exceeded");
}

TEST_CASE("a limit of zero or less is exceeded in the next round") {
  for (const double limit : {0.0, -1.0}) {
    VirtualLoop world;
    Sleeper sleeper{world.loop};
    world.run([&]() -> Coroutine<> { co_await sleeper.sleep("none", 1, limit); });
    CHECK(sleeper.journal.text() == "0 none exceeded");
  }
}

TEST_CASE("a tiny limit is one") {
  VirtualLoop world;
  Sleeper sleeper{world.loop};
  world.run([&]() -> Coroutine<> {
    co_await sleeper.sleep("ready", 0, 1e-300);
    co_await sleeper.sleep("asleep", 1e-299, 1e-300);
  });
  CHECK(sleeper.journal.text() == "0 ready done, 1e-300 asleep exceeded");
}

TEST_CASE("a limit too small to move the clock is exceeded in the next round") {
  VirtualLoop world;
  Sleeper sleeper{world.loop};
  world.run([&]() -> Coroutine<> {
    co_await world.loop.sleep(1);
    co_await sleeper.sleep("none", 1, 1e-300);
  });
  CHECK(sleeper.journal.text() == "1 none exceeded");
}

TEST_CASE("what does not wait cannot exceed its limit, and is not cancelled later for it") {
  VirtualLoop world;
  Journal journal;
  world.run([&]() -> Coroutine<> {
    {
      Timeout timeout(world.loop, 1);
      world.loop.block(5);
    }
    co_await world.loop.sleep(0);
    co_await world.loop.sleep(1);
    journal(world.loop, "not cancelled");
  });
  CHECK(journal.text() == "6 not cancelled");
}

TEST_CASE("who is cancelled by somebody else before the limit is cancelled, and not too late") {
  VirtualLoop world;
  Sleeper sleeper{world.loop};
  Task task(world.loop, sleeper.sleep("task", 5, 2));
  world.run([&]() -> Coroutine<> {
    co_await world.loop.sleep(1);
    task.cancel();
    co_await world.loop.sleep(5);
  });
  CHECK(sleeper.journal.text() == "1 task cancelled");
  CHECK(task.cancelled());
}

TEST_CASE("who is cancelled by somebody else at the instant of the limit is cancelled, and not too late") {
  for (const bool before : {true, false}) {
    CAPTURE(before);
    VirtualLoop world;
    Sleeper sleeper{world.loop};
    struct Cancel final : Callback {
      explicit Cancel(std::optional<Task<>>& its_task) : task(its_task) {}
      void run() override { task->cancel(); }
      std::optional<Task<>>& task;
    };
    std::optional<Task<>> task;
    Cancel cancel(task);
    if (before) world.loop.call_at(2, cancel);  // its timer fires before the limit's
    task.emplace(world.loop, sleeper.sleep("task", 5, 2));
    world.run([&]() -> Coroutine<> {
      co_await world.loop.sleep(0);
      if (!before) world.loop.call_at(2, cancel);
      co_await world.loop.sleep(5);
    });
    CHECK(sleeper.journal.text() == "2 task cancelled");
    CHECK(task->cancelled());
  }
}

TEST_CASE("an exception that leaves the block stays what it is, and the task is not cancelled") {
  VirtualLoop world;
  Journal journal;
  world.run([&]() -> Coroutine<> {
    try {
      Timeout timeout(world.loop, 2);
      try {
        co_await world.loop.sleep(5);
      } catch (const Cancelled&) {
        throw std::runtime_error("thrown on being cancelled");
      }
    } catch (const std::runtime_error& error) {
      journal(world.loop, error.what());
    }
    CHECK(world.loop.current_task().cancelling() == 0);
    co_await world.loop.sleep(1);
    journal(world.loop, "main");
  });
  CHECK(journal.text() == "2 thrown on being cancelled, 3 main");
}

TEST_CASE("of two nested limits the outer one, if it is the shorter, ends both") {
  VirtualLoop world;
  Sleeper sleeper{world.loop};
  world.run([&]() -> Coroutine<> {
    Timeout outer(world.loop, 1);
    try {
      co_await sleeper.sleep("inner", 5, 2);
    } catch (const Cancelled&) {
      if (!outer.exceeded()) throw;
      sleeper.journal(world.loop, "outer exceeded");
    }
  });
  CHECK(sleeper.journal.text() == "1 inner cancelled, 1 outer exceeded");
}

TEST_CASE("of two nested limits the inner one, if it is the shorter, ends alone") {
  VirtualLoop world;
  Sleeper sleeper{world.loop};
  world.run([&]() -> Coroutine<> {
    Timeout outer(world.loop, 2);
    try {
      co_await sleeper.sleep("inner", 5, 1);
      co_await world.loop.sleep(0.5);
      sleeper.journal(world.loop, "outer goes on");
      co_await world.loop.sleep(5);
    } catch (const Cancelled&) {
      if (!outer.exceeded()) throw;
      sleeper.journal(world.loop, "outer exceeded");
    }
    CHECK(world.loop.current_task().cancelling() == 0);
  });
  CHECK(sleeper.journal.text() == "1 inner exceeded, 1.5 outer goes on, 2 outer exceeded");
}

TEST_CASE("two nested limits that end at one instant are the outer one's affair") {
  VirtualLoop world;
  Sleeper sleeper{world.loop};
  world.run([&]() -> Coroutine<> {
    Timeout outer(world.loop, 2);
    try {
      co_await sleeper.sleep("inner", 5, 2);
    } catch (const Cancelled&) {
      if (!outer.exceeded()) throw;
      sleeper.journal(world.loop, "outer exceeded");
    }
    CHECK(world.loop.current_task().cancelling() == 0);
  });
  CHECK(sleeper.journal.text() == "2 inner cancelled, 2 outer exceeded");
}

TEST_CASE("the timer of a limit is gone with it, also when its task is torn down") {
  VirtualLoop world;
  Sleeper sleeper{world.loop};
  Event never(world.loop, "never");
  std::optional<Task<>> task;
  task.emplace(world.loop, sleeper.sleep("task", 500, 200));
  CHECK(world.run([&]() -> Coroutine<> {
    co_await sleeper.sleep("main", 1, 100);
    task.reset();
    co_await never.wait();
  }) == Loop::Ended::deadlock);
  CHECK(sleeper.journal.text() == "1 main done");
  CHECK(world.loop.time() == 1);
}

}  // namespace
}  // namespace pcsim
