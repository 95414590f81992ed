// Other processes: asyncio, and pcsim's own start.

#include "run.hpp"
#include "workloads.hpp"

#include <app/process.hpp>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <string>

namespace pcsim::bench {

namespace {

using benchmark::State;

std::string python_command(const Workload& workload) {
  return fmt::format(
      "'{}' '{}' --producers {} --consumers {} --maxsize {} --items {} --seed {} --produce-delay {},{} --consume-delay {},{} "
      "--trace none",
      PCSIM_PYTHON, PCSIM_PEER, workload.producers, workload.consumers, workload.maxsize, workload.items, Workload::seed,
      workload.produce.low, workload.produce.high, workload.consume.low, workload.consume.high);
}

// CPython's time for the run alone, by its own account.
void asyncio(State& state, const Workload& workload) {
  const Scenario asked = scenario(workload);
  const double end = Run(asked).pipeline.run().at;
  for (auto _ : state) {
    double seconds = 0;
    double ended_at = 0;
    std::FILE* const python = ::popen(python_command(workload).c_str(), "r");
    const bool told = python != nullptr && std::fscanf(python, "%lf %lf", &seconds, &ended_at) == 2;
    if (python != nullptr) ::pclose(python);
    if (!told || ended_at != end) return state.SkipWithError("asyncio has not run, or not the same");
    state.SetIterationTime(seconds);
  }
}

// From exec to the first line, through a pipe.
void start(State& state) {
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    Process pcsim({"--clock", "virtual"});
    pcsim.wait_for_output("\n");
    state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    pcsim.end();
  }
}

BENCHMARK_CAPTURE(asyncio, w1_100k, w1.with_items(100'000))
    ->UseManualTime()
    ->Iterations(1)
    ->Repetitions(3)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(asyncio, w2_100k, w2.with_items(100'000))
    ->UseManualTime()
    ->Iterations(1)
    ->Repetitions(3)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(start)->UseManualTime()->Iterations(1)->Repetitions(101)->Unit(benchmark::kMillisecond);

}  // namespace

}  // namespace pcsim::bench
