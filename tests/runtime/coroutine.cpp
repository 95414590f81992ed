#include <pcsim/runtime/coroutine.hpp>

#include <pcsim/runtime/event.hpp>
#include <support/allocations.hpp>
#include <support/lives.hpp>
#include <support/virtual_loop.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
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

// Both a member function's object and a first parameter may own the frames.
class Owner {
public:
  explicit Owner(Loop& loop) : loop_(loop) {}
  FrameArena& frames() { return frames_; }

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
  FrameArena frames_;
};

Coroutine<int> free_function(Owner& owner, int n) { co_return co_await owner.child(n); }

TEST_CASE("the frames of an owner's coroutines are in its arena, and take no new memory once a run is under way") {
  VirtualLoop world;
  Owner owner(world.loop);
  std::uint64_t allocated = 0;
  int sum = 0;
  world.run([&]() -> Coroutine<> {
    sum += co_await owner.add_up(10);
    sum += co_await free_function(owner, 100);
    const std::uint64_t before = allocations();
    co_await owner.add_up(10000);
    co_await free_function(owner, 1);
    allocated = allocations() - before;
  });
  CHECK(sum == 145);
  CHECK(allocated == 0);
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
