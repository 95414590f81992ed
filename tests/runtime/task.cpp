#include <pcsim/runtime/task.hpp>

#include <pcsim/runtime/cancelled.hpp>
#include <pcsim/runtime/event.hpp>
#include <support/lives.hpp>
#include <support/virtual_loop.hpp>

#include <doctest/doctest.h>

#include <deque>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace pcsim {
namespace {

TEST_CASE("a task takes its first step in the round after the one in which it was made") {
  VirtualLoop world;
  Journal journal;
  const auto child = [&](const char* name) -> Coroutine<> {
    journal(name);
    co_return;
  };
  world.run([&]() -> Coroutine<> {
    Task a(world.loop, child("a"));
    Task b(world.loop, child("b"));
    journal("main");
    CHECK_FALSE(a.done());
    co_await world.loop.sleep(0);
    journal("main again");
    CHECK(a.done());
    CHECK(b.done());
  });
  CHECK(journal.text() == "main, a, b, main again");
}

TEST_CASE("who joins a task is resumed one round after its last step") {
  VirtualLoop world;
  int ended_in = 0;
  int resumed_in = 0;
  world.run([&]() -> Coroutine<> {
    const Rounds rounds(world.loop);
    const auto child = [&]() -> Coroutine<> {
      co_await world.loop.sleep(0);
      ended_in = rounds.count();
    };
    Task task(world.loop, child());
    co_await task;
    resumed_in = rounds.count();
  });
  CHECK(ended_in == 2);
  CHECK(resumed_in == 3);
}

TEST_CASE("all who join a task are resumed, in the order in which they came") {
  VirtualLoop world;
  Journal journal;
  const auto child = [&]() -> Coroutine<> { co_await world.loop.sleep(1); };
  Task task(world.loop, child());
  const auto joiner = [&](std::string name) -> Coroutine<> {
    co_await task;
    journal(world.loop, name);
  };
  world.run([&]() -> Coroutine<> {
    Task a(world.loop, joiner("a"));
    Task b(world.loop, joiner("b"));
    Task c(world.loop, joiner("c"));
    co_await c;
  });
  CHECK(journal.text() == "1 a, 1 b, 1 c");
}

TEST_CASE("joining a task that is done does not suspend") {
  VirtualLoop world;
  Journal journal;
  const auto child = [&]() -> Coroutine<> { co_return; };
  const auto other = [&]() -> Coroutine<> {
    journal("other");
    co_return;
  };
  world.run([&]() -> Coroutine<> {
    Task task(world.loop, child());
    co_await task;
    Task another(world.loop, other());
    co_await task;
    co_await task;
    journal("main");
    co_await another;
  });
  CHECK(journal.text() == "main, other");
}

TEST_CASE("a task's exception comes out wherever it is joined, each time") {
  VirtualLoop world;
  int caught = 0;
  const auto child = [&]() -> Coroutine<> {
    co_await world.loop.sleep(1);
    throw std::runtime_error("thrown by a task");
  };
  world.run([&]() -> Coroutine<> {
    Task task(world.loop, child());
    for (int i = 0; i < 3; ++i) {
      try {
        co_await task;
      } catch (const std::runtime_error& error) {
        if (std::string(error.what()) == "thrown by a task") ++caught;
      }
    }
    CHECK(task.done());
    CHECK_FALSE(task.cancelled());
    CHECK_THROWS_WITH_AS(task.result(), "thrown by a task", std::runtime_error);
  });
  CHECK(caught == 3);
}

TEST_CASE("an exception that nobody asks for is kept to itself, unless it is to abort the run") {
  VirtualLoop kind;
  VirtualLoop strict;
  const auto child = []() -> Coroutine<> {
    throw std::runtime_error("thrown by a task");
    co_return;
  };
  Task kept(kind.loop, child());
  CHECK(kind.run([&]() -> Coroutine<> { co_await kind.loop.sleep(1); }) == Loop::Ended::done);
  Task aborts(strict.loop, child(), TaskBase::OnException::abort);
  CHECK_THROWS_WITH_AS(strict.run([&]() -> Coroutine<> { co_await strict.loop.sleep(1); }), "thrown by a task",
                       std::runtime_error);
  CHECK(strict.loop.time() == 0);
}

TEST_CASE("being cancelled is no exception that aborts the run") {
  VirtualLoop world;
  const auto child = [&]() -> Coroutine<> { co_await world.loop.sleep(1); };
  Task task(world.loop, child(), TaskBase::OnException::abort);
  CHECK(world.run([&]() -> Coroutine<> {
    co_await world.loop.sleep(0);
    task.cancel();
    co_await world.loop.sleep(2);
  }) == Loop::Ended::done);
  CHECK(task.cancelled());
}

TEST_CASE("a task that is cancelled before its first step never begins") {
  VirtualLoop world;
  Lives lives;
  Journal journal;
  const auto child = [&](Life parameter) -> Coroutine<> {
    journal("begins");
    co_await world.loop.sleep(parameter.value());
  };
  world.run([&]() -> Coroutine<> {
    Task task(world.loop, child(Life(lives, 1)));
    CHECK(task.cancel());
    CHECK_FALSE(task.done());
    co_await world.loop.sleep(0);
    CHECK(task.done());
    CHECK(task.cancelled());
    try {
      co_await task;
    } catch (const Cancelled&) {
      journal("cancelled");
    }
  });
  CHECK(journal.text() == "cancelled");
  CHECK(lives.alive.empty());
  CHECK(lives.errors == 0);
}

TEST_CASE("a task that is cancelled while it waits gets Cancelled there, when its turn comes") {
  VirtualLoop world;
  Journal journal;
  Event never(world.loop, "never");
  const auto child = [&]() -> Coroutine<> {
    try {
      co_await never.wait();
    } catch (const Cancelled&) {
      journal("cancelled");
      throw;
    }
  };
  world.run([&]() -> Coroutine<> {
    Task task(world.loop, child());
    co_await world.loop.sleep(0);
    CHECK(task.cancel());
    journal("main");
    CHECK_FALSE(task.done());
    co_await world.loop.sleep(0);
    CHECK(task.cancelled());
    CHECK_FALSE(task.cancel());
  });
  CHECK(journal.text() == "main, cancelled");
}

TEST_CASE("a task that is cancelled while it sleeps does not sleep on") {
  VirtualLoop world;
  const auto child = [&]() -> Coroutine<> { co_await world.loop.sleep(100); };
  world.run([&]() -> Coroutine<> {
    Task task(world.loop, child());
    co_await world.loop.sleep(1);
    task.cancel();
    try {
      co_await task;
    } catch (const Cancelled&) {
    }
  });
  CHECK(world.loop.time() == 1);
}

TEST_CASE("a task whose wake-up is under way is cancelled all the same") {
  VirtualLoop world;
  Journal journal;
  Event event(world.loop, "event");
  const auto child = [&]() -> Coroutine<> {
    try {
      co_await event.wait();
      journal("woken");
    } catch (const Cancelled&) {
      journal("cancelled");
    }
  };
  world.run([&]() -> Coroutine<> {
    Task task(world.loop, child());
    co_await world.loop.sleep(0);
    event.set();
    CHECK(task.cancel());
    co_await task;
  });
  CHECK(journal.text() == "cancelled");
}

TEST_CASE("a task that is to run next is cancelled all the same") {
  VirtualLoop world;
  Journal journal;
  const auto child = [&]() -> Coroutine<> {
    try {
      co_await world.loop.sleep(0);
      journal("resumed");
    } catch (const Cancelled&) {
      journal("cancelled");
    }
  };
  Task task(world.loop, child());
  const auto other = [&]() -> Coroutine<> {
    CHECK(task.cancel());
    co_return;
  };
  Task cancels(world.loop, other());
  world.run([&]() -> Coroutine<> { co_await task; });
  CHECK(journal.text() == "cancelled");
}

TEST_CASE("a task that cancels itself is cancelled where it waits next, and not where it need not wait") {
  VirtualLoop world;
  Journal journal;
  Event set(world.loop, "set");
  set.set();
  const auto nothing = []() -> Coroutine<> { co_return; };
  const auto child = [&]() -> Coroutine<> {
    CHECK(world.loop.current_task().cancel());
    journal("goes on");
    co_await set.wait();
    co_await nothing();
    journal("and on");
    co_await world.loop.sleep(1);
    journal("never comes here");
  };
  Task task(world.loop, child());
  world.run([&]() -> Coroutine<> {
    co_await world.loop.sleep(0);
    co_await world.loop.sleep(0);
    CHECK(task.cancelled());
  });
  CHECK(journal.text() == "goes on, and on");
  CHECK(world.loop.time() == 0);
}

TEST_CASE("a task that cancels itself and never waits again ends as a cancelled one") {
  VirtualLoop world;
  Journal journal;
  const auto child = [&]() -> Coroutine<> {
    world.loop.current_task().cancel();
    journal("ends");
    co_return;
  };
  Task task(world.loop, child());
  world.run([&]() -> Coroutine<> { co_await world.loop.sleep(0); });
  CHECK(journal.text() == "ends");
  CHECK(task.cancelled());
}

TEST_CASE("a task may catch Cancelled and go on") {
  VirtualLoop world;
  Journal journal;
  const auto child = [&]() -> Coroutine<> {
    try {
      co_await world.loop.sleep(100);
    } catch (const Cancelled&) {
      journal("caught");
    }
    co_await world.loop.sleep(1);
    journal(world.loop, "done");
  };
  world.run([&]() -> Coroutine<> {
    Task task(world.loop, child());
    co_await world.loop.sleep(1);
    task.cancel();
    co_await task;
    CHECK_FALSE(task.cancelled());
  });
  CHECK(journal.text() == "caught, 2 done");
}

TEST_CASE("a task that is cancelled twice at once gets Cancelled once") {
  VirtualLoop world;
  int caught = 0;
  const auto child = [&]() -> Coroutine<> {
    for (int i = 0; i < 2; ++i) {
      try {
        co_await world.loop.sleep(1);
      } catch (const Cancelled&) {
        ++caught;
      }
    }
  };
  world.run([&]() -> Coroutine<> {
    Task task(world.loop, child());
    co_await world.loop.sleep(0);
    CHECK(task.cancel());
    CHECK(task.cancel());
    CHECK(task.cancelling() == 2);
    co_await task;
  });
  CHECK(caught == 1);
}

TEST_CASE("a task may end as a cancelled one without an exception") {
  VirtualLoop world;
  Journal journal;
  const auto child = [&]() -> Coroutine<> {
    co_await world.loop.bare_sleep(1);
    const bool is_cancelled = world.loop.take_cancelled();
    journal(is_cancelled ? "cancelled" : "slept");
    if (is_cancelled) world.loop.current_task().end_cancelled();
  };
  Task slept(world.loop, child());
  Task cancelled(world.loop, child());
  world.run([&]() -> Coroutine<> {
    co_await world.loop.sleep(0.5);
    CHECK(cancelled.cancel());
    co_await world.loop.sleep(1);
    CHECK(slept.done());
    CHECK_FALSE(slept.cancelled());
    CHECK(cancelled.cancelled());
    CHECK_THROWS_AS(cancelled.result(), Cancelled);
  });
  CHECK(journal.text() == "cancelled, slept");
}

TEST_CASE("a task has a result, which everybody who joins it gets") {
  VirtualLoop world;
  const auto child = [&]() -> Coroutine<std::string> {
    co_await world.loop.sleep(1);
    co_return "a text that is too long for a small string";
  };
  std::string texts;
  const auto joiner = [&](Task<std::string>& task) -> Coroutine<> { texts += co_await task; };
  world.run([&]() -> Coroutine<> {
    Task<std::string> task(world.loop, child());
    Task a(world.loop, joiner(task));
    co_await joiner(task);
    co_await a;
    CHECK(task.result() == "a text that is too long for a small string");
  });
  CHECK(texts == "a text that is too long for a small stringa text that is too long for a small string");
}

TEST_CASE("a task may be moved, whatever it does") {
  VirtualLoop world;
  Journal journal;
  const auto child = [&]() -> Coroutine<int> {
    co_await world.loop.sleep(1);
    journal(world.loop, "child");
    co_return 7;
  };
  world.run([&]() -> Coroutine<> {
    Task task(world.loop, child());
    Task not_begun = std::move(task);
    co_await world.loop.sleep(0.5);
    Task sleeping = std::move(not_begun);
    CHECK(co_await sleeping == 7);
  });
  CHECK(journal.text() == "1 child");
}

TEST_CASE("two who join a task and end in that very step are both done") {
  VirtualLoop world;
  const auto child = [&]() -> Coroutine<> { co_await world.loop.sleep(1); };
  Task joined(world.loop, child());
  const auto joiner = [&]() -> Coroutine<> { co_await joined; };
  world.run([&]() -> Coroutine<> {
    Task a(world.loop, joiner());
    Task b(world.loop, joiner());
    co_await world.loop.sleep(2);
    CHECK(a.done());
    CHECK(b.done());
  });
}

TEST_CASE("requests to cancel are counted, and can be taken back one by one") {
  VirtualLoop world;
  const auto child = [&]() -> Coroutine<> { co_await world.loop.sleep(1); };
  Task task(world.loop, child());
  CHECK(task.cancelling() == 0);
  CHECK(task.uncancel() == 0);
  task.cancel();
  task.cancel();
  CHECK(task.cancelling() == 2);
  CHECK(task.uncancel() == 1);
  CHECK(task.uncancel() == 0);
  CHECK(task.uncancel() == 0);
}

TEST_CASE("who cancels a task that joins another cancels that one, and the first through it") {
  VirtualLoop world;
  Journal journal;
  const auto joined = [&]() -> Coroutine<> {
    try {
      co_await world.loop.sleep(100);
    } catch (const Cancelled&) {
      journal(world.loop, "joined");
      throw;
    }
  };
  Task inner(world.loop, joined());
  const auto joiner = [&]() -> Coroutine<> {
    try {
      co_await inner;
    } catch (const Cancelled&) {
      journal(world.loop, "joiner");
      throw;
    }
  };
  world.run([&]() -> Coroutine<> {
    Task outer(world.loop, joiner());
    co_await world.loop.sleep(1);
    CHECK(outer.cancel());
    co_await world.loop.sleep(1);
    CHECK(outer.cancelled());
    CHECK(inner.cancelled());
  });
  CHECK(journal.text() == "1 joined, 1 joiner");
}

TEST_CASE("a task that cancels itself and then joins another has that one cancelled") {
  VirtualLoop world;
  const auto sleeper = [&]() -> Coroutine<> { co_await world.loop.sleep(100); };
  Task inner(world.loop, sleeper());
  const auto joiner = [&]() -> Coroutine<> {
    world.loop.current_task().cancel();
    co_await inner;
  };
  world.run([&]() -> Coroutine<> {
    Task outer(world.loop, joiner());
    co_await world.loop.sleep(1);
    CHECK(inner.cancelled());
    CHECK(outer.cancelled());
  });
}

TEST_CASE("a joined task that refuses to be cancelled keeps its joiner waiting, uncancelled") {
  VirtualLoop world;
  Journal journal;
  const auto stubborn = [&]() -> Coroutine<> {
    try {
      co_await world.loop.sleep(100);
    } catch (const Cancelled&) {
      journal(world.loop, "refused");
    }
    co_await world.loop.sleep(5);
  };
  Task inner(world.loop, stubborn());
  const auto joiner = [&]() -> Coroutine<> {
    co_await inner;
    journal(world.loop, "joined");
  };
  world.run([&]() -> Coroutine<> {
    Task outer(world.loop, joiner());
    co_await world.loop.sleep(1);
    outer.cancel();
    co_await outer;
    CHECK_FALSE(outer.cancelled());
  });
  CHECK(journal.text() == "1 refused, 6 joined");
}

TEST_CASE("a joiner that is cancelled when the joined task has just ended is cancelled itself") {
  VirtualLoop world;
  Journal journal;
  const auto quick = []() -> Coroutine<> { co_return; };
  world.run([&]() -> Coroutine<> {
    std::optional<Task<>> inner;
    const auto joiner = [&]() -> Coroutine<> {
      inner.emplace(world.loop, quick());
      co_await *inner;
    };
    Task outer(world.loop, joiner());
    while (!inner || !inner->done()) co_await world.loop.sleep(0);
    CHECK(outer.cancel());
    try {
      co_await outer;
    } catch (const Cancelled&) {
      journal("outer was cancelled");
    }
    CHECK_FALSE(inner->cancelled());
  });
  CHECK(journal.text() == "outer was cancelled");
}

TEST_CASE("a joiner may destroy the task that it has joined") {
  VirtualLoop world;
  Lives lives;
  int joined = 0;
  const auto child = [&](Life parameter) -> Coroutine<> { co_await world.loop.sleep(parameter.value()); };
  world.run([&]() -> Coroutine<> {
    for (int i = 0; i < 10; ++i) {
      auto task = std::make_unique<Task<>>(world.loop, child(Life(lives, i % 2)));
      co_await *task;
      task.reset();
      ++joined;
    }
  });
  CHECK(joined == 10);
  CHECK(lives.alive.empty());
  CHECK(lives.errors == 0);
}

TEST_CASE("a task tells what it waits for and since when, unless it is ready, asleep or done") {
  VirtualLoop world;
  Event event(world.loop, "an event");
  const auto child = [&]() -> Coroutine<> {
    co_await world.loop.sleep(1);
    co_await event.wait();
  };
  world.run([&]() -> Coroutine<> {
    Task task(world.loop, child());
    CHECK_FALSE(task.waiting().has_value());
    co_await world.loop.sleep(0.5);
    CHECK_FALSE(task.waiting().has_value());
    co_await world.loop.sleep(2);
    REQUIRE(task.waiting().has_value());
    CHECK(std::string(task.waiting()->what) == "an event");
    CHECK(task.waiting()->since == 1);
    event.set();
    co_await task;
    CHECK_FALSE(task.waiting().has_value());
  });
}

TEST_CASE("the current task is the one whose step is running") {
  VirtualLoop world;
  std::deque<Task<>> tasks;
  int right = 0;
  const auto child = [&](std::size_t i) -> Coroutine<> {
    for (int k = 0; k < 3; ++k) {
      if (&world.loop.current_task() == &tasks[i].base()) ++right;
      co_await world.loop.sleep(k);
    }
  };
  for (std::size_t i = 0; i < 4; ++i) tasks.emplace_back(world.loop, child(i));
  world.run([&]() -> Coroutine<> {
    for (Task<>& task : tasks) co_await task;
  });
  CHECK(right == 12);
}

// What a task holds at each place where it can be found when everything is torn down.
template <class Wait>
void check_teardown(Wait wait) {
  VirtualLoop world;
  Lives lives;
  {
    const auto child = [&](Life parameter) -> Coroutine<> {
      const Life local(lives, parameter.value());
      co_await wait(world.loop);
    };
    Task task(world.loop, child(Life(lives, 1)));
    CHECK(lives.alive.size() == 1);
    world.run([&]() -> Coroutine<> { co_await world.loop.sleep(1); });
    CHECK_FALSE(task.done());
    CHECK(lives.alive.size() == 2);
  }
  CHECK(lives.alive.empty());
  CHECK(lives.errors == 0);
}

TEST_CASE("a task that is destroyed while it sleeps destroys its frame") {
  check_teardown([](Loop& loop) -> Coroutine<> { co_await loop.sleep(1000); });
}

TEST_CASE("the timer of a task that is destroyed while it sleeps is gone with it") {
  VirtualLoop world;
  Event never(world.loop, "never");
  const auto sleeper = [&]() -> Coroutine<> { co_await world.loop.sleep(1000); };
  std::optional<Task<>> task;
  task.emplace(world.loop, sleeper());
  CHECK(world.run([&]() -> Coroutine<> {
    co_await world.loop.sleep(1);
    task.reset();
    co_await never.wait();
  }) == Loop::Ended::deadlock);
  CHECK(world.loop.time() == 1);
}

TEST_CASE("a task that is destroyed while it is ready destroys its frame") {
  check_teardown([](Loop& loop) -> Coroutine<> {
    co_await loop.sleep(1);
    while (true) co_await loop.sleep(0);
  });
}

TEST_CASE("a task that is destroyed while it waits destroys its frame") {
  check_teardown([](Loop& loop) -> Coroutine<> {
    Event never(loop, "never");
    co_await never.wait();
  });
}

TEST_CASE("a task that is destroyed while it joins another destroys its frame, and the other's") {
  check_teardown([](Loop& loop) -> Coroutine<> {
    const auto sleeper = [](Loop& its_loop) -> Coroutine<> { co_await its_loop.sleep(1000); };
    Task other(loop, sleeper(loop));
    co_await other;
  });
}

TEST_CASE("a task that is destroyed before its first step destroys its frame") {
  VirtualLoop world;
  Lives lives;
  {
    const auto child = [](Life parameter) -> Coroutine<> {
      static_cast<void>(parameter);
      co_return;
    };
    Task task(world.loop, child(Life(lives, 1)));
    CHECK(lives.alive.size() == 1);
  }
  CHECK(lives.alive.empty());
  CHECK(lives.errors == 0);
  CHECK(world.run([&]() -> Coroutine<> { co_await world.loop.sleep(1); }) == Loop::Ended::done);
}

TEST_CASE("a joined task may be destroyed before its joiner, and the other way round") {
  for (const bool joined_first : {true, false}) {
    CAPTURE(joined_first);
    VirtualLoop world;
    const auto sleeper = [&]() -> Coroutine<> { co_await world.loop.sleep(1000); };
    auto joined = std::make_unique<Task<>>(world.loop, sleeper());
    const auto join = [&]() -> Coroutine<> { co_await *joined; };
    auto joiner = std::make_unique<Task<>>(world.loop, join());
    world.run([&]() -> Coroutine<> { co_await world.loop.sleep(1); });
    if (joined_first) joined.reset();
    joiner.reset();
  }
}

}  // namespace
}  // namespace pcsim
