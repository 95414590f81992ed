#include "sweep.hpp"

#include "attempts.hpp"
#include "output_files.hpp"
#include "progress.hpp"
#include "stop_on_signal.hpp"
#include "sweep_table.hpp"
#include "table_exports.hpp"

#include <pcsim/model/arrivals.hpp>
#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/number.hpp>
#include <pcsim/observe/output.hpp>
#include <pcsim/study/part.hpp>
#include <pcsim/study/sweep.hpp>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <optional>
#include <stop_token>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace pcsim::app {

namespace {

Scenario studied_scenario(const Request& request) {
  Scenario scenario = request.scenario;
  if (request.flags.contains("clock") && scenario.clock == Scenario::Clock::wall)
    throw UsageError("--clock: 'wall' is too slow for many runs, which are in virtual time; leave it out");
  if (request.flags.contains("speed")) throw UsageError("--speed: this means nothing for many runs, which are in virtual time");
  scenario.clock = Scenario::Clock::virtual_time;
  scenario.speed.reset();
  if (!request.given.contains("streams")) scenario.streams = Scenario::Streams::per_item;
  return scenario;
}

// The log was read at one speed only; at a lower one its last times may be too late.
void check_arrivals(const Request& request, const std::vector<Axis>& axes) {
  const Scenario& scenario = request.scenario;
  for (const Axis& axis : axes) {
    if (axis.setting->name != "arrivals-speed" || scenario.arrivals.empty()) continue;
    double slowest = scenario.arrivals_speed.value_or(1);
    for (const std::string& value : axis.values) slowest = std::min(slowest, parse_decimal(value, "a number above 0"));
    try {
      CountedLog(scenario.log->file(), slowest);
    } catch (const BadValue& error) {
      throw UsageError(fmt::format("{}: {}", request.name_of("arrivals"), error.what()));
    }
  }
}

Table table_of(const SweepPlan& plan, const std::vector<SweepRow>& rows) {
  return {[&] { return sweep_text(plan, rows); }, [&] { return sweep_json(plan, rows, PCSIM_VERSION); },
          [&] { return sweep_csv(plan, rows); }, [&] { return sweep_html(plan, rows, PCSIM_VERSION); }};
}

void run_visibly(const Request& request, const SweepPlan& plan, Shard shard, std::stop_token stop, SweepResults& results) {
  Progress progress(stop);
  progress.begin_steps("runs", shard.share_of(plan.pieces()));
  run_sweep(plan, shard, jobs_of(request), stop, results, [&] { progress.step(); });
}

// Why there is not all, and how much that is.
void tell_missing(const std::optional<ExitStatus>& cut_short, std::string_view missing) {
  spdlog::error("{}{}", cut_short ? "interrupted: " : "", missing);
}

// A share of a sweep: its results go to a file, for merge(), whatever has ended it.
ExitStatus sweep_part(const Request& request, const SweepPlan& plan) {
  if (!(request.export_csv + request.export_json + request.export_html).empty())
    throw UsageError("--part: a part has no table to export; pcsim merge has, when it has put the parts together");
  const Shard shard = *request.shard;
  OutputFiles files;
  Output& file = *files.open("part", request.part);
  SweepResults results(plan);
  Attempts attempts;
  const StopOnSignal signal;
  attempts([&] { run_visibly(request, plan, shard, signal.token(), results); });
  attempts([&] {
    write_part(plan, shard, PCSIM_VERSION, results, file);
    files.close();
  });
  const std::size_t share = shard.share_of(plan.pieces());
  if (const std::size_t missing = share - results.count(); missing > 0)
    tell_missing(signal.status(), fmt::format("{} of this part's {} runs are missing", missing, share));
  attempts.rethrow();
  return signal.status().value_or(done);
}

// Writes the rows that are complete: the files while signals are kept off, and then stdout, where a reader may let it wait.
ExitStatus sweep_all(const Request& request, const SweepPlan& plan) {
  TableExports exports(request);
  SweepResults results(plan);
  std::vector<SweepRow> rows;
  const Table table = table_of(plan, rows);
  std::optional<ExitStatus> cut_short;
  Attempts attempts;
  {
    const StopOnSignal signal;
    attempts([&] { run_visibly(request, plan, {}, signal.token(), results); });
    attempts([&] { rows = sweep_rows(plan, results); });
    exports.write_files(table, attempts);
    cut_short = signal.status();
  }
  exports.write_stdout(table, attempts);
  if (rows.size() < plan.grid.size())
    tell_missing(cut_short, fmt::format("{} of {} combinations are missing", plan.grid.size() - rows.size(), plan.grid.size()));
  attempts.rethrow();
  return cut_short.value_or(done);
}

}  // namespace

SweepPlan plan_study(const Request& request, std::vector<Axis> axes, std::vector<std::string> measures) {
  try {
    const Scenario scenario = studied_scenario(request);
    check_arrivals(request, axes);
    SweepPlan plan{Grid(scenario, std::move(axes)), request.replications, {std::move(measures), request.warmup}};
    plan.check();
    return plan;
  } catch (const BadValue& error) {
    throw UsageError(error.what());
  }
}

std::size_t jobs_of(const Request& request) {
  return request.jobs > 0 ? request.jobs : std::max(1U, std::thread::hardware_concurrency());
}

ExitStatus sweep(const Request& request) {
  if (request.shard.has_value() == request.part.empty())
    throw UsageError("--shard K/N and --part FILE go together: the share to do, and where its results go");
  for (auto name = request.measures.begin(); name != request.measures.end(); ++name)
    if (std::find(request.measures.begin(), name, *name) != name)
      throw UsageError(fmt::format("--measure: '{}' is there twice", *name));
  const SweepPlan plan = plan_study(request, request.axes, request.measures);
  return request.shard ? sweep_part(request, plan) : sweep_all(request, plan);
}

ExitStatus merge(const Request& request) {
  Merger merger(PCSIM_VERSION);
  try {
    for (const std::string& path : request.files) {
      errno = 0;
      std::ifstream file(path, std::ios::binary);
      if (!file) throw UsageError(fmt::format("{}: {}", path, std::generic_category().message(errno)));
      merger.add(file, path);
    }
  } catch (const BadValue& error) {
    throw UsageError(error.what());
  }
  const SweepPlan& plan = merger.plan();
  const auto rows = sweep_rows(plan, merger.results());
  const Table table = table_of(plan, rows);
  TableExports exports(request);
  Attempts attempts;
  exports.write_files(table, attempts);
  exports.write_stdout(table, attempts);
  const auto missing = merger.missing();
  for (const std::string& what : missing) spdlog::error("{}", what);
  if (rows.size() < plan.grid.size())
    spdlog::error("{} of {} combinations are missing", plan.grid.size() - rows.size(), plan.grid.size());
  attempts.rethrow();
  return missing.empty() ? done : run_failed;
}

}  // namespace pcsim::app
