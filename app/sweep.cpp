#include "sweep.hpp"

#include "open.hpp"
#include "stop_on_signal.hpp"
#include "sweep_table.hpp"
#include "table_exports.hpp"

#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/setting.hpp>
#include <pcsim/observe/output.hpp>
#include <pcsim/study/part.hpp>
#include <pcsim/study/sweep.hpp>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>
#include <thread>

namespace pcsim::app {

namespace {

void check_combinations(const SweepPlan& plan) {
  constexpr std::size_t most_pieces = 10'000'000;
  if (plan.grid.size() > most_pieces / plan.replications)
    throw UsageError(fmt::format("{} combinations, {} times each: that is more than {} runs; vary less at once", plan.grid.size(),
                                 plan.replications, most_pieces));
  if (plan.grid.base().seed > Scenario::most_seed - plan.replications)
    throw UsageError(fmt::format("--seed: {} leaves no seeds for {} replications; take a smaller one", plan.grid.base().seed,
                                 plan.replications));
  for (std::size_t i = 0; i < plan.grid.size(); ++i)
    if (const auto conflict = find_conflict(plan.grid.scenario(i)))
      throw UsageError(fmt::format("--{}: {}", conflict->setting, conflict->message));
}

void tell(const SweepPlan& plan, const SweepResults& results, TableExports& exports) {
  const auto rows = sweep_rows(plan, results);
  exports.write([&] { return sweep_json(plan, rows, PCSIM_VERSION); }, [&] { return sweep_csv(plan, rows); });
  if (exports.stdout_is_free()) {
    Output output("-");
    output.buffer().append(sweep_text(plan, rows));
    output.close();
  }
}

}  // namespace

Scenario studied_scenario(const Request& request) {
  Scenario scenario = request.scenario;
  if (request.flags.contains("clock") && scenario.clock == Scenario::Clock::wall)
    throw UsageError("--clock: 'wall' is too slow for many runs, which are in virtual time; leave it out");
  scenario.clock = Scenario::Clock::virtual_time;
  scenario.speed.reset();
  if (!request.given.contains("streams")) scenario.streams = Scenario::Streams::per_item;
  return scenario;
}

std::size_t jobs_of(const Request& request) {
  return request.jobs > 0 ? request.jobs : std::max(1U, std::thread::hardware_concurrency());
}

ExitStatus sweep(const Request& request) {
  if (request.shard.has_value() == request.part.empty())
    throw UsageError("--shard K/N and --part FILE go together: the share to do, and where its results go");
  const SweepPlan plan{Grid(studied_scenario(request), request.axes), request.replications, {request.measures, request.warmup}};
  check_combinations(plan);
  const Shard shard = request.shard.value_or(Shard{});
  TableExports exports(request);
  std::unique_ptr<Output> part;
  if (!request.part.empty()) part = open_for("part", [&] { return std::make_unique<Output>(request.part); });

  const StopOnSignal signal;
  const SweepResults results = run_sweep(plan, shard, jobs_of(request), signal.token(), [] {});
  if (part) {
    part->buffer().append(write_part(plan, shard, PCSIM_VERSION, results));
    part->close();
  } else {
    tell(plan, results, exports);
  }
  if (!signal.status()) return done;
  const auto share = static_cast<std::size_t>(
      std::count_if(results.begin(), results.end(), [](const auto& result) { return result.has_value(); }));
  const std::size_t rows = sweep_rows(plan, results).size();
  spdlog::error("interrupted: {} of {} combinations are missing ({} of {} runs were done)", plan.grid.size() - rows,
                plan.grid.size(), share, plan.pieces());
  return *signal.status();
}

ExitStatus merge(const Request& request) {
  try {
    std::vector<Part> parts;
    for (const std::string& path : request.files) {
      errno = 0;
      std::ifstream file(path, std::ios::binary);
      if (!file) throw UsageError(fmt::format("{}: {}", path, std::generic_category().message(errno)));
      parts.push_back(read_part(file, path, PCSIM_VERSION));
    }
    const SweepPlan plan = plan_of(parts.front());
    const SweepResults results = merge_parts(plan, parts);
    TableExports exports(request);
    tell(plan, results, exports);
    return done;
  } catch (const BadValue& error) {
    throw UsageError(error.what());
  }
}

}  // namespace pcsim::app
