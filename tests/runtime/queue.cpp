#include <pcsim/runtime/queue.hpp>

#include <pcsim/runtime/cancelled.hpp>
#include <support/allocations.hpp>
#include <support/lives.hpp>
#include <support/virtual_loop.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace pcsim {
namespace {

TEST_CASE("values come out in the order in which they were put in, however they wrap around") {
  VirtualLoop world;
  for (const std::size_t maxsize : {std::size_t{0}, std::size_t{10}}) {
    CAPTURE(maxsize);
    Queue<int> queue(world.loop, maxsize);
    int put = 0;
    int got = 0;
    for (int round = 0; round < 100; ++round) {
      for (int i = 0; i < 7 && !queue.full(); ++i) queue.put_nowait(put++);
      for (int i = 0; i < 5; ++i) REQUIRE(queue.get_nowait() == got++);
    }
    CHECK(queue.size() == static_cast<std::size_t>(put - got));
    while (!queue.empty()) REQUIRE(queue.get_nowait() == got++);
    CHECK(got == put);
  }
}

TEST_CASE("an unbounded queue is never full, a bounded one is with maxsize values") {
  VirtualLoop world;
  Queue<int> unbounded(world.loop, 0);
  for (int i = 0; i < 100000; ++i) unbounded.put_nowait(i);
  CHECK_FALSE(unbounded.full());
  CHECK(unbounded.size() == 100000);

  Queue<int> bounded(world.loop, 2);
  bounded.put_nowait(1);
  CHECK_FALSE(bounded.full());
  bounded.put_nowait(2);
  CHECK(bounded.full());
  CHECK_THROWS_AS(bounded.put_nowait(3), std::length_error);
  CHECK(bounded.get_nowait() == 1);
  CHECK(bounded.get_nowait() == 2);
  CHECK(bounded.empty());
  CHECK_THROWS_AS(bounded.get_nowait(), std::out_of_range);
}

TEST_CASE("put and get do not suspend where they need not wait") {
  VirtualLoop world;
  Queue<int> queue(world.loop, 1);
  int rounds_passed = -1;
  world.run([&]() -> Coroutine<> {
    const Rounds rounds(world.loop);
    for (int i = 0; i < 10; ++i) {
      co_await queue.put(i);
      CHECK(co_await queue.get() == i);
    }
    rounds_passed = rounds.count();
  });
  CHECK(rounds_passed == 0);
}

TEST_CASE("a get waits for a put, and takes the value one round later") {
  VirtualLoop world;
  Journal journal;
  Queue<int> queue(world.loop, 0);
  const auto getter = [&]() -> Coroutine<> {
    const int value = co_await queue.get();
    journal(world.loop, fmt::format("got {}", value));
  };
  world.run([&]() -> Coroutine<> {
    Task task(world.loop, getter());
    co_await world.loop.sleep(1);
    co_await queue.put(7);
    journal(world.loop, "put");
    CHECK(queue.size() == 1);
    co_await world.loop.sleep(0);
    CHECK(queue.empty());
    co_await task;
  });
  CHECK(journal.text() == "1 put, 1 got 7");
}

TEST_CASE("a put waits for room, and puts its value one round later") {
  VirtualLoop world;
  Journal journal;
  Queue<int> queue(world.loop, 1);
  queue.put_nowait(1);
  const auto putter = [&]() -> Coroutine<> {
    co_await queue.put(2);
    journal(world.loop, "put");
  };
  world.run([&]() -> Coroutine<> {
    Task task(world.loop, putter());
    co_await world.loop.sleep(1);
    CHECK(co_await queue.get() == 1);
    journal(world.loop, "got");
    CHECK(queue.empty());
    co_await world.loop.sleep(0);
    CHECK(queue.full());
    co_await task;
  });
  CHECK(journal.text() == "1 got, 1 put");
}

// Getters and putters that tell what they got, put, or that they were cancelled.
struct Actors {
  Coroutine<> get(std::string name) {
    try {
      const int value = co_await queue.get();
      journal(fmt::format("{} got {}", name, value));
    } catch (const Cancelled&) {
      journal(name + " cancelled");
      throw;
    }
  }
  Coroutine<> put(std::string name, int value) {
    try {
      co_await queue.put(value);
      journal(fmt::format("{} put {}", name, value));
    } catch (const Cancelled&) {
      journal(name + " cancelled");
      throw;
    }
  }
  Coroutine<> rounds(int n) {
    for (int i = 0; i < n; ++i) co_await loop.sleep(0);
  }

  Loop& loop;
  Queue<int>& queue;
  Journal journal{};
};

TEST_CASE("getters are served in the order in which they came") {
  VirtualLoop world;
  Queue<int> queue(world.loop, 0);
  Actors actors{world.loop, queue};
  Task a(world.loop, actors.get("a"));
  Task b(world.loop, actors.get("b"));
  Task c(world.loop, actors.get("c"));
  world.run([&]() -> Coroutine<> {
    co_await actors.rounds(1);
    for (int i = 1; i <= 3; ++i) co_await queue.put(i);
    co_await c;
  });
  CHECK(actors.journal.text() == "a got 1, b got 2, c got 3");
}

TEST_CASE("putters are served in the order in which they came") {
  VirtualLoop world;
  Queue<int> queue(world.loop, 1);
  queue.put_nowait(0);
  Actors actors{world.loop, queue};
  Task a(world.loop, actors.put("a", 1));
  Task b(world.loop, actors.put("b", 2));
  std::vector<int> got;
  world.run([&]() -> Coroutine<> {
    co_await actors.rounds(1);
    for (int i = 0; i < 3; ++i) got.push_back(co_await queue.get());
  });
  CHECK(actors.journal.text() == "a put 1, b put 2");
  CHECK(got == std::vector{0, 1, 2});
}

TEST_CASE("a getter that comes by may take the value, and the notified one waits again at the end of the line") {
  VirtualLoop world;
  Queue<int> queue(world.loop, 0);
  Actors actors{world.loop, queue};
  Task first(world.loop, actors.get("first"));
  Task second(world.loop, actors.get("second"));
  world.run([&]() -> Coroutine<> {
    co_await actors.rounds(1);
    queue.put_nowait(1);             // notifies first
    CHECK(queue.get_nowait() == 1);  // and is taken by who comes by
    co_await actors.rounds(1);
    queue.put_nowait(2);  // so that now second is notified
    queue.put_nowait(3);
    co_await first;
  });
  CHECK(actors.journal.text() == "second got 2, first got 3");
}

TEST_CASE("a putter that comes by may take the room, and the notified one waits again at the end of the line") {
  VirtualLoop world;
  Queue<int> queue(world.loop, 1);
  queue.put_nowait(0);
  Actors actors{world.loop, queue};
  Task first(world.loop, actors.put("first", 1));
  Task second(world.loop, actors.put("second", 2));
  world.run([&]() -> Coroutine<> {
    co_await actors.rounds(1);
    CHECK(queue.get_nowait() == 0);  // notifies first
    queue.put_nowait(9);             // and the room is taken by who comes by
    co_await actors.rounds(1);
    CHECK(queue.get_nowait() == 9);  // so that now second is notified
    co_await actors.rounds(1);
    CHECK(queue.get_nowait() == 2);
    co_await first;
  });
  CHECK(actors.journal.text() == "second put 2, first put 1");
}

TEST_CASE("a getter that waits again keeps the time since when it waits up to date") {
  VirtualLoop world;
  Queue<int> queue(world.loop, 0);
  Actors actors{world.loop, queue};
  Task getter(world.loop, actors.get("getter"));
  world.run([&]() -> Coroutine<> {
    co_await world.loop.sleep(2);
    REQUIRE(getter.waiting().has_value());
    CHECK(std::string(getter.waiting()->what) == "get");
    CHECK(getter.waiting()->since == 0);
    queue.put_nowait(1);
    co_await getter;
  });
}

TEST_CASE("a notified getter that is cancelled hands its notification on") {
  VirtualLoop world;
  Queue<int> queue(world.loop, 0);
  Actors actors{world.loop, queue};
  Task first(world.loop, actors.get("first"));
  Task second(world.loop, actors.get("second"));
  CHECK(world.run([&]() -> Coroutine<> {
    co_await actors.rounds(1);
    queue.put_nowait(1);
    first.cancel();
    co_await second;
  }) == Loop::Ended::done);
  CHECK(actors.journal.text() == "first cancelled, second got 1");
}

TEST_CASE("a notified putter that is cancelled hands its notification on") {
  VirtualLoop world;
  Queue<int> queue(world.loop, 1);
  queue.put_nowait(0);
  Actors actors{world.loop, queue};
  Task first(world.loop, actors.put("first", 1));
  Task second(world.loop, actors.put("second", 2));
  CHECK(world.run([&]() -> Coroutine<> {
    co_await actors.rounds(1);
    CHECK(queue.get_nowait() == 0);
    first.cancel();
    co_await second;
  }) == Loop::Ended::done);
  CHECK(actors.journal.text() == "first cancelled, second put 2");
}

TEST_CASE("a getter that is cancelled while it waits leaves the line, and nothing is lost") {
  VirtualLoop world;
  Queue<int> queue(world.loop, 0);
  Actors actors{world.loop, queue};
  Task first(world.loop, actors.get("first"));
  Task second(world.loop, actors.get("second"));
  world.run([&]() -> Coroutine<> {
    co_await actors.rounds(1);
    first.cancel();
    queue.put_nowait(1);
    co_await second;
  });
  CHECK(actors.journal.text() == "first cancelled, second got 1");
}

TEST_CASE("a notified getter that is cancelled after its value was taken does not wake the next one for nothing") {
  VirtualLoop world;
  Queue<int> queue(world.loop, 0);
  Actors actors{world.loop, queue};
  Task first(world.loop, actors.get("first"));
  Task second(world.loop, actors.get("second"));
  Task third(world.loop, actors.get("third"));
  world.run([&]() -> Coroutine<> {
    co_await actors.rounds(1);
    queue.put_nowait(1);
    first.cancel();
    CHECK(queue.get_nowait() == 1);
    co_await actors.rounds(2);
    queue.put_nowait(2);  // second is still the first in line
    queue.put_nowait(3);
    co_await third;
  });
  CHECK(actors.journal.text() == "first cancelled, second got 2, third got 3");
}

TEST_CASE("a queue that is handed to and fro between getters and putters at one instant keeps its order") {
  VirtualLoop world;
  Queue<int> queue(world.loop, 1);
  std::vector<int> got;
  const auto producer = [&](int base) -> Coroutine<> {
    for (int i = 0; i < 100; ++i) co_await queue.put(base + i);
  };
  const auto consumer = [&]() -> Coroutine<> {
    for (int i = 0; i < 100; ++i) got.push_back(co_await queue.get());
  };
  world.run([&]() -> Coroutine<> {
    std::deque<Task<>> tasks;
    tasks.emplace_back(world.loop, consumer());
    tasks.emplace_back(world.loop, producer(0));
    tasks.emplace_back(world.loop, producer(1000));
    tasks.emplace_back(world.loop, consumer());
    for (Task<>& task : tasks) co_await task;
  });
  CHECK(world.loop.time() == 0);
  REQUIRE(got.size() == 200);
  // Each producer's values come out in its own order.
  int next_low = 0;
  int next_high = 1000;
  for (const int value : got) REQUIRE(value == (value < 1000 ? next_low++ : next_high++));
}

TEST_CASE("putters blocked on a full queue and getters on an empty one wait for ever in different queues") {
  VirtualLoop world;
  Queue<int> full(world.loop, 1);
  Queue<int> empty(world.loop, 1);
  full.put_nowait(0);
  Actors at_full{world.loop, full};
  Actors at_empty{world.loop, empty};
  Task putter(world.loop, at_full.put("putter", 1));
  Task getter(world.loop, at_empty.get("getter"));
  CHECK(world.run([&]() -> Coroutine<> { co_await getter; }) == Loop::Ended::deadlock);
  CHECK(std::string(putter.waiting()->what) == "put");
  CHECK(std::string(getter.waiting()->what) == "get");
}

TEST_CASE("a put and a get that are blocked at once on one queue are both served") {
  VirtualLoop world;
  Queue<int> queue(world.loop, 1);
  queue.put_nowait(0);
  Actors actors{world.loop, queue};
  Task first(world.loop, actors.put("first", 1));
  Task second(world.loop, actors.put("second", 2));
  CHECK(world.run([&]() -> Coroutine<> {
    co_await actors.rounds(1);
    CHECK(queue.get_nowait() == 0);    // first is notified, second still in line
    CHECK(co_await queue.get() == 1);  // and main waits, too, before first has had its turn
    actors.journal("main got 1");
    CHECK(co_await queue.get() == 2);
  }) == Loop::Ended::done);
  CHECK(actors.journal.text() == "first put 1, main got 1, second put 2");
}

TEST_CASE("join() waits until all that was put is reported done") {
  VirtualLoop world;
  Journal journal;
  Queue<int> queue(world.loop, 0);
  const auto joiner = [&]() -> Coroutine<> {
    co_await queue.join();
    journal(world.loop, "joined");
  };
  world.run([&]() -> Coroutine<> {
    co_await queue.join();  // nothing was put yet
    queue.put_nowait(1);
    queue.put_nowait(2);
    Task a(world.loop, joiner());
    Task b(world.loop, joiner());
    co_await world.loop.sleep(1);
    queue.get_nowait();
    queue.task_done();
    co_await world.loop.sleep(1);
    queue.get_nowait();
    co_await world.loop.sleep(1);  // empty, but not done
    CHECK(a.waiting().has_value());
    CHECK(std::string(a.waiting()->what) == "join");
    queue.task_done();
    co_await b;
    co_await queue.join();
  });
  CHECK(journal.text() == "3 joined, 3 joined");
}

TEST_CASE("task_done() once too often throws") {
  VirtualLoop world;
  Queue<int> queue(world.loop, 0);
  CHECK_THROWS_AS(queue.task_done(), std::logic_error);
  queue.put_nowait(1);
  queue.task_done();
  CHECK_THROWS_AS(queue.task_done(), std::logic_error);
}

TEST_CASE("values that can only be moved go through the queue") {
  VirtualLoop world;
  Queue<std::unique_ptr<int>> queue(world.loop, 1);
  int sum = 0;
  const auto producer = [&]() -> Coroutine<> {
    for (int i = 1; i <= 4; ++i) co_await queue.put(std::make_unique<int>(i));
  };
  world.run([&]() -> Coroutine<> {
    Task task(world.loop, producer());
    for (int i = 0; i < 4; ++i) {
      const std::unique_ptr<int> value = co_await queue.get();
      sum += *value;
    }
  });
  CHECK(sum == 10);
}

TEST_CASE("every value that goes through the queue lives once, and whole") {
  VirtualLoop world;
  Lives lives;
  std::vector<int> got;
  {
    Queue<Life> queue(world.loop, 3);
    const auto producer = [&](int base) -> Coroutine<> {
      for (int i = 0; i < 50; ++i) {
        co_await queue.put(Life(lives, base + i));
        if (i % 7 == 0) co_await world.loop.sleep(0.1);
      }
    };
    const auto consumer = [&]() -> Coroutine<> {
      for (int i = 0; i < 50; ++i) {
        const Life life = co_await queue.get();
        if (i % 5 == 0) co_await world.loop.sleep(0.1);
        got.push_back(life.value());
      }
    };
    world.run([&]() -> Coroutine<> {
      std::deque<Task<>> tasks;
      tasks.emplace_back(world.loop, producer(0));
      tasks.emplace_back(world.loop, producer(100));
      tasks.emplace_back(world.loop, consumer());
      tasks.emplace_back(world.loop, consumer());
      for (Task<>& task : tasks) co_await task;
    });
    CHECK(queue.empty());
    CHECK(lives.alive.empty());
  }
  CHECK(got.size() == 100);
  CHECK(std::set<int>(got.begin(), got.end()).size() == 100);
  CHECK(*std::min_element(got.begin(), got.end()) == 0);  // none was taken that had been moved from
  CHECK(lives.errors == 0);
}

TEST_CASE("an unbounded queue that grows keeps the lives of its values in order") {
  VirtualLoop world;
  Lives lives;
  Queue<Life> queue(world.loop, 0);
  for (int i = 0; i < 3; ++i) queue.put_nowait(Life(lives, -10));
  for (int i = 0; i < 3; ++i) queue.get_nowait();  // so that it wraps around when it grows
  for (int i = 0; i < 1000; ++i) queue.put_nowait(Life(lives, i));
  CHECK(lives.alive.size() == 1000);
  for (int i = 0; i < 1000; ++i) REQUIRE(queue.get_nowait().value() == i);
  CHECK(lives.alive.empty());
  CHECK(lives.errors == 0);
}

TEST_CASE("values that are in the queue or in a blocked put are destroyed with it") {
  Lives lives;
  VirtualLoop world;
  auto queue = std::make_unique<Queue<Life>>(world.loop, 2);
  const auto producer = [&]() -> Coroutine<> {
    for (int i = 0; i < 5; ++i) co_await queue->put(Life(lives, i));
  };
  auto task = std::make_unique<Task<>>(world.loop, producer());
  CHECK(world.loop.run_until_complete(*task) == Loop::Ended::deadlock);
  CHECK(lives.alive.size() == 3);  // two in the queue, and the one that is being put
  task.reset();
  CHECK(lives.alive.size() == 2);
  queue.reset();
  CHECK(lives.alive.empty());
  CHECK(lives.errors == 0);
}

TEST_CASE("the value of a put that was cancelled is destroyed, and never gets into the queue") {
  VirtualLoop world;
  Lives lives;
  Queue<Life> queue(world.loop, 1);
  queue.put_nowait(Life(lives, 1));
  const auto producer = [&]() -> Coroutine<> { co_await queue.put(Life(lives, 2)); };
  Task task(world.loop, producer());
  world.run([&]() -> Coroutine<> {
    co_await world.loop.sleep(1);
    CHECK(lives.alive.size() == 2);  // one in the queue, and the one that is being put
    task.cancel();
    co_await world.loop.sleep(1);
    CHECK(task.cancelled());
    CHECK(lives.alive.size() == 1);
    CHECK(queue.get_nowait().value() == 1);
  });
  CHECK(queue.empty());
  CHECK(lives.errors == 0);
}

TEST_CASE("nothing is allocated per item once a run is under way") {
  for (const std::size_t maxsize : {std::size_t{0}, std::size_t{1}, std::size_t{64}}) {
    CAPTURE(maxsize);
    VirtualLoop world;
    Queue<std::uint64_t> queue(world.loop, maxsize);
    const auto producer = [&](double delay) -> Coroutine<> {
      while (true) {
        co_await world.loop.sleep(delay);
        co_await queue.put(1);
      }
    };
    std::uint64_t got = 0;
    const auto consumer = [&](double delay) -> Coroutine<> {
      while (true) {
        got += co_await queue.get();
        queue.task_done();
        co_await world.loop.sleep(delay);
      }
    };
    std::deque<Task<>> tasks;
    for (int i = 0; i < 10; ++i) tasks.emplace_back(world.loop, producer(0.1 + 0.01 * i));
    for (int i = 0; i < 20; ++i) tasks.emplace_back(world.loop, consumer(0.05 + 0.01 * i));
    std::uint64_t allocated = 0;
    std::uint64_t items = 0;
    world.run([&]() -> Coroutine<> {
      co_await world.loop.sleep(100);
      const std::uint64_t before = allocations();
      items = got;
      co_await world.loop.sleep(1000);
      allocated = allocations() - before;
      items = got - items;
    });
    CHECK(items > 10000);
    CHECK(allocated < items / 1000);  // the host's handlers take some memory, now and then
  }
}

}  // namespace
}  // namespace pcsim
