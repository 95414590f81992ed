#include <pcsim/runtime/frame_arena.hpp>

#include <support/allocations.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <map>
#include <random>

namespace pcsim {
namespace {

TEST_CASE("pieces of an arena are aligned, and nobody else's as long as they are not given back") {
  struct Piece {
    std::size_t size;
    int filled_with;
  };
  std::mt19937_64 rng(test_seed());
  FrameArena arena;
  std::map<std::byte*, Piece> pieces;
  const auto give_back = [&](auto piece) {
    const auto [size, filled_with] = piece->second;
    for (std::size_t i = 0; i < size; ++i) REQUIRE(piece->first[i] == static_cast<std::byte>(filled_with));
    arena.give_back(piece->first, size);
    pieces.erase(piece);
  };
  for (int i = 0; i < 20000; ++i) {
    if (pieces.empty() || rng() % 5 < 3) {
      const std::size_t size = 1 + rng() % (rng() % 50 == 0 ? 5000 : 300);
      auto* const memory = static_cast<std::byte*>(arena.allocate(size));
      REQUIRE(reinterpret_cast<std::uintptr_t>(memory) % alignof(void*) == 0);
      std::memset(memory, i % 256, size);
      REQUIRE(pieces.insert({memory, {size, i % 256}}).second);
    } else {
      auto piece = std::next(pieces.begin(), static_cast<std::ptrdiff_t>(rng() % pieces.size()));
      give_back(piece);
    }
  }
  while (!pieces.empty()) give_back(pieces.begin());
}

TEST_CASE("what is given back to an arena is used again for pieces of that size") {
  FrameArena arena;
  void* const first = arena.allocate(160);
  void* const second = arena.allocate(160);
  arena.give_back(first, 160);
  CHECK(arena.allocate(400) != first);
  CHECK(arena.allocate(153) == first);  // rounded up to the same size
  arena.give_back(second, 160);
  CHECK(arena.allocate(160) == second);
}

TEST_CASE("a million small pieces take few allocations and hardly more memory than they hold") {
  FrameArena arena;
  const std::uint64_t before = allocations();
  for (int i = 0; i < 1'000'000; ++i) arena.allocate(144);
  CHECK(allocations() - before < 400);  // of a megabyte at most
}

}  // namespace
}  // namespace pcsim
