#include "limit.hpp"
#include "run.hpp"
#include "workloads.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdio>

namespace pcsim::bench {

namespace {

Totals run_pcsim(const Workload& workload) {
  struct Sums final : Observer {
    void on(const Happening& happening) override {
      if (happening.kind != Happening::Kind::consumed) return;
      ++totals.consumed;
      totals.payloads += happening.item * happening.item;
    }
    Totals totals;
  };
  Sums sums;
  const Scenario asked = scenario(workload);
  sums.totals.at = Run(asked, {&sums}).pipeline.run().at;
  return sums.totals;
}

}  // namespace

}  // namespace pcsim::bench

int main(int argc, char** argv) {
  using namespace pcsim::bench;
  benchmark::AddCustomContext("compiler", PCSIM_COMPILER);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  for (const Workload& workload : {w1, w2, w3}) {
    const Totals ours = run_pcsim(workload);
    const Totals theirs = run_limit(workload);
    if (ours == theirs) continue;
    fmt::print(stderr, "the limit ends at {} with {} items (payloads {}), pcsim at {} with {} ({})\n", theirs.at, theirs.consumed,
               theirs.payloads, ours.at, ours.consumed, ours.payloads);
    return 1;
  }
  benchmark::RunSpecifiedBenchmarks();
}
