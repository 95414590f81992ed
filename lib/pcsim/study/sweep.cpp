#include <pcsim/study/sweep.hpp>

#include <pcsim/model/arrivals.hpp>
#include <pcsim/model/bad_value.hpp>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace pcsim {

void SweepPlan::check() const {
  if (grid.size() > most_pieces / replications)
    throw BadValue(fmt::format("{} combinations, {} times each: that is more than {} runs; vary less at once",
                               grid.size() == SIZE_MAX ? "too many" : std::to_string(grid.size()), replications, most_pieces));
  for (const Axis& axis : grid.axes()) {
    const std::string_view name = axis.setting->name;
    if (!grid.base().arrivals.empty() && (name == "items" || name == "produce-delay"))
      throw BadValue(fmt::format("--{}: this cannot vary with --arrivals, whose lines are the items", name));
    if (grid.base().log && grid.base().log->has_service() && name == "consume-delay")
      throw BadValue(
          fmt::format("--{}: this cannot vary with --arrivals, whose column 'service' says how long the work takes", name));
  }
  for (std::size_t i = 0; i < grid.size(); ++i) {
    const Scenario scenario = grid.scenario(i);
    if (scenario.seed > Scenario::most_seed - (replications - 1))
      throw BadValue(
          fmt::format("--seed: {} leaves no seeds for {} replications; take a smaller one", scenario.seed, replications));
    if (const auto conflict = find_conflict(scenario))
      throw BadValue(fmt::format("--{}: {}", conflict->setting, conflict->message));
  }
}

Scenario SweepPlan::scenario_of(std::size_t piece) const {
  Scenario scenario = grid.scenario(piece / replications);
  scenario.seed += piece % replications;
  return scenario;
}

SweepResults::SweepResults(const SweepPlan& plan)
    : width_(plan.observation.measures.size()), ends_(plan.pieces(), missing), values_(plan.pieces() * width_) {}

std::size_t SweepResults::count() const {
  return ends_.size() - static_cast<std::size_t>(std::count(ends_.begin(), ends_.end(), missing));
}

void SweepResults::set(std::size_t piece, const Replication& result) {
  ends_[piece] = static_cast<unsigned char>(result.end);
  std::copy(result.values.begin(), result.values.end(), values_.begin() + static_cast<std::ptrdiff_t>(piece * width_));
}

void run_sweep(const SweepPlan& plan, Shard shard, std::size_t jobs, std::stop_token stop, SweepResults& results,
               const std::function<void()>& done) {
  std::atomic<std::size_t> next{shard.k - 1};
  std::mutex mutex;
  std::exception_ptr failure;
  std::stop_source all_stop;
  const std::stop_callback pass_on(std::move(stop), [&] { all_stop.request_stop(); });

  const auto work = [&] {
    try {
      boost::asio::io_context host(1);
      while (!all_stop.stop_requested()) {
        const std::size_t piece = next.fetch_add(shard.n);
        if (piece >= results.size()) return;
        const auto result = replicate(host, plan.scenario_of(piece), plan.observation, all_stop.get_token());
        if (!result) return;
        results.set(piece, *result);
        const std::lock_guard lock(mutex);
        done();
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
      all_stop.request_stop();
    }
  };
  {
    std::vector<std::jthread> others;
    try {
      for (std::size_t i = 1; i < std::min(jobs, shard.share_of(results.size())); ++i) others.emplace_back(work);
    } catch (const std::system_error&) {  // so many cannot be had, and fewer will do
    }
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

std::vector<SweepRow> sweep_rows(const SweepPlan& plan, const SweepResults& results) {
  std::vector<SweepRow> rows;
  std::vector<std::vector<double>> values(plan.observation.measures.size());
  for (std::size_t combination = 0; combination < plan.grid.size(); ++combination) {
    SweepRow row;
    for (auto& of_measure : values) of_measure.clear();
    const std::size_t first = combination * plan.replications;
    const std::size_t last = first + plan.replications;
    std::size_t piece = first;
    for (; piece < last && results.has(piece); ++piece) {
      switch (results.end(piece)) {
        case Replication::End::deadlock: ++row.deadlocks; continue;
        case Replication::End::failed: ++row.failures; continue;
        case Replication::End::done: ++row.done;
      }
      for (std::size_t i = 0; i < values.size(); ++i) values[i].push_back(results.values(piece)[i]);
    }
    if (piece < last) continue;
    row.values = plan.grid.values(combination);
    if (row.done > 0)
      for (const auto& of_measure : values) row.estimates.push_back(estimate(of_measure));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace pcsim
