#include "compare.hpp"

#include "attempts.hpp"
#include "progress.hpp"
#include "stop_on_signal.hpp"
#include "table_exports.hpp"
#include "terminal.hpp"

#include <pcsim/model/arrivals.hpp>
#include <pcsim/model/input_file.hpp>
#include <pcsim/observe/output.hpp>
#include <pcsim/observe/report.hpp>
#include <pcsim/study/compare.hpp>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <boost/json.hpp>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace pcsim::app {

namespace {

using Rows = std::vector<Comparison>;

constexpr double bar_width = 30;

std::string bar(double seconds, double longest) {
  const auto length = static_cast<std::size_t>(longest > 0 ? bar_width * (seconds / longest) : 0);
  std::string text;
  for (std::size_t i = 0; i < length; ++i) text += stdout_shows_utf8() ? "\u2588" : "#";
  return text;
}

std::string limits(const Comparison& row) { return fmt::format("at most {:.1f}x: {}", row.most_speedup(), row.bound.why); }

std::string to_text(const Comparison& row) {
  const double longest = std::max(row.sequential, row.concurrent);
  const int width = static_cast<int>(fmt::formatted_size("{:.3f}", longest));
  return fmt::format("sequential   {:{}.3f} s  {}\n", row.sequential, width, bar(row.sequential, longest)) +
         fmt::format("concurrent   {:{}.3f} s  {}\n", row.concurrent, width, bar(row.concurrent, longest)) +
         fmt::format("speedup      {:{}}  {}\n", fmt::format("{:.2f}x", row.speedup()), width + 2, limits(row));
}

std::string to_text(const Rows& rows) {
  if (rows.size() == 1) return to_text(rows.front());
  double longest = 0;
  for (const Comparison& row : rows) longest = std::max({longest, row.sequential, row.concurrent});
  std::string text = "consumers    sequential    concurrent  speedup  efficiency\n";
  for (const Comparison& row : rows)
    text += fmt::format("{:>9}  {:>10.3f} s  {:>10.3f} s  {:>6.2f}x  {:>10.2f}  {:<30}  {}\n", row.consumers, row.sequential,
                        row.concurrent, row.speedup(), row.efficiency(), bar(row.concurrent, longest), limits(row));
  return text;
}

std::string to_json(const Rows& rows, const Scenario& scenario) {
  boost::json::array comparisons;
  for (const Comparison& row : rows)
    comparisons.push_back({{"consumers", row.consumers},
                           {"sequential", row.sequential},
                           {"concurrent", row.concurrent},
                           {"speedup", row.speedup()},
                           {"efficiency", row.efficiency()},
                           {"bound", {{"seconds", row.bound.seconds}, {"speedup", row.most_speedup()}, {"why", row.bound.why}}}});
  const char* const clock = scenario.clock == Scenario::Clock::wall ? "wall" : "virtual";
  const boost::json::object all{
      {"schema", 1}, {"version", PCSIM_VERSION}, {"clock", clock}, {"comparisons", std::move(comparisons)}};
  return boost::json::serialize(all) + "\n";
}

std::string to_csv(const Rows& rows) {
  std::string text = "consumers,sequential,concurrent,speedup,efficiency,bound_seconds,bound_speedup,bound_why\n";
  for (const Comparison& row : rows)
    fmt::format_to(std::back_inserter(text), "{},{},{},{},{},{},{},{}\n", row.consumers, row.sequential, row.concurrent,
                   row.speedup(), row.efficiency(), row.bound.seconds, row.most_speedup(), row.bound.why);
  return text;
}

Table table_of(const Rows& rows, const Scenario& scenario) {
  return {[&] {
            std::string text = to_text(rows);
            if (scenario.log) text += fmt::format("arrivals     {} items of {}\n", scenario.items, scenario.log->file()->name());
            return text;
          },
          [&] { return to_json(rows, scenario); }, [&] { return to_csv(rows); }, nullptr};
}

std::optional<Comparison> compare_visibly(const Scenario& scenario, const std::string& which, std::stop_token stop) {
  Progress progress(stop);
  return pcsim::compare(scenario, stop, [&](const char* what, double seconds) { progress.begin(which + what, seconds); });
}

// Compares as many consumers as there are numbers of them, one number after another, until a run does not come to its end.
ExitStatus compare_all(Scenario scenario, const std::vector<std::uint64_t>& consumers, std::stop_token stop, Rows& rows) {
  for (const std::uint64_t number : consumers) {
    scenario.consumers = number;
    auto row = compare_visibly(scenario, consumers.size() > 1 ? fmt::format("{} consumers, ", number) : "", stop);
    if (!row) return done;  // whoever stopped it knows
    if (row->outcome.deadlock) {
      spdlog::error("with {} consumers: {}", number, deadlock_report(row->outcome));
      return deadlocked;
    }
    if (row->outcome.failed) {
      spdlog::error("with {} consumers: a failure ends the run at {:.3f}; --on-failure continue goes on", number,
                    row->outcome.at);
      return run_failed;
    }
    rows.push_back(*std::move(row));
  }
  return done;
}

std::vector<std::uint64_t> numbers_of_consumers(const Request& request) {
  if (request.axes.empty()) return {request.scenario.consumers};
  std::vector<std::uint64_t> numbers;
  for (const std::string& value : request.axes.front().values) numbers.push_back(std::stoull(value));
  return numbers;
}

}  // namespace

ExitStatus compare(const Request& request) {
  Scenario scenario = request.scenario;
  if (scenario.stop_after) throw UsageError("--stop-after: a run that is ended early does not do the same work; leave it out");
  const std::vector<std::uint64_t> consumers = numbers_of_consumers(request);
  if (consumers.size() > 1 && !request.given.contains("streams")) scenario.streams = Scenario::Streams::per_item;
  TableExports exports(request);

  Rows rows;
  const Table table = table_of(rows, scenario);
  ExitStatus status = done;
  std::optional<ExitStatus> cut_short;
  Attempts attempts;
  {
    const StopOnSignal signal;
    attempts([&] { status = compare_all(scenario, consumers, signal.token(), rows); });
    if (!rows.empty()) exports.write_files(table, attempts);
    cut_short = signal.status();
  }
  if (!rows.empty()) exports.write_stdout(table, attempts);
  if (cut_short && rows.size() < consumers.size())
    spdlog::error("interrupted: {} of {} comparisons are missing", consumers.size() - rows.size(), consumers.size());
  attempts.rethrow();
  return cut_short.value_or(status);
}

}  // namespace pcsim::app
