#include <pcsim/runtime/coroutine.hpp>

#include <pcsim/runtime/event.hpp>
#include <support/allocations.hpp>
#include <support/lives.hpp>
#include <support/virtual_loop.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <map>
#include <memory>
#include <memory_resource>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace pcsim {
namespace {

TEST_CASE("a coroutine does not begin before it is awaited") {
  VirtualLoop world;
  Journal journal;
  const auto child = [&]() -> Coroutine<> {
    journal("child");
    co_return;
  };
  world.run([&]() -> Coroutine<> {
    Coroutine<> not_yet = child();
    journal("parent");
    co_await std::move(not_yet);
    journal("parent again");
  });
  CHECK(journal.text() == "parent, child, parent again");
}

TEST_CASE("a coroutine gives its result by value") {
  VirtualLoop world;
  const auto child = [&](std::string text) -> Coroutine<std::string> { co_return text + "!"; };
  const auto later = [&](int n) -> Coroutine<int> {
    co_await world.loop.sleep(1);
    co_return n + 1;
  };
  std::string text;
  int number = 0;
  world.run([&]() -> Coroutine<> {
    text = co_await child("a text that is too long for a small string");
    number = co_await later(41);
  });
  CHECK(text == "a text that is too long for a small string!");
  CHECK(number == 42);
}

TEST_CASE("a result may be of a type that can only be moved") {
  VirtualLoop world;
  Lives lives;
  const auto at_once = [&]() -> Coroutine<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
  const auto later = [&]() -> Coroutine<Life> {
    co_await world.loop.sleep(1);
    co_return Life(lives, 8);
  };
  int sum = 0;
  world.run([&]() -> Coroutine<> {
    const std::unique_ptr<int> seven = co_await at_once();
    const Life eight = co_await later();
    sum = *seven + eight.value();
  });
  CHECK(sum == 15);
  CHECK(lives.begun > 0);
  CHECK(lives.alive.empty());
  CHECK(lives.errors == 0);
}

TEST_CASE("what a coroutine throws comes out of it through every level that awaits") {
  for (const double delay : {-1.0, 0.0, 0.5}) {  // -1: does not suspend
    CAPTURE(delay);
    VirtualLoop world;
    Lives lives;
    const auto innermost = [&]() -> Coroutine<int> {
      if (delay >= 0) co_await world.loop.sleep(delay);
      throw std::runtime_error("thrown");
    };
    const auto middle = [&]() -> Coroutine<int> {
      const Life local(lives, 1);
      co_return 1 + co_await innermost();
    };
    const auto outer = [&]() -> Coroutine<> { co_await middle(); };
    Journal journal;
    CHECK_THROWS_WITH_AS(world.run([&]() -> Coroutine<> {
      try {
        co_await outer();
      } catch (const std::runtime_error& error) {
        journal(error.what());
      }
      journal("caught");
      co_await outer();
      journal("never comes here");
    }),
                         "thrown", std::runtime_error);
    CHECK(journal.text() == "thrown, caught");
    CHECK(lives.alive.empty());
    CHECK(lives.errors == 0);
  }
}

TEST_CASE("who awaits is resumed in the very step in which the awaited one ends") {
  VirtualLoop world;
  std::optional<int> rounds_in_child;
  std::optional<int> rounds_after;
  world.run([&]() -> Coroutine<> {
    const Rounds rounds(world.loop);
    const auto child = [&]() -> Coroutine<> {
      co_await world.loop.sleep(0);
      rounds_in_child = rounds.count();
    };
    co_await child();
    rounds_after = rounds.count();
  });
  CHECK(rounds_in_child == 1);
  CHECK(rounds_after == 1);
}

TEST_CASE("a million children that end without suspending need no more stack than one") {
  VirtualLoop world;
  const auto child = [](int n) -> Coroutine<int> { co_return n & 1; };
  int sum = 0;
  world.run([&]() -> Coroutine<> {
    for (int i = 0; i < 1'000'000; ++i) sum += co_await child(i);
  });
  CHECK(sum == 500'000);
}

TEST_CASE("a million children that suspend need no more stack than one") {
  VirtualLoop world;
  const auto child = [&](int n) -> Coroutine<int> {
    co_await world.loop.sleep(n % 3 == 0 ? 0.001 : 0);
    co_return n & 1;
  };
  int sum = 0;
  world.run([&]() -> Coroutine<> {
    for (int i = 0; i < 1'000'000; ++i) sum += co_await child(i);
  });
  CHECK(sum == 500'000);
}

TEST_CASE("a thousand levels of children that suspended come back without a deep stack") {
  VirtualLoop world;
  struct Levels {
    Coroutine<int> descend(int level) {
      if (level == 0) {
        co_await loop.sleep(1);
        co_return 0;
      }
      co_return 1 + co_await descend(level - 1);
    }
    Loop& loop;
  };
  Levels levels{world.loop};
  int depth = 0;
  world.run([&]() -> Coroutine<> { depth = co_await levels.descend(1000); });
  CHECK(depth == 1000);
}

TEST_CASE("a coroutine that never began leaves nothing behind") {
  Lives lives;
  const auto child = [](Life parameter) -> Coroutine<int> { co_return parameter.value(); };
  {
    Coroutine<int> first = child(Life(lives, 1));
    Coroutine<int> second = child(Life(lives, 2));
    first = std::move(second);
    CHECK(lives.alive.size() == 1);
  }
  CHECK(lives.alive.empty());
  CHECK(lives.errors == 0);
}

TEST_CASE("coroutines that are destroyed while they wait destroy what they hold, the innermost first") {
  Lives lives;
  Journal journal;
  struct Farewell {
    ~Farewell() { journal(name); }
    Journal& journal;
    const char* name;
  };
  VirtualLoop world;
  Event never(world.loop, "never");
  const auto child = [&]() -> Coroutine<> {
    const Life local(lives, 1);
    const Farewell farewell{journal, "child"};
    co_await never.wait();
  };
  {
    Task task(world.loop, [](auto& call, Journal& tell, Lives& books) -> Coroutine<> {
      const Life local(books, 2);
      const Farewell farewell{tell, "parent"};
      co_await call();
    }(child, journal, lives));
    CHECK(world.loop.run_until_complete(task) == Loop::Ended::deadlock);
    CHECK(lives.alive.size() == 2);
  }
  CHECK(journal.text() == "child, parent");
  CHECK(lives.alive.empty());
  CHECK(lives.errors == 0);
}

// Memory that is counted, and must be given back as it was taken.
class CountingMemory final : public std::pmr::memory_resource {
public:
  std::size_t taken = 0;
  std::size_t errors = 0;
  std::map<void*, std::size_t> in_use;

private:
  void* do_allocate(std::size_t size, std::size_t alignment) override {
    ++taken;
    void* const memory = std::pmr::new_delete_resource()->allocate(size, alignment);
    in_use.emplace(memory, size);
    return memory;
  }
  void do_deallocate(void* memory, std::size_t size, std::size_t alignment) override {
    const auto found = in_use.find(memory);
    if (found == in_use.end() || found->second != size)
      ++errors;
    else
      in_use.erase(found);
    std::pmr::new_delete_resource()->deallocate(memory, size, alignment);
  }
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override { return this == &other; }
};

// Both a member function's object and a first parameter may own the frames.
class Owner {
public:
  Owner(Loop& loop, std::pmr::memory_resource& frames) : loop_(loop), frames_(frames) {}
  std::pmr::memory_resource& frames() { return frames_; }

  Coroutine<int> add_up(int children) {
    int sum = 0;
    for (int i = 0; i < children; ++i) sum += co_await child(i);
    co_return sum;
  }

  Coroutine<int> child(int n) {
    if (n % 2 == 0) co_await loop_.sleep(n % 4 == 0 ? 0 : 0.1);
    co_return n;
  }

private:
  Loop& loop_;
  std::pmr::memory_resource& frames_;
};

Coroutine<int> free_function(Owner& owner, int n) { co_return co_await owner.child(n); }

TEST_CASE("the frames of an owner's coroutines are in its memory, and are given back") {
  VirtualLoop world;
  CountingMemory memory;
  Owner owner(world.loop, memory);
  std::size_t taken_by_children = 0;
  int sum = 0;
  world.run([&]() -> Coroutine<> {
    sum += co_await owner.add_up(10);
    taken_by_children = memory.taken - 1;
    sum += co_await free_function(owner, 100);
  });
  CHECK(sum == 145);
  CHECK(taken_by_children == 10);
  CHECK(memory.taken == 13);
  CHECK(memory.in_use.empty());
  CHECK(memory.errors == 0);
}

TEST_CASE("frames in an owner's pool take no new memory once a run is under way") {
  VirtualLoop world;
  CountingMemory memory;
  std::pmr::unsynchronized_pool_resource pool(&memory);
  Owner owner(world.loop, pool);
  std::uint64_t allocated = 0;
  std::size_t taken = 0;
  world.run([&]() -> Coroutine<> {
    co_await owner.add_up(100);
    const std::uint64_t allocated_before = allocations();
    const std::size_t taken_before = memory.taken;
    co_await owner.add_up(10000);
    allocated = allocations() - allocated_before;
    taken = memory.taken - taken_before;
  });
  CHECK(allocated == 0);
  CHECK(taken == 0);
}

TEST_CASE("without an owner a frame is on the heap, and is one allocation") {
  VirtualLoop world;
  std::uint64_t allocated = 0;
  const auto child = [](int n) -> Coroutine<int> { co_return n; };
  world.run([&]() -> Coroutine<> {
    const std::uint64_t before = allocations();
    for (int i = 0; i < 100; ++i) co_await child(i);
    allocated = allocations() - before;
  });
  CHECK(allocated == 100);
}

}  // namespace
}  // namespace pcsim
