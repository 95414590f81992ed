#include <pcsim/study/first_value.hpp>

#include <support/count.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <set>
#include <vector>

namespace pcsim {
namespace {

using Misses = std::vector<bool>;

// A truth table, of which is known what was looked at.
class Table {
public:
  explicit Table(Misses misses) : misses_(std::move(misses)) {}

  FirstValue find() {
    return find_first({misses_.size(), [this](std::size_t i) { return look_at(i); }, [this] { return monotonic(); }});
  }

  bool look_at(std::size_t index) {
    CHECK(index < misses_.size());
    looked_at_.insert(index);
    return misses_[index];
  }

  // No value that misses comes after one that does not.
  bool monotonic() const {
    bool met = false;
    for (const std::size_t index : looked_at_) {
      if (met && misses_[index]) return false;
      met = met || !misses_[index];
    }
    return true;
  }

  const std::set<std::size_t>& looked_at() const { return looked_at_; }

  // The exhaustive scan.
  std::size_t first() const {
    return static_cast<std::size_t>(std::find(misses_.begin(), misses_.end(), false) - misses_.begin());
  }

private:
  Misses misses_;
  std::set<std::size_t> looked_at_;
};

// Tables of all kinds: of chance, with windows, of one good value, and in order.
Misses generate(std::mt19937_64& random, std::size_t most) {
  const auto up_to = [&](std::size_t last) { return std::uniform_int_distribution<std::size_t>(0, last)(random); };
  const std::size_t count = 1 + up_to(most - 1);
  Misses misses(count, true);
  switch (up_to(4)) {
    case 0: {
      const double share = std::uniform_real_distribution<double>(0, 1)(random);
      for (std::size_t i = 0; i < count; ++i) misses[i] = std::bernoulli_distribution(share)(random);
      break;
    }
    case 1:
      for (std::size_t windows = up_to(3); windows > 0; --windows) {
        const std::size_t from = up_to(count - 1);
        const std::size_t to = std::min(count, from + 1 + up_to(5));
        for (std::size_t i = from; i < to; ++i) misses[i] = false;
      }
      break;
    case 2: misses[up_to(count - 1)] = false; break;
    case 3:
      for (std::size_t i = up_to(count); i < count; ++i) misses[i] = false;
      break;
    default:
      for (std::size_t i = up_to(count); i-- > 0;) misses[i] = false;
  }
  return misses;
}

TEST_CASE("a value is found wherever there is one, the first where all were looked at, and none only after a look at every one") {
  std::mt19937_64 random(test_seed());
  int bisected = 0;
  int scanned = 0;
  int none = 0;
  const int cases = test_count(4000);
  for (int i = 0; i < cases; ++i) {
    const Misses misses = generate(random, i % 2 == 0 ? 12 : 400);
    Table table(misses);
    const FirstValue found = table.find();
    CAPTURE(i);
    CAPTURE(misses.size());
    CAPTURE(found.index);
    CHECK((found.index == misses.size()) == (table.first() == misses.size()));
    if (found.index == misses.size()) {
      ++none;
      CHECK(found.scanned);
      CHECK(table.looked_at().size() == misses.size());
      continue;
    }
    CHECK(!misses[found.index]);
    if (found.scanned) CHECK(found.index == table.first());
    if (found.index > 0) {
      CHECK(misses[found.index - 1]);
      CHECK(table.looked_at().contains(found.index - 1));
    }
    (found.scanned ? scanned : bisected) += 1;
    const bool in_order = std::is_sorted(misses.begin(), misses.end(), std::greater<>());
    if (in_order) CHECK(found.index == table.first());
    if (in_order) CHECK(static_cast<double>(table.looked_at().size()) <= 3 + std::ceil(std::log2(misses.size())));
  }
  MESSAGE(bisected << " by bisection, " << scanned << " one by one, " << none << " without one");
  CHECK(std::min({bisected, scanned, none}) > cases / 40);
}

TEST_CASE("a window of good values between bad ones is found, wherever it is") {
  for (std::size_t first = 0; first < 64; ++first)
    for (const std::size_t width : {1U, 2U, 7U}) {
      Misses misses(64, true);
      for (std::size_t i = first; i < std::min<std::size_t>(64, first + width); ++i) misses[i] = false;
      CHECK(Table(misses).find().index == first);
    }
}

TEST_CASE("of more values than are ever looked at one by one, those that are looked at are spread over all") {
  constexpr std::size_t count = 5 * most_scanned + 17;
  Table none(Misses(count, true));
  CHECK(none.find().index == count);
  CHECK(none.looked_at().size() == most_scanned);
  CHECK(*none.looked_at().begin() == 0);
  CHECK(*none.looked_at().rbegin() == count - 1);
  std::size_t widest = 0;
  for (auto next = none.looked_at().begin(), last = next++; next != none.looked_at().end(); last = next++)
    widest = std::max(widest, *next - *last);
  CHECK(widest <= count / most_scanned + 1);

  // A window that is wide enough is found, and its first value with it.
  for (const std::size_t first : {1U, 4U, 777U, 33'333U}) {
    Misses misses(count, true);
    for (std::size_t i = first; i < first + widest; ++i) misses[i] = false;
    Table table(misses);
    CHECK(table.find().index == first);
    CHECK(table.looked_at().size() <= most_scanned + widest);
  }
  for (const std::size_t few : {most_scanned, most_scanned + 1}) {
    Table table(Misses(few, true));
    CHECK(table.find().index == few);
    CHECK(table.looked_at().size() == most_scanned);
  }
}

}  // namespace
}  // namespace pcsim
