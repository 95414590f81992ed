// Runs on the wall clock.

#include "run.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <vector>

namespace pcsim::bench {

namespace {

using benchmark::State;

std::vector<double> times(const Scenario& scenario) {
  struct Times final : Observer {
    void on(const Happening& happening) override { at.push_back(happening.at); }
    std::vector<double> at;
  };
  Times times;
  Run(scenario, {&times}).pipeline.run();
  return times.at;
}

// How much later than in virtual time everything happened, in seconds.
std::vector<double> lateness(Scenario scenario) {
  scenario.clock = Scenario::Clock::wall;
  std::vector<double> late = times(scenario);
  scenario.clock = Scenario::Clock::virtual_time;
  const std::vector<double> due = times(scenario);
  if (due.size() != late.size()) throw std::logic_error("a live run is not the one in virtual time");
  for (std::size_t i = 0; i < late.size(); ++i) late[i] -= due[i];
  return late;
}

// REQUIRES: there are values.
double quantile(std::vector<double> values, double share) {
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

void lessons(State& state) {
  std::vector<double> all;
  for (auto _ : state) {
    for (int i = 0; i < 20; ++i) {
      const std::vector<double> late = lateness({});
      all.insert(all.end(), late.begin(), late.end());
    }
  }
  state.counters["median"] = quantile(all, 0.5);
  state.counters["p99"] = quantile(all, 0.99);
}

void drift(State& state) {
  Scenario scenario;
  scenario.items = 1000;
  scenario.produce_delay = Delay::constant(0.001);
  scenario.consume_delay = Delay::constant(0.001);
  std::vector<double> late;
  for (auto _ : state) late = lateness(scenario);
  const auto tenth = static_cast<std::ptrdiff_t>(late.size() / 10);
  state.counters["first"] = late.front();
  state.counters["last"] = late.back();
  state.counters["drift"] = quantile({late.end() - tenth, late.end()}, 0.5) - quantile({late.begin(), late.begin() + tenth}, 0.5);
}

void thousand_actors(State& state) {
  Scenario scenario;
  scenario.producers = 100;
  scenario.consumers = 900;
  scenario.items = 1400;  // about five seconds
  scenario.produce_delay = scenario.consume_delay = Delay::uniform(0.05, 0.5);
  for (auto _ : state) benchmark::DoNotOptimize(Run(scenario).pipeline.run());
}

BENCHMARK(lessons)->UseRealTime()->Iterations(1)->Repetitions(1)->Unit(benchmark::kMillisecond);
BENCHMARK(drift)->UseRealTime()->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(thousand_actors)->MeasureProcessCPUTime()->UseRealTime()->Iterations(1)->Repetitions(3)->Unit(benchmark::kMillisecond);

}  // namespace

}  // namespace pcsim::bench
