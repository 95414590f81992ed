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
#include <pcsim/study/replication.hpp>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <ctime>
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
    Run run(asked, figures);
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

double cpu_time() {
  timespec spent{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + 1e-9 * static_cast<double>(spent.tv_nsec);
}

// A million consumers that are all cancelled in the midst of their work: seconds until each has an item, and from there to the
// end.
void cancellation(State& state) {
  struct Stop final : Observer {
    void on(const Happening& happening) override {
      if (happening.kind == Happening::Kind::stopping) at = cpu_time();
    }
    double at = 0;
  };
  Scenario asked = scenario(w1);
  asked.consumers = 1'000'000;
  asked.produce_delay = Delay::uniform(0, 0);
  asked.consume_delay = Delay::constant(100);
  asked.stop_after = 50;
  Stop stop;
  empty_heap();
  for (auto _ : state) {
    const double begin = cpu_time();
    {
      Run run(asked, {&stop});
      run.pipeline.run();
      state.counters["cancel"] = cpu_time() - stop.at;
    }
    state.counters["start"] = stop.at - begin;
  }
}

void replication(State& state) {
  Scenario lesson;
  lesson.clock = Scenario::Clock::virtual_time;
  lesson.streams = Scenario::Streams::per_item;  // as a sweep has it
  boost::asio::io_context host(1);
  const Observation observation{{"latency.p99", "throughput"}, 0};
  for (auto _ : state) {
    ++lesson.seed;
    benchmark::DoNotOptimize(replicate(host, lesson, observation, {}));
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
BENCHMARK_CAPTURE(limit, w3, w3)->Apply(once);
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
BENCHMARK(cancellation)->Apply(once);
BENCHMARK(replication)->Iterations(20000)->Unit(benchmark::kMillisecond);
BENCHMARK(idle)->Apply(once)->Repetitions(1);

}  // namespace

}  // namespace pcsim::bench
