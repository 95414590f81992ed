#include "sweep.hpp"

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
#include <stop_token>
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

void tell(const SweepPlan& plan, const SweepResults& results, TableExports& exports) {
  const auto rows = sweep_rows(plan, results);
  exports.json([&] { return sweep_json(plan, rows, PCSIM_VERSION); });
  exports.csv([&] { return sweep_csv(plan, rows); });
  exports.html([&] { return sweep_html(plan, rows, PCSIM_VERSION); });
  exports.close();
  if (exports.stdout_is_free()) write_to_stdout(sweep_text(plan, rows));
}

SweepResults run_visibly(const Request& request, const SweepPlan& plan, Shard shard, std::stop_token stop) {
  Progress progress(stop);
  progress.begin_steps("runs", shard.share_of(plan.pieces()));
  return run_sweep(plan, shard, jobs_of(request), stop, [&] { progress.step(); });
}

// A share of a sweep: its results go to a file, for merge().
void sweep_part(const Request& request, const SweepPlan& plan, const StopOnSignal& signal) {
  if (!(request.export_csv + request.export_json + request.export_html).empty())
    throw UsageError("--part: a part has no table to export; pcsim merge has, when it has put the parts together");
  const Shard shard = *request.shard;
  OutputFiles files;
  Output& file = *files.open("part", request.part);
  const SweepResults results = run_visibly(request, plan, shard, signal.token());
  write_part(plan, shard, PCSIM_VERSION, results, file);
  files.close();
  if (signal.status()) {
    const std::size_t share = shard.share_of(plan.pieces());
    spdlog::error("interrupted: {} of this part's {} runs are missing", share - results.count(), share);
  }
}

void sweep_all(const Request& request, const SweepPlan& plan, const StopOnSignal& signal) {
  TableExports exports(request);
  const SweepResults results = run_visibly(request, plan, {}, signal.token());
  tell(plan, results, exports);
  if (signal.status())
    spdlog::error("interrupted: {} of {} combinations are missing", plan.grid.size() - sweep_rows(plan, results).size(),
                  plan.grid.size());
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
  const StopOnSignal signal;
  if (request.shard)
    sweep_part(request, plan, signal);
  else
    sweep_all(request, plan, signal);
  return signal.status().value_or(done);
}

ExitStatus merge(const Request& request) {
  try {
    Merger merger(PCSIM_VERSION);
    for (const std::string& path : request.files) {
      errno = 0;
      std::ifstream file(path, std::ios::binary);
      if (!file) throw UsageError(fmt::format("{}: {}", path, std::generic_category().message(errno)));
      merger.add(file, path);
    }
    const SweepResults& results = merger.results();
    TableExports exports(request);
    tell(merger.plan(), results, exports);
    return done;
  } catch (const BadValue& error) {
    throw UsageError(error.what());
  }
}

}  // namespace pcsim::app
