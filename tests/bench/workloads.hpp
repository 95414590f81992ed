#pragma once

#include <pcsim/model/scenario.hpp>

#include <cstdint>

namespace pcsim::bench {

/// A pipeline whose delays are all uniform: what pcsim, the limit and asyncio are given alike.
struct Workload {
  struct Uniform {
    double low;  ///< seconds, as is the next
    double high;
  };

  static constexpr std::uint64_t seed = 42;

  std::uint64_t producers;
  std::uint64_t consumers;
  std::uint64_t maxsize;
  Uniform produce;
  Uniform consume;
  std::uint64_t items = 1'000'000;

  Workload with_items(std::uint64_t other) const {
    Workload changed = *this;
    changed.items = other;
    return changed;
  }
};

inline constexpr Workload w1{1, 2, 0, {0.015, 0.055}, {0.02, 0.08}};
inline constexpr Workload w2{100, 1000, 64, {0.001, 0.005}, {0.02, 0.08}};
inline constexpr Workload w3{10'000, 100'000, 6400, {0.001, 0.005}, {0.02, 0.08}};
inline constexpr Workload w4{1, 2, 0, {0.0005, 0.0015}, {0.02, 0.08}};  // nearly all of it stands in the queue at once

/// In virtual time.
inline Scenario scenario(const Workload& workload) {
  Scenario made;
  made.clock = Scenario::Clock::virtual_time;
  made.seed = Workload::seed;
  made.producers = workload.producers;
  made.consumers = workload.consumers;
  made.maxsize = workload.maxsize;
  made.items = workload.items;
  made.produce_delay = Delay::uniform(workload.produce.low, workload.produce.high);
  made.consume_delay = Delay::uniform(workload.consume.low, workload.consume.high);
  return made;
}

}  // namespace pcsim::bench
