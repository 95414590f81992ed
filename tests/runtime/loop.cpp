#include <pcsim/runtime/loop.hpp>

#include <pcsim/runtime/cancelled.hpp>
#include <pcsim/runtime/event.hpp>
#include <pcsim/runtime/wait.hpp>
#include <support/seed.hpp>
#include <support/virtual_loop.hpp>

#include <doctest/doctest.h>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <deque>
#include <exception>
#include <functional>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace pcsim {
namespace {

struct Calls final : Callback {
  explicit Calls(std::function<void()> its_function) : function(std::move(its_function)) {}
  void run() override { function(); }
  std::function<void()> function;
};

// A clock set by hand: what it has reached is due at once, for all the rest one waits for ever.
class StandingClock final : public Clock {
public:
  double reached = 0;
  double shown = 0;

  void start() override {}
  std::optional<Instant> due(double deadline) const override {
    const auto now = std::chrono::steady_clock::now();
    return deadline <= reached ? now : now + std::chrono::hours(1000);
  }
  double elapsed(double) const override { return shown; }
};

TEST_CASE("what is made ready runs in that order, one round later") {
  VirtualLoop world;
  Journal journal;
  world.run([&]() -> Coroutine<> {
    Calls third([&] { journal("third"); });
    Calls first([&] {
      journal("first");
      world.loop.call_soon(third);
    });
    Calls second([&] { journal("second"); });
    world.loop.call_soon(first);
    world.loop.call_soon(second);
    journal("main");
    co_await world.loop.sleep(0);
    journal("main again");
    co_await world.loop.sleep(0);
  });
  CHECK(journal.text() == "main, first, second, main again, third");
}

TEST_CASE("a callback that is destroyed before its turn never has one") {
  VirtualLoop world;
  Journal journal;
  world.run([&]() -> Coroutine<> {
    {
      Calls never([&] { journal("never"); });
      world.loop.call_soon(never);
    }
    Calls kept([&] { journal("kept"); });
    world.loop.call_soon(kept);
    co_await world.loop.sleep(0);
  });
  CHECK(journal.text() == "kept");
}

TEST_CASE("sleep(0) lets everybody else have one turn") {
  VirtualLoop world;
  Journal journal;
  const auto turns = [&](std::string name, double delay) -> Coroutine<> {
    for (int i = 1; i <= 3; ++i) {
      journal(name + std::to_string(i));
      co_await world.loop.sleep(delay);
    }
  };
  world.run([&]() -> Coroutine<> {
    Task a(world.loop, turns("a", 0));
    Task b(world.loop, turns("b", -1));
    Task c(world.loop, turns("c", 0));
    co_await c;
  });
  CHECK(journal.text() == "a1, b1, c1, a2, b2, c2, a3, b3, c3");
  CHECK(world.loop.time() == 0);
}

TEST_CASE("sleeping takes its time, and nothing but its time") {
  VirtualLoop world;
  Journal journal;
  world.run([&]() -> Coroutine<> {
    journal(world.loop, "begin");
    co_await world.loop.sleep(0.25);
    journal(world.loop, "a quarter");
    co_await world.loop.sleep(1000000);
    journal(world.loop, "long after");
  });
  CHECK(journal.text() == "0 begin, 0.25 a quarter, 1000000.25 long after");
}

TEST_CASE("time is the sum of the delays as doubles are added") {
  VirtualLoop world;
  world.run([&]() -> Coroutine<> {
    for (int i = 0; i < 10; ++i) co_await world.loop.sleep(0.1);
  });
  CHECK(world.loop.time() == 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1);
  CHECK(world.loop.time() != 1.0);
}

TEST_CASE("time moves only when nothing is ready") {
  VirtualLoop world;
  Journal journal;
  const auto sleeper = [&]() -> Coroutine<> {
    co_await world.loop.sleep(1e-9);
    journal("sleeper");
  };
  const auto busy = [&]() -> Coroutine<> {
    for (int i = 0; i < 10000; ++i) {
      co_await world.loop.sleep(0);
      REQUIRE(world.loop.time() == 0);
    }
    journal("busy");
  };
  world.run([&]() -> Coroutine<> {
    Task a(world.loop, sleeper());
    Task b(world.loop, busy());
    co_await a;
  });
  CHECK(journal.text() == "busy, sleeper");
}

TEST_CASE("a tiny delay is a delay: it comes after what is ready") {
  VirtualLoop world;
  Journal journal;
  const auto sleeper = [&](std::string name, double delay) -> Coroutine<> {
    co_await world.loop.sleep(delay);
    journal(name);
  };
  world.run([&]() -> Coroutine<> {
    Task tiny(world.loop, sleeper("tiny", 5e-324));
    Task none(world.loop, sleeper("none", 0));
    co_await tiny;
  });
  CHECK(journal.text() == "none, tiny");
}

TEST_CASE("sleeping until an instant ends at that very double, and in the next round if it has passed") {
  VirtualLoop world;
  Journal journal;
  const auto other = [&]() -> Coroutine<> {
    journal("other");
    co_return;
  };
  world.run([&]() -> Coroutine<> {
    co_await world.loop.sleep(0.1);
    co_await world.loop.sleep_until(0.3);  // 0.1 + 0.2 is a little more
    CHECK(world.loop.time() == 0.3);
    Task task(world.loop, other());
    co_await world.loop.sleep_until(0.2);
    journal("main");
    CHECK(world.loop.time() == 0.3);
  });
  CHECK(journal.text() == "other, main");
}

TEST_CASE("sleeps that end at the same instant end in the order in which they began") {
  VirtualLoop world;
  Journal journal;
  const auto sleeper = [&](std::string name, double first, double then) -> Coroutine<> {
    co_await world.loop.sleep(first);
    if (then > 0) co_await world.loop.sleep(then);
    journal(world.loop, name);
  };
  world.run([&]() -> Coroutine<> {
    Task a(world.loop, sleeper("a", 0.5, 0.25));  // its last sleep began at 0.5
    Task b(world.loop, sleeper("b", 0.25, 0.5));  // at 0.25
    Task c(world.loop, sleeper("c", 0.75, 0));    // at 0
    Task d(world.loop, sleeper("d", 0.75, 0));
    co_await a;
  });
  CHECK(journal.text() == "0.75 c, 0.75 d, 0.75 b, 0.75 a");
}

TEST_CASE("instants that differ in the last bit are different instants") {
  VirtualLoop world;
  Journal journal;
  const auto sleeper = [&](std::string name, double first, double then) -> Coroutine<> {
    co_await world.loop.sleep(first);
    if (then > 0) co_await world.loop.sleep(then);
    journal(name);
  };
  world.run([&]() -> Coroutine<> {
    Task a(world.loop, sleeper("0.1 + 0.2", 0.1, 0.2));
    co_await world.loop.sleep(0);
    Task b(world.loop, sleeper("0.3", 0.3, 0));
    co_await a;
  });
  CHECK(journal.text() == "0.3, 0.1 + 0.2");
}

TEST_CASE("a timer wakes its task one round later, a callback runs at once") {
  VirtualLoop world;
  Journal journal;
  const auto sleeper = [&]() -> Coroutine<> {
    co_await world.loop.sleep(1);
    journal("task");
  };
  world.run([&]() -> Coroutine<> {
    Task task(world.loop, sleeper());
    co_await world.loop.sleep(0);
    Calls callback([&] { journal("callback"); });
    world.loop.call_at(1, callback);  // set after the task's timer
    co_await task;
  });
  CHECK(journal.text() == "callback, task");
}

TEST_CASE("timers that are due fire after what the round found ready, in the order of their deadlines") {
  VirtualLoop world;
  Journal journal;
  world.run([&]() -> Coroutine<> {
    Calls late([&] { journal("late"); });
    Calls early([&] { journal("early"); });
    Calls passed([&] { journal("passed"); });
    Calls ready([&] { journal("ready"); });
    world.loop.call_at(2, late);
    world.loop.call_at(1, early);
    world.loop.block(3);
    world.loop.call_at(0.5, passed);
    world.loop.call_soon(ready);
    co_await world.loop.sleep(0);
    journal(world.loop, "main");
    co_await world.loop.sleep(0);
  });
  CHECK(journal.text() == "ready, 3 main, passed, early, late");
}

TEST_CASE("a timer that is set in a round is not fired in it, even if it is due") {
  VirtualLoop world;
  Journal journal;
  Calls second([&] { journal("second"); });
  Calls ready([&] { journal("ready"); });
  Calls first([&] {
    journal("first");
    world.loop.call_later(0, second);
    world.loop.call_soon(ready);
  });
  world.run([&]() -> Coroutine<> {
    world.loop.call_at(1, first);
    co_await world.loop.sleep(1);
    co_await world.loop.sleep(0);
    co_await world.loop.sleep(0);
  });
  CHECK(journal.text() == "first, ready, second");
}

TEST_CASE("a timer that is set for the past comes in the next round, and does not hold up those that are due in this one") {
  VirtualLoop world;
  Journal journal;
  Rounds* rounds = nullptr;
  const auto tell = [&](const char* what) { journal(fmt::format("{} in {}", what, rounds->count())); };
  Calls past([&] { tell("past"); });
  Calls longer_past([&] { tell("longer past"); });
  Calls due([&] { tell("due"); });
  Calls ready([&] { world.loop.call_at(0.5, past); });
  Calls first([&] {
    tell("first");
    world.loop.call_at(0.25, longer_past);
  });
  world.run([&]() -> Coroutine<> {
    world.loop.call_at(1, first);
    world.loop.call_at(1, due);
    world.loop.block(1);
    world.loop.call_soon(ready);  // in the round that finds both timers due
    Rounds counted(world.loop);
    rounds = &counted;
    for (int i = 0; i < 5; ++i) co_await world.loop.sleep(0);
  });
  CHECK(journal.text() == "first in 1, due in 1, longer past in 2, past in 2");
}

TEST_CASE("a timer that was cancelled never fires") {
  VirtualLoop world;
  Journal journal;
  world.run([&]() -> Coroutine<> {
    Calls callback([&] { journal("callback"); });
    const TimerQueue::Id timer = world.loop.call_later(1, callback);
    world.loop.cancel_timer(timer);
    co_await world.loop.sleep(2);
  });
  CHECK(journal.text().empty());
}

TEST_CASE("blocking moves time on while nobody else can run") {
  VirtualLoop world;
  Journal journal;
  std::vector<double> pauses;
  world.loop.on_pause = [&](double seconds) { pauses.push_back(seconds); };
  const auto sleeper = [&]() -> Coroutine<> {
    co_await world.loop.sleep(1);
    journal(world.loop, "sleeper");
  };
  world.run([&]() -> Coroutine<> {
    Task task(world.loop, sleeper());
    co_await world.loop.sleep(0.5);
    world.loop.block(1);
    world.loop.block(2);
    journal(world.loop, "main");
    co_await task;
  });
  CHECK(journal.text() == "3.5 main, 3.5 sleeper");
  CHECK(pauses == std::vector{3.0});
}

TEST_CASE("what main throws comes out of the run") {
  VirtualLoop world;
  CHECK_THROWS_WITH_AS(world.run([&]() -> Coroutine<> {
    co_await world.loop.sleep(1);
    throw std::runtime_error("thrown by main");
  }),
                       "thrown by main", std::runtime_error);
}

TEST_CASE("a cancelled main comes out of the run as Cancelled") {
  VirtualLoop world;
  CHECK_THROWS_AS(world.run([&]() -> Coroutine<> {
    world.loop.current_task().cancel();
    co_await world.loop.sleep(1);
  }),
                  Cancelled);
  CHECK(world.loop.time() == 0);
}

TEST_CASE("a run in which nothing can happen any more ends as a deadlock, at that instant") {
  VirtualLoop world;
  Event never(world.loop, "never");
  CHECK(world.run([&]() -> Coroutine<> {
    co_await world.loop.sleep(2.5);
    co_await never.wait();
  }) == Loop::Ended::deadlock);
  CHECK(world.loop.time() == 2.5);
}

TEST_CASE("a loop runs again: what was left goes on, and a task that is done gives its result") {
  VirtualLoop world;
  Journal journal;
  const auto sleep = [&](double seconds, const char* name) -> Coroutine<> {
    co_await world.loop.sleep(seconds);
    journal(world.loop, name);
  };
  Task other(world.loop, sleep(3, "other"));
  Task first(world.loop, sleep(2, "first"));
  CHECK(world.loop.run_until_complete(first) == Loop::Ended::done);
  CHECK(world.loop.run_until_complete(first) == Loop::Ended::done);
  CHECK(journal.text() == "2 first");
  Task second(world.loop, sleep(2, "second"));
  CHECK(world.loop.run_until_complete(second) == Loop::Ended::done);
  CHECK(journal.text() == "2 first, 3 other, 4 second");

  CHECK_THROWS_WITH(world.run([]() -> Coroutine<> {
    throw std::runtime_error("thrown");
    co_return;
  }),
                    "thrown");
  Event never(world.loop, "event");
  CHECK(world.run([&]() -> Coroutine<> { co_await never.wait(); }) == Loop::Ended::deadlock);
  CHECK(world.run([&]() -> Coroutine<> { co_await sleep(1, "last"); }) == Loop::Ended::done);
  CHECK(journal.text() == "2 first, 3 other, 4 second, 5 last");
}

TEST_CASE("a loop that runs again after it was broken off while it waited has one turn at a time") {
  boost::asio::io_context host;
  WallClock clock(1);
  Loop loop(host, clock);
  const auto sleep = [&](double seconds) -> Coroutine<> { co_await loop.sleep(seconds); };
  Task longest(loop, sleep(1000));
  boost::asio::post(host, [&] { loop.abort(std::make_exception_ptr(std::runtime_error("broken off"))); });
  CHECK_THROWS_WITH(loop.run_until_complete(longest), "broken off");
  Task shorter(loop, sleep(0.05));
  const double before = loop.elapsed();
  CHECK(loop.run_until_complete(shorter) == Loop::Ended::done);
  CHECK(loop.elapsed() - before >= 0.05);
  CHECK_FALSE(longest.done());
}

TEST_CASE("it is no deadlock that others wait for ever when main is done") {
  VirtualLoop world;
  Event never(world.loop, "never");
  const auto waiter = [&]() -> Coroutine<> { co_await never.wait(); };
  Task waits(world.loop, waiter());
  CHECK(world.run([&]() -> Coroutine<> { co_await world.loop.sleep(1); }) == Loop::Ended::done);
  CHECK_FALSE(waits.done());
}

TEST_CASE("it is no deadlock as long as a timer is set") {
  VirtualLoop world;
  Event event(world.loop, "event");
  Calls set([&] { event.set(); });
  CHECK(world.run([&]() -> Coroutine<> {
    world.loop.call_later(1000, set);
    co_await event.wait();
  }) == Loop::Ended::done);
  CHECK(world.loop.time() == 1000);
}

TEST_CASE("a run ends with the round after the one in which main ended") {
  VirtualLoop world;
  int turns = 0;
  int turns_at_the_end_of_main = 0;
  const auto busy = [&]() -> Coroutine<> {
    while (true) {
      ++turns;
      co_await world.loop.sleep(0);
    }
  };
  std::optional<Task<>> task;
  world.run([&]() -> Coroutine<> {
    task.emplace(world.loop, busy());
    for (int i = 0; i < 3; ++i) co_await world.loop.sleep(0);
    turns_at_the_end_of_main = turns;
  });
  CHECK(turns_at_the_end_of_main == 3);
  CHECK(turns == 4);  // as counted with asyncio
}

TEST_CASE("abort() ends the run after the current step, and its first reason comes out") {
  VirtualLoop world;
  Journal journal;
  const auto other = [&]() -> Coroutine<> {
    journal("other");
    co_return;
  };
  std::optional<Task<>> task;
  CHECK_THROWS_WITH_AS(world.run([&]() -> Coroutine<> {
    task.emplace(world.loop, other());
    world.loop.abort(std::make_exception_ptr(std::runtime_error("first")));
    world.loop.abort(std::make_exception_ptr(std::runtime_error("second")));
    journal("the same step");
    co_await world.loop.sleep(0);
    journal("another step");
  }),
                       "first", std::runtime_error);
  CHECK(journal.text() == "the same step");
}

TEST_CASE("what a handler of the host throws comes out of the run") {
  VirtualLoop world;
  boost::asio::post(world.host, [] { throw std::runtime_error("thrown by a handler"); });
  CHECK_THROWS_WITH_AS(world.run([&]() -> Coroutine<> {
    while (true) co_await world.loop.sleep(1);
  }),
                       "thrown by a handler", std::runtime_error);
}

TEST_CASE("what a callback throws comes out of the run") {
  VirtualLoop world;
  Calls callback([] { throw std::runtime_error("thrown by a callback"); });
  CHECK_THROWS_WITH_AS(world.run([&]() -> Coroutine<> {
    world.loop.call_later(1, callback);
    co_await world.loop.sleep(2);
  }),
                       "thrown by a callback", std::runtime_error);
}

TEST_CASE("a host that is stopped ends the run with an exception") {
  VirtualLoop world;
  boost::asio::post(world.host, [&] { world.host.stop(); });
  CHECK_THROWS_AS(world.run([&]() -> Coroutine<> {
    while (true) co_await world.loop.sleep(1);
  }),
                  std::runtime_error);
}

TEST_CASE("other handlers of the host get their turn in a long virtual run") {
  for (const double delay : {0.0, 1.0}) {
    CAPTURE(delay);
    VirtualLoop world;
    int handlers = 0;
    std::function<void()> handler = [&] {
      if (++handlers < 10) boost::asio::post(world.host, handler);
    };
    boost::asio::post(world.host, handler);
    const auto busy = [&]() -> Coroutine<> {
      while (true) co_await world.loop.sleep(delay);
    };
    std::deque<Task<>> others;
    for (int i = 0; i < 1000; ++i) others.emplace_back(world.loop, busy());
    world.run([&]() -> Coroutine<> {
      while (handlers < 10) co_await world.loop.sleep(delay);
    });
    CHECK(handlers == 10);
  }
}

TEST_CASE("a real timer of the host gets its turn in a virtual run that never waits") {
  VirtualLoop world;
  bool fired = false;
  boost::asio::steady_timer timer(world.host, std::chrono::milliseconds(1));
  timer.async_wait([&](const boost::system::error_code&) { fired = true; });
  world.run([&]() -> Coroutine<> {
    while (!fired) co_await world.loop.sleep(1);
  });
  CHECK(fired);
}

TEST_CASE("an interrupt in virtual time comes at the present instant") {
  VirtualLoop world;
  Journal journal;
  Calls callback([&] { journal(world.loop, "callback"); });
  bool interrupted = false;
  world.run([&]() -> Coroutine<> {
    co_await world.loop.sleep(2);
    const double then = world.loop.time();
    boost::asio::post(world.host, [&] {
      interrupted = true;
      world.loop.interrupt(callback);
    });
    while (!interrupted) co_await world.loop.sleep(0);
    co_await world.loop.sleep(0);
    CHECK(world.loop.time() == then);
  });
  CHECK(journal.text() == "2 callback");
}

TEST_CASE("an interrupt while the loop waits comes when the clock shows, yet not after the next timer or before the present") {
  struct Example {
    double shown;
    double expected;
  };
  for (const auto& [shown, expected] : {Example{5, 5}, Example{12.5, 10}, Example{1, 2}}) {
    CAPTURE(shown);
    boost::asio::io_context host;
    StandingClock clock;
    clock.reached = 2;
    clock.shown = shown;
    Loop loop(host, clock);
    Journal journal;
    std::optional<Task<>> main;
    Calls callback([&] {
      journal(loop, "callback");
      main->cancel();
    });
    const auto sleeper = [&]() -> Coroutine<> {
      co_await loop.sleep(2);
      boost::asio::post(host, [&] { loop.interrupt(callback); });  // has its turn when the loop waits
      co_await loop.sleep(8);
    };
    main.emplace(loop, sleeper());
    CHECK_THROWS_AS(loop.run_until_complete(*main), Cancelled);
    CHECK(journal.text() == fmt::format("{} callback", expected));
  }
}

TEST_CASE("a handler of the host that cancels a task cuts short the block that it is in") {
  boost::asio::io_context host;
  StandingClock clock;
  clock.shown = 3;
  Loop loop(host, clock);
  Journal journal;
  std::vector<double> pauses;
  loop.on_pause = [&](double seconds) { pauses.push_back(seconds); };
  std::optional<Task<>> main;
  Calls callback([&] {
    journal("callback");
    main->cancel();
  });
  const auto blocker = [&]() -> Coroutine<> {
    boost::asio::post(host, [&] { loop.interrupt(callback); });
    try {
      loop.block(10);
      journal("blocked to the end");
    } catch (const Cancelled&) {
      journal(loop, "cancelled");
    }
    co_await loop.sleep(0);  // it was cancelled once
    journal("went on");
  };
  main.emplace(loop, blocker());
  loop.run_until_complete(*main);
  CHECK(journal.text() == "callback, 3 cancelled, went on");
  CHECK(pauses == std::vector{3.0});
}

TEST_CASE("a block that is not to be cut short goes on, whatever a handler of the host does meanwhile") {
  boost::asio::io_context host;
  WallClock clock(1);
  Loop loop(host, clock);
  Journal journal;
  Calls callback([&] { journal("callback"); });
  const auto blocker = [&]() -> Coroutine<> {
    boost::asio::post(host, [&] { loop.interrupt(callback); });
    loop.block(0.02);
    journal("blocked to the end");
    co_return;
  };
  Task main(loop, blocker());
  loop.run_until_complete(main);
  CHECK(journal.text() == "callback, blocked to the end");
  CHECK(loop.elapsed() >= 0.02);
}

TEST_CASE("an abort, or a handler that throws, cuts a block short: what follows it in the step is not done") {
  for (const bool throws : {false, true}) {
    boost::asio::io_context host;
    StandingClock clock;
    Loop loop(host, clock);
    Journal journal;
    const auto blocker = [&]() -> Coroutine<> {
      boost::asio::post(host, [&] {
        if (throws) throw std::runtime_error("a reason");
        loop.abort(std::make_exception_ptr(std::runtime_error("a reason")));
      });
      loop.block(10);
      journal("blocked to the end");
      co_return;
    };
    Task main(loop, blocker());
    CHECK_THROWS_WITH(loop.run_until_complete(main), "a reason");
    CHECK(journal.text().empty());
  }
}

TEST_CASE("a step that never ends but polls the host is interrupted in its midst, and ends where its task is cancelled") {
  for (const bool aborted : {false, true}) {
    VirtualLoop world;
    Journal journal;
    std::optional<Task<>> main;
    Calls callback([&] {
      journal("callback");
      main->cancel();
    });
    const auto endless = [&]() -> Coroutine<> {
      boost::asio::post(world.host, [&] {
        if (aborted) return world.loop.abort(std::make_exception_ptr(std::runtime_error("aborted")));
        world.loop.interrupt(callback);
      });
      while (true) world.loop.poll_host();
      co_return;
    };
    main.emplace(world.loop, endless());
    if (aborted)
      CHECK_THROWS_WITH(world.loop.run_until_complete(*main), "aborted");
    else
      CHECK_THROWS_AS(world.loop.run_until_complete(*main), Cancelled);
    CHECK(journal.text() == (aborted ? "" : "callback"));
  }
}

TEST_CASE("handlers that the host runs after the loop's end do nothing") {
  boost::asio::io_context host;
  StandingClock clock;
  {
    Loop loop(host, clock);
    const auto sleeper = [&]() -> Coroutine<> {
      boost::asio::post(host, [] { throw std::runtime_error("enough"); });
      co_await loop.sleep(5);
    };
    Task task(loop, sleeper());
    CHECK_THROWS_WITH_AS(loop.run_until_complete(task), "enough", std::runtime_error);
  }
  host.restart();
  CHECK_NOTHROW(host.run());
}

TEST_CASE("a loop may be torn down with timers set and callbacks ready") {
  Journal journal;
  VirtualLoop world;
  Calls ready([&] { journal("ready"); });
  Calls timer([&] { journal("timer"); });
  world.loop.call_soon(ready);
  world.loop.call_later(1, timer);
  CHECK(journal.text().empty());
}

// Tasks that sleep for random ticks, and tell when they wake.
std::string random_sleeps(Loop& loop, std::uint64_t seed) {
  std::mt19937_64 rng(seed);
  Journal journal;
  const auto sleeper = [&](std::vector<double> delays, std::string name) -> Coroutine<> {
    for (const double delay : delays) {
      co_await loop.sleep(delay);
      journal(loop, name);
    }
  };
  std::deque<Task<>> tasks;
  for (int i = 0; i < 20; ++i) {
    std::vector<double> delays;
    for (int k = 0; k < 20; ++k) delays.push_back(0.1 * static_cast<double>(rng() % 5));
    tasks.emplace_back(loop, sleeper(std::move(delays), fmt::format("T{}", i)));
  }
  const auto all = [&]() -> Coroutine<> {
    WaitAll ended(loop);
    for (Task<>& task : tasks) ended.add(task);
    co_await ended;
  };
  Task main(loop, all());
  loop.run_until_complete(main);
  return journal.text();
}

TEST_CASE("under a wall clock everything happens in the same order, at the same times of the loop") {
  for (std::uint64_t i = 0; i < 5; ++i) {
    const std::uint64_t seed = test_seed() + i;
    CAPTURE(seed);
    VirtualLoop world;
    boost::asio::io_context host;
    WallClock clock(1e4);
    Loop paced(host, clock);
    CHECK(random_sleeps(paced, seed) == random_sleeps(world.loop, seed));
  }
}

// Every time that comes has to be waited for a little, however slow the machine is.
class AlwaysEarly final : public Clock {
public:
  void start() override {}
  std::optional<Instant> due(double deadline) const override {
    const auto now = std::chrono::steady_clock::now();
    return std::exchange(asked_for_, deadline) == deadline ? now : now + std::chrono::milliseconds(1);
  }
  double elapsed(double now) const override { return now; }

private:
  mutable double asked_for_ = 0;
};

// How much of the work of a hundred tasks is done whenever the loop says that it waits.
std::vector<int> done_at_waits(Clock& clock) {
  boost::asio::io_context host;
  Loop loop(host, clock);
  int done = 0;
  std::vector<int> all;
  loop.on_wait = [&] { all.push_back(done); };
  const auto work = [&]() -> Coroutine<> {
    co_await loop.sleep(1);
    ++done;
    co_await loop.sleep(1);
    ++done;
  };
  const auto everybody = [&]() -> Coroutine<> {
    std::deque<Task<>> tasks;
    WaitAll ended(loop);
    for (int i = 0; i < 100; ++i) ended.add(tasks.emplace_back(loop, work()));
    co_await ended;
    loop.block(1);
    done = 0;
  };
  Task main(loop, everybody());
  loop.run_until_complete(main);
  return all;
}

TEST_CASE("a wait for time is told, once after all that takes place at one time; in virtual time there is none") {
  VirtualClock in_virtual_time;
  CHECK(done_at_waits(in_virtual_time).empty());
  AlwaysEarly clock;
  CHECK(done_at_waits(clock) == std::vector{0, 100, 200, 0});  // the last is the end
}

TEST_CASE("under a wall clock time really passes") {
  boost::asio::io_context host;
  WallClock clock(100);
  Loop loop(host, clock);
  const auto sleeper = [&]() -> Coroutine<> {
    co_await loop.sleep(1);
    CHECK(loop.elapsed() >= 1);
    loop.block(1);
    CHECK(loop.elapsed() >= 2);
  };
  Task main(loop, sleeper());
  const auto before = std::chrono::steady_clock::now();
  loop.run_until_complete(main);
  CHECK(std::chrono::steady_clock::now() - before >= std::chrono::milliseconds(20));
  CHECK(loop.time() == 2);
}

}  // namespace
}  // namespace pcsim
