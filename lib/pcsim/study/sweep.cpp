#include <pcsim/study/sweep.hpp>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

namespace pcsim {

Scenario SweepPlan::scenario_of(std::size_t piece) const {
  Scenario scenario = grid.scenario(piece / replications);
  scenario.seed += piece % replications;
  return scenario;
}

SweepResults run_sweep(const SweepPlan& plan, Shard shard, std::size_t jobs, std::stop_token stop,
                       const std::function<void()>& done) {
  SweepResults results(plan.pieces());
  std::atomic<std::size_t> next{shard.k - 1};
  std::mutex mutex;
  std::exception_ptr failure;
  std::stop_source all_stop;
  const std::stop_callback pass_on(stop, [&] { all_stop.request_stop(); });

  const auto work = [&] {
    try {
      while (!all_stop.stop_requested()) {
        const std::size_t piece = next.fetch_add(shard.n);
        if (piece >= results.size()) return;
        results[piece] = replicate(plan.scenario_of(piece), plan.observation, all_stop.get_token());
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
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < jobs; ++i) threads.emplace_back(work);
  }
  if (failure) std::rethrow_exception(failure);
  return results;
}

std::vector<SweepRow> sweep_rows(const SweepPlan& plan, const SweepResults& results) {
  std::vector<SweepRow> rows;
  for (std::size_t combination = 0; combination < plan.grid.size(); ++combination) {
    const auto first = results.begin() + static_cast<std::ptrdiff_t>(combination * plan.replications);
    const auto last = first + static_cast<std::ptrdiff_t>(plan.replications);
    if (!std::all_of(first, last, [](const auto& result) { return result.has_value(); })) continue;
    SweepRow row;
    row.values = plan.grid.values(combination);
    std::vector<std::vector<double>> values(plan.observation.measures.size());
    for (auto result = first; result != last; ++result) {
      if ((*result)->end == Replication::End::deadlock) ++row.deadlocks;
      if ((*result)->end == Replication::End::failed) ++row.failures;
      if ((*result)->end != Replication::End::done) continue;
      ++row.done;
      for (std::size_t i = 0; i < values.size(); ++i) values[i].push_back((*result)->values[i]);
    }
    if (row.done > 0)
      for (const auto& of_measure : values) row.estimates.push_back(estimate(of_measure));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace pcsim
