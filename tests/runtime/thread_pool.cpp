#include <pcsim/runtime/thread_pool.hpp>

#include <pcsim/runtime/cancelled.hpp>
#include <pcsim/runtime/event.hpp>
#include <support/allocations.hpp>
#include <support/virtual_loop.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace pcsim {
namespace {

struct Workers {
  Coroutine<> work(std::string name, double seconds) {
    try {
      Semaphore::Permit thread = co_await pool.acquire();
      journal(loop, name + " begins");
      co_await pool.work(std::move(thread), seconds);
      journal(loop, name + " ends");
    } catch (const Cancelled&) {
      journal(loop, name + " gives up");
      throw;
    }
  }

  Loop& loop;
  ThreadPool& pool;
  Journal journal{};
};

TEST_CASE("as much is worked on at once as there are threads, in the order in which it came") {
  VirtualLoop world;
  ThreadPool pool(world.loop, 2, "threads");
  Workers workers{world.loop, pool};
  world.run([&]() -> Coroutine<> {
    Task a(world.loop, workers.work("a", 3));
    Task b(world.loop, workers.work("b", 1));
    Task c(world.loop, workers.work("c", 1));
    Task d(world.loop, workers.work("d", 1));
    for (Task<>* const task : {&a, &b, &c, &d}) co_await *task;
  });
  CHECK(workers.journal.text() == "0 a begins, 0 b begins, 1 c begins, 1 b ends, 2 d begins, 2 c ends, 3 a ends, 3 d ends");
}

TEST_CASE("who works on a thread is resumed when who began to sleep for the same time at the same moment is") {
  VirtualLoop world;
  ThreadPool pool(world.loop, 1, "threads");
  Workers workers{world.loop, pool};
  const auto sleeper = [&](std::string name) -> Coroutine<> {
    co_await world.loop.sleep(1);
    workers.journal(world.loop, name);
  };
  world.run([&]() -> Coroutine<> {
    Task before(world.loop, sleeper("before"));
    Task worker(world.loop, workers.work("worker", 1));
    Task after(world.loop, sleeper("after"));
    co_await worker;
    co_await after;
  });
  CHECK(workers.journal.text() == "0 worker begins, 1 before, 1 worker ends, 1 after");
}

TEST_CASE("a thread at work is busy to the end, though who waited for it was cancelled") {
  VirtualLoop world;
  ThreadPool pool(world.loop, 1, "threads");
  Workers workers{world.loop, pool};
  Task impatient(world.loop, workers.work("impatient", 10));
  Task next(world.loop, workers.work("next", 1));
  world.run([&]() -> Coroutine<> {
    co_await world.loop.sleep(2);
    impatient.cancel();
    co_await next;
  });
  CHECK(impatient.cancelled());
  CHECK(workers.journal.text() == "0 impatient begins, 2 impatient gives up, 10 next begins, 11 next ends");
}

TEST_CASE("a thread whose waiter is cancelled before it begins is idle again") {
  VirtualLoop world;
  ThreadPool pool(world.loop, 1, "threads");
  Workers workers{world.loop, pool};
  Task first(world.loop, workers.work("first", 5));
  Task second(world.loop, workers.work("second", 5));
  Task third(world.loop, workers.work("third", 5));
  world.run([&]() -> Coroutine<> {
    co_await world.loop.sleep(1);
    second.cancel();
    co_await third;
  });
  CHECK(workers.journal.text() == "0 first begins, 1 second gives up, 5 third begins, 5 first ends, 10 third ends");
}

TEST_CASE("a thread that is taken and not worked with is given back") {
  VirtualLoop world;
  ThreadPool pool(world.loop, 1, "threads");
  Workers workers{world.loop, pool};
  world.run([&]() -> Coroutine<> {
    { const Semaphore::Permit thread = co_await pool.acquire(); }
    co_await workers.work("next", 1);
  });
  CHECK(workers.journal.text() == "0 next begins, 1 next ends");
}

TEST_CASE("who gives up at the instant at which the thread is done does not disturb who has the thread by then") {
  // At 1: the first worker is cancelled, then its thread is done, then the newcomer has a turn and takes the thread, and only
  // then the first worker finds out that it was cancelled.
  VirtualLoop world;
  ThreadPool pool(world.loop, 1, "threads");
  Workers workers{world.loop, pool};
  struct Cancel final : Callback {
    explicit Cancel(std::optional<Task<>>& its_task) : task(its_task) {}
    void run() override { task->cancel(); }
    std::optional<Task<>>& task;
  };
  std::optional<Task<>> first;
  Cancel cancel(first);
  const auto newcomer = [&]() -> Coroutine<> {
    co_await world.loop.sleep(1);
    co_await workers.work("newcomer", 2);
  };
  Task second(world.loop, newcomer());
  CHECK(world.run([&]() -> Coroutine<> {
    world.loop.call_at(1, cancel);
    first.emplace(world.loop, workers.work("first", 1));
    co_await second;
  }) == Loop::Ended::done);
  CHECK(workers.journal.text() == "0 first begins, 1 newcomer begins, 1 first gives up, 3 newcomer ends");
}

TEST_CASE("work that takes no time takes its rounds") {
  VirtualLoop world;
  ThreadPool pool(world.loop, 1, "threads");
  Workers workers{world.loop, pool};
  world.run([&]() -> Coroutine<> { co_await workers.work("quick", 0); });
  CHECK(workers.journal.text() == "0 quick begins, 0 quick ends");
}

TEST_CASE("who waits for a thread tells so") {
  VirtualLoop world;
  ThreadPool pool(world.loop, 1, "the threads");
  const auto keeper = [&]() -> Coroutine<> {
    const Semaphore::Permit first = co_await pool.acquire();
    const Semaphore::Permit second = co_await pool.acquire();
  };
  Task task(world.loop, keeper());
  CHECK(world.loop.run_until_complete(task) == Loop::Ended::deadlock);
  CHECK(std::string(task.waiting()->what) == "the threads");
}

TEST_CASE("nothing is allocated for work once all threads have been busy") {
  VirtualLoop world;
  ThreadPool pool(world.loop, 3, "threads");
  const auto worker = [&](double seconds) -> Coroutine<> {
    while (true) {
      Semaphore::Permit thread = co_await pool.acquire();
      co_await pool.work(std::move(thread), seconds);
    }
  };
  std::deque<Task<>> tasks;
  for (int i = 0; i < 5; ++i) tasks.emplace_back(world.loop, worker(0.1 + 0.01 * i));
  std::uint64_t allocated = 0;
  world.run([&]() -> Coroutine<> {
    co_await world.loop.sleep(10);
    const std::uint64_t before = allocations();
    co_await world.loop.sleep(1000);
    allocated = allocations() - before;
  });
  CHECK(allocated < 100);  // of some 25,000 pieces of work; the host's handlers take some memory, now and then
}

TEST_CASE("a pool may be torn down with threads at work, for somebody or for nobody any more, and its timers with it") {
  VirtualLoop world;
  Event never(world.loop, "never");
  auto pool = std::make_unique<ThreadPool>(world.loop, 2, "threads");
  Workers workers{world.loop, *pool};
  std::deque<Task<>> tasks;
  for (const char* const name : {"working", "impatient", "waiting"}) tasks.emplace_back(world.loop, workers.work(name, 100));
  CHECK(world.run([&]() -> Coroutine<> {
    co_await world.loop.sleep(1);
    tasks[1].cancel();
    co_await world.loop.sleep(1);
    tasks.clear();
    pool.reset();
    co_await never.wait();
  }) == Loop::Ended::deadlock);
  CHECK(workers.journal.text() == "0 working begins, 0 impatient begins, 1 impatient gives up");
  CHECK(world.loop.time() == 2);
}

}  // namespace
}  // namespace pcsim
