#include <pcsim/observe/measures.hpp>

#include <pcsim/model/scenario.hpp>

#include <utility>

namespace pcsim {

std::vector<Measure> measures(const Statistics& statistics) {
  std::vector<Measure> all{
      {"makespan", statistics.makespan(), false},
      {"throughput", statistics.throughput(), false},
      {"utilization", statistics.utilization(), false},
  };
  const auto add_distribution = [&](const std::string& name, const Distribution& distribution) {
    all.push_back({name + ".mean", distribution.mean(), false});
    all.push_back({name + ".stddev", distribution.stddev(), false});
    all.push_back({name + ".p50", distribution.percentile(0.5), false});
    all.push_back({name + ".p90", distribution.percentile(0.9), false});
    all.push_back({name + ".p99", distribution.percentile(0.99), false});
    all.push_back({name + ".p999", distribution.percentile(0.999), false});
    all.push_back({name + ".max", distribution.max(), false});
  };
  add_distribution("wait", statistics.wait());
  add_distribution("service", statistics.service());
  add_distribution("latency", statistics.latency());
  add_distribution("blocked", statistics.blocked());
  all.push_back({"queue.mean_depth", statistics.mean_depth(), false});
  all.push_back({"queue.max_depth", static_cast<double>(statistics.max_depth()), true});
  all.push_back({"queue.full", statistics.full(), false});
  all.push_back({"queue.empty", statistics.empty(), false});
  const auto add_items = [&](const std::string& name, std::uint64_t count) {
    all.push_back({"items." + name, static_cast<double>(count), true});
  };
  add_items("consumed", statistics.consumed());
  add_items("timed_out", statistics.timed_out());
  add_items("failed", statistics.failed());
  add_items("unfinished", statistics.unfinished());
  add_items("queued", statistics.queued());
  add_items("never_put", statistics.never_put());
  return all;
}

std::vector<std::string> measure_names() {
  std::vector<std::string> names;
  for (Measure& measure : measures(Statistics(Scenario()))) names.push_back(std::move(measure.name));
  return names;
}

}  // namespace pcsim
