#include <pcsim/runtime/timer_queue.hpp>

#include <support/count.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <utility>
#include <vector>

namespace pcsim {
namespace {

constexpr std::uint64_t any = UINT64_MAX;

struct Nothing final : Callback {
  void run() override {}
};

TEST_CASE("a new queue of timers is empty") {
  TimerQueue timers;
  CHECK(timers.empty());
  CHECK(timers.pop_due(1e9, any) == nullptr);
  CHECK(timers.sequence() == 0);
}

TEST_CASE("timers come out by their deadlines") {
  TimerQueue timers;
  Nothing a, b, c;
  timers.push(2, a);
  timers.push(0.5, b);
  timers.push(1, c);
  CHECK(timers.next_deadline() == 0.5);
  CHECK(timers.pop_due(2, any) == &b);
  CHECK(timers.next_deadline() == 1);
  CHECK(timers.pop_due(2, any) == &c);
  CHECK(timers.pop_due(2, any) == &a);
  CHECK(timers.empty());
}

TEST_CASE("equal deadlines come out in the order in which they were set") {
  TimerQueue timers;
  std::deque<Nothing> callbacks(1000);
  for (Nothing& callback : callbacks) timers.push(0.1, callback);
  for (Nothing& callback : callbacks) REQUIRE(timers.pop_due(0.1, any) == &callback);
}

TEST_CASE("a zero is a zero, whatever its sign") {
  TimerQueue timers;
  Nothing a, b, c;
  timers.push(0.0, a);
  timers.push(-0.0, b);
  timers.push(0.0, c);
  CHECK(timers.pop_due(0, any) == &a);
  CHECK(timers.pop_due(0, any) == &b);
  CHECK(timers.pop_due(0, any) == &c);
}

TEST_CASE("deadlines of all magnitudes, to the last bit, come out in order") {
  TimerQueue timers;
  Nothing a, b, c, d, e;
  timers.push(1e300, e);
  timers.push(0.1 + 0.2, d);
  timers.push(0.3, c);
  timers.push(1e-300, b);
  timers.push(5e-324, a);
  for (Nothing* const expected : {&a, &b, &c, &d, &e}) CHECK(timers.pop_due(1e300, any) == expected);
}

TEST_CASE("a timer is due at its deadline and not a bit before") {
  TimerQueue timers;
  Nothing a;
  timers.push(0.3, a);
  CHECK(timers.pop_due(std::nextafter(0.3, 0.0), any) == nullptr);
  CHECK(timers.pop_due(0.3, any) == &a);
}

TEST_CASE("a timer that is due but was set later than asked for stays, and keeps none from coming out that was not") {
  TimerQueue timers;
  Nothing a, b, c;
  timers.push(1, a);
  const std::uint64_t then = timers.sequence();
  timers.push(0, b);
  timers.push(0.5, c);
  CHECK(timers.pop_due(1, then) == &a);  // though b and c are before it in line
  CHECK(timers.pop_due(1, then) == nullptr);
  CHECK(timers.pop_due(1, any) == &b);
  CHECK(timers.pop_due(1, any) == &c);
}

TEST_CASE("a cancelled timer never comes out") {
  TimerQueue timers;
  Nothing a, b;
  const TimerQueue::Id first = timers.push(1, a);
  timers.push(2, b);
  timers.cancel(first);
  CHECK(timers.next_deadline() == 2);
  CHECK(timers.pop_due(2, any) == &b);
  CHECK(timers.empty());
}

TEST_CASE("a queue of which all timers were cancelled is empty") {
  TimerQueue timers;
  Nothing nothing;
  std::vector<TimerQueue::Id> ids;
  for (int i = 0; i < 1000; ++i) ids.push_back(timers.push(i, nothing));
  for (const TimerQueue::Id id : ids) timers.cancel(id);
  CHECK(timers.empty());
  CHECK(timers.pop_due(1e9, any) == nullptr);
  timers.push(3, nothing);
  CHECK(timers.next_deadline() == 3);
}

// The same thing, simply: a multimap keeps equal keys in the order in which they were put in.
class Model {
public:
  struct Timer {
    TimerQueue::Id id;
    std::uint64_t sequence;
    Callback* callback;
  };
  using Timers = std::multimap<double, Timer>;

  Timers timers;
  std::uint64_t sequence = 0;

  Callback* pop_due(double now, std::uint64_t set_before) {
    auto first = timers.begin();
    while (first != timers.end() && first->second.sequence >= set_before) ++first;
    if (first == timers.end() || first->first > now) return nullptr;
    Callback* const callback = first->second.callback;
    timers.erase(first);
    return callback;
  }
};

class Comparison {
public:
  explicit Comparison(std::uint64_t seed) : rng_(seed) {}

  void push() {
    const double when = chance(2) ? now_ + delay() : tie();
    Callback& callback = callbacks_.emplace_back();
    model_.timers.insert({when, {timers_.push(when, callback), model_.sequence++, &callback}});
  }

  void pop() {
    const std::uint64_t set_before = chance(4) ? below(model_.sequence + 1) : any;
    REQUIRE(timers_.pop_due(now_, set_before) == model_.pop_due(now_, set_before));
  }

  void cancel_one() {
    if (model_.timers.empty()) return;
    const auto chosen = std::next(model_.timers.begin(), static_cast<std::ptrdiff_t>(below(model_.timers.size())));
    timers_.cancel(chosen->second.id);
    model_.timers.erase(chosen);
  }

  void cancel_most() {
    std::erase_if(model_.timers, [&](const auto& timer) {
      const bool cancelled = !chance(10);
      if (cancelled) timers_.cancel(timer.second.id);
      return cancelled;
    });
  }

  void move_on() {
    if (!model_.timers.empty()) now_ = std::max(now_, model_.timers.begin()->first);
    if (chance(8)) now_ += 0.5;
  }

  void check() {
    REQUIRE(timers_.empty() == model_.timers.empty());
    REQUIRE(timers_.sequence() == model_.sequence);
    if (!timers_.empty()) REQUIRE(timers_.next_deadline() == model_.timers.begin()->first);
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      if (i % 1000 == 0) {
        likes_pushing_ = chance(2);
        delays_ = below(3);
      }
      const std::size_t what = below(100);
      if (what < (likes_pushing_ ? 55U : 30U))
        push();
      else if (what < 80)
        pop();
      else if (what < 90)
        cancel_one();
      else if (what < 99 || !chance(20))
        move_on();
      else
        cancel_most();
      check();
    }
    for (now_ = 1e9; !model_.timers.empty();) pop();
    check();
  }

private:
  // Few different deadlines.
  double tie() { return std::ceil(now_) + static_cast<double>(below(8)); }

  double delay() {
    switch (delays_) {
      case 0: return 0.001 * static_cast<double>(below(3000));                     // due soon
      case 1: return std::pow(10, 0.001 * static_cast<double>(below(12000)) - 6);  // of all magnitudes
      default: return 100;                                                         // one after another
    }
  }

  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(rng_); }
  bool chance(std::size_t one_in) { return below(one_in) == 0; }

  std::mt19937_64 rng_;
  std::deque<Nothing> callbacks_;
  TimerQueue timers_;
  Model model_;
  double now_ = 0;
  bool likes_pushing_ = true;
  std::size_t delays_ = 0;
};

TEST_CASE("under random use timers come out as from an ordered map") {
  for (int i = 0; i < test_count(20); ++i) {
    CAPTURE(i);
    Comparison(test_seed() + static_cast<std::uint64_t>(i)).run(10000);
  }
}

TEST_CASE("hundreds of deadlines of any closeness, each set as one has come, come out in order") {
  for (const double most : {1e-320, 1e-310, 1e-306, 1e-300, 1e-9, 1.0, 1e9}) {
    CAPTURE(most);
    std::mt19937_64 rng(test_seed());
    std::uniform_real_distribution<double> delay(0, 1);
    TimerQueue timers;
    std::set<std::pair<double, std::uint64_t>> model;
    std::deque<Nothing> callbacks;
    double now = 0;
    const auto push = [&] {
      const double when = now + most * delay(rng);
      model.insert({when, callbacks.size()});
      timers.push(when, callbacks.emplace_back());
    };
    for (int i = 0; i < 300; ++i) push();
    for (int i = 0; i < 3000; ++i) {
      const auto [when, number] = *model.begin();
      REQUIRE(timers.next_deadline() == when);
      REQUIRE(&timers.pop() == &callbacks[number]);
      model.erase(model.begin());
      now = when;
      push();
    }
  }
}

TEST_CASE("a hundred thousand timers, set and cancelled at random, come out in order") {
  std::mt19937_64 rng(test_seed());
  std::uniform_real_distribution<double> deadline(0, 1);
  TimerQueue timers;
  std::deque<Nothing> callbacks(100000);
  std::vector<std::pair<double, Callback*>> expected;
  std::vector<TimerQueue::Id> ids;
  for (Nothing& callback : callbacks) {
    const double when = std::round(1000 * deadline(rng));
    expected.emplace_back(when, &callback);
    ids.push_back(timers.push(when, callback));
  }
  std::vector<std::pair<double, Callback*>> kept;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (rng() % 4 != 0)
      timers.cancel(ids[i]);
    else
      kept.push_back(expected[i]);
  }
  std::stable_sort(kept.begin(), kept.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [when, callback] : kept) {
    REQUIRE(timers.next_deadline() == when);
    REQUIRE(timers.pop_due(when, any) == callback);
  }
  CHECK(timers.empty());
}

}  // namespace
}  // namespace pcsim
