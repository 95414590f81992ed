#include <support/random_scenario.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace pcsim {

namespace {

class Generator {
public:
  explicit Generator(std::mt19937_64& rng) : rng_(rng), tick_(pick(std::array{0.001, 0.1, 0.1, 0.125, 1.0, 60.0})) {}

  Scenario scenario() {
    Scenario s;
    s.clock = Scenario::Clock::virtual_time;
    s.producers = from(1, 4);
    s.consumers = from(1, 5);
    s.items = from(0, 60);
    s.maxsize = pick(std::array<std::uint64_t, 6>{0, 0, 1, 1, 2, 5});
    s.produce_delay = delay();
    s.produce_first = chance(4);
    s.consume_delay = delay();
    s.seed = chance(2) ? from(0, 100) : rng_() & Scenario::most_seed;
    s.streams = pick(std::array{Scenario::Streams::shared, Scenario::Streams::per_actor, Scenario::Streams::per_item});
    s.shutdown =
        pick(std::array{Scenario::Shutdown::sentinel, Scenario::Shutdown::join_sentinel, Scenario::Shutdown::join_cancel});
    if (s.shutdown != Scenario::Shutdown::join_cancel && chance(3)) s.sentinels = from(0, s.consumers + 2);
    if (chance(5)) s.ready_after = ticks(1, 8);
    if (chance(3)) s.limit = from(1, s.consumers + 1);
    if (chance(3)) s.lock_delay = delay();
    if (chance(3)) s.timeout = ticks(1, 5);
    s.work = pick(std::array{Scenario::Work::async, Scenario::Work::async, Scenario::Work::block, Scenario::Work::thread});
    if (s.work == Scenario::Work::thread && chance(2)) s.threads = from(1, 3);
    if (s.items > 0 && chance(4)) {
      for (std::uint64_t i = from(1, 4); i > 0; --i) s.fail_at.push_back(from(1, s.items));
      std::sort(s.fail_at.begin(), s.fail_at.end());
      s.fail_at.erase(std::unique(s.fail_at.begin(), s.fail_at.end()), s.fail_at.end());
    }
    s.on_failure = pick(std::array{Scenario::OnFailure::stop, Scenario::OnFailure::carry_on});
    if (chance(3)) s.stop_after = ticks(1, 30);
    s.on_stop = pick(std::array{Scenario::OnStop::cancel, Scenario::OnStop::finish, Scenario::OnStop::drain});
    s.trace = pick(std::array{Scenario::Trace::lesson, Scenario::Trace::full, Scenario::Trace::none});
    return s;
  }

private:
  std::uint64_t from(std::uint64_t least, std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>(least, most)(rng_);
  }
  bool chance(std::uint64_t one_in) { return from(1, one_in) == 1; }
  template <class T, std::size_t n>
  T pick(const std::array<T, n>& choices) {
    return choices[from(0, n - 1)];
  }
  double ticks(std::uint64_t least, std::uint64_t most) { return tick_ * static_cast<double>(from(least, most)); }

  Delay delay() {
    switch (from(1, 10)) {
      case 1: return Delay::constant(0);
      case 2: return Delay::uniform(0, 0);
      case 3: return Delay::uniform(ticks(0, 2), ticks(2, 4));
      case 4: return Delay::parse("exp:100ms");
      case 5: return Delay::parse("lognormal:-2,0.5");
      case 6: return Delay::parse("pareto:1.5,10ms");
      default: return Delay::constant(ticks(1, 4));
    }
  }

  std::mt19937_64& rng_;
  double tick_;
};

}  // namespace

Scenario random_scenario(std::mt19937_64& rng) { return Generator(rng).scenario(); }

}  // namespace pcsim
