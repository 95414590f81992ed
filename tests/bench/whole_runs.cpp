// Whole runs in virtual time: from the making of the loop and the pipeline to their end.

#include "heap.hpp"
#include "limit.hpp"
#include "run.hpp"
#include "workloads.hpp"

#include <pcsim/observe/event_export.hpp>
#include <pcsim/observe/output.hpp>
#include <pcsim/observe/report.hpp>
#include <pcsim/observe/statistics.hpp>
#include <pcsim/observe/text_trace.hpp>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

namespace pcsim::bench {

namespace {

using benchmark::State;

// A path in the folder for temporary files; what has come to be there is removed in the end.
class TemporaryFile {
public:
  explicit TemporaryFile(const std::string& ending)
      : path_(std::filesystem::temp_directory_path() / fmt::format("pcsim-bench-{}{}", ::getpid(), ending)) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { std::filesystem::remove(path_); }
  std::string path() const { return path_; }

private:
  std::filesystem::path path_;
};

void limit(State& state, const Workload& workload) {
  empty_heap();
  for (auto _ : state) benchmark::DoNotOptimize(run_limit(workload));
}

// --trace none --summary none
void bare(State& state, const Workload& workload) {
  const Scenario asked = scenario(workload);
  std::int64_t held = 0;
  empty_heap();
  for (auto _ : state) {
    const std::int64_t before = heap_in_use();
    Run run(asked);
    benchmark::DoNotOptimize(run.pipeline.run());
    // Nothing is given back before the end of a run, so this is the most that it ever had.
    held = heap_in_use() - before;
  }
  state.counters["held"] = static_cast<double>(held);
}

// --trace none
void statistics(State& state, const Workload& workload) {
  const Scenario asked = scenario(workload);
  empty_heap();
  for (auto _ : state) {
    Statistics figures(asked);
    Run run(asked, {&figures});
    figures.end(run.pipeline.run().at);
    benchmark::DoNotOptimize(summary(asked, figures, Detail::text));
  }
}

// --summary none, with stdout a file
void trace(State& state, const Workload& workload) {
  const Scenario asked = scenario(workload);
  const TemporaryFile file(".trace");
  empty_heap();
  for (auto _ : state) {
    Output output(file.path());
    TextTrace lines(TraceFormat(asked), output);
    Run run(asked, {&lines});
    benchmark::DoNotOptimize(run.pipeline.run());
    output.close();
  }
}

// --trace none --summary none --export-events FILE
void events(State& state, const Workload& workload, const std::string& ending) {
  const Scenario asked = scenario(workload);
  const TemporaryFile file(ending);
  empty_heap();
  for (auto _ : state) {
    Output output(file.path(), Output::Way::in_place);
    EventExport lines(*event_format(file.path()), output);
    Run run(asked, {&lines});
    const Outcome outcome = run.pipeline.run();
    lines.end(&outcome);
  }
}

void idle(State& state) {
  struct Held final : Observer {
    void on(const Happening& happening) override {
      if (happening.kind == Happening::Kind::put) bytes = heap_in_use() - before;
    }
    std::int64_t before = heap_in_use();
    std::int64_t bytes = 0;
  };
  Scenario asked = scenario(w1.with_items(1));
  asked.consumers = 1'000'000;
  Held held;
  for (auto _ : state) {
    Run run(asked, {&held});
    run.pipeline.run();
  }
  state.counters["bytes_each"] = static_cast<double>(held.bytes) / static_cast<double>(asked.consumers);
}

// A run is long enough to be measured by itself; short ones are repeated to the same length.
void once(benchmark::internal::Benchmark* runs) { runs->Iterations(1)->Unit(benchmark::kMillisecond); }
void ten_times(benchmark::internal::Benchmark* runs) { runs->Iterations(10)->Unit(benchmark::kMillisecond); }

BENCHMARK_CAPTURE(limit, w1, w1)->Apply(once);
BENCHMARK_CAPTURE(limit, w2, w2)->Apply(once);
BENCHMARK_CAPTURE(bare, w1, w1)->Apply(once);
BENCHMARK_CAPTURE(bare, w2, w2)->Apply(once);
BENCHMARK_CAPTURE(bare, w3, w3)->Apply(once);
BENCHMARK_CAPTURE(bare, w4, w4)->Apply(once);
BENCHMARK_CAPTURE(bare, w1_100k, w1.with_items(100'000))->Apply(ten_times);
BENCHMARK_CAPTURE(bare, w2_100k, w2.with_items(100'000))->Apply(ten_times);
BENCHMARK_CAPTURE(bare, w1_10m, w1.with_items(10'000'000))->Apply(once);
BENCHMARK_CAPTURE(bare, w2_10m, w2.with_items(10'000'000))->Apply(once);
BENCHMARK_CAPTURE(statistics, w1, w1)->Apply(once);
BENCHMARK_CAPTURE(statistics, w2, w2)->Apply(once);
BENCHMARK_CAPTURE(trace, w1, w1)->Apply(once);
BENCHMARK_CAPTURE(trace, w2, w2)->Apply(once);
BENCHMARK_CAPTURE(events, w1_csv, w1, ".csv")->Apply(once);
BENCHMARK_CAPTURE(events, w2_csv, w2, ".csv")->Apply(once);
BENCHMARK_CAPTURE(events, w1_jsonl, w1, ".jsonl")->Apply(once);
BENCHMARK_CAPTURE(events, w2_jsonl, w2, ".jsonl")->Apply(once);
BENCHMARK(idle)->Apply(once)->Repetitions(1);

}  // namespace

}  // namespace pcsim::bench
