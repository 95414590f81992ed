#include <pcsim/observe/measures.hpp>

#include <pcsim/assert.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace pcsim {

namespace {

template <double (Statistics::*what)() const>
double number(const Statistics& statistics) {
  return (statistics.*what)();
}

template <std::uint64_t (Statistics::*what)() const>
double count(const Statistics& statistics) {
  return static_cast<double>((statistics.*what)());
}

double mean(const Distribution& distribution) { return distribution.mean(); }
double stddev(const Distribution& distribution) { return distribution.stddev(); }
double p50(const Distribution& distribution) { return distribution.percentile(0.5); }
double p90(const Distribution& distribution) { return distribution.percentile(0.9); }
double p99(const Distribution& distribution) { return distribution.percentile(0.99); }
double p999(const Distribution& distribution) { return distribution.percentile(0.999); }
double max(const Distribution& distribution) { return distribution.max(); }

template <const Distribution& (Statistics::*which)() const, double (*what)(const Distribution&)>
double figure(const Statistics& statistics) {
  return what((statistics.*which)());
}

struct Row {
  std::string_view name;
  bool whole;
  double (*value)(const Statistics&);
};

constexpr std::array rows{
    Row{"makespan", false, number<&Statistics::makespan>},
    Row{"throughput", false, number<&Statistics::throughput>},
    Row{"utilization", false, number<&Statistics::utilization>},
    Row{"wait.mean", false, figure<&Statistics::wait, mean>},
    Row{"wait.stddev", false, figure<&Statistics::wait, stddev>},
    Row{"wait.p50", false, figure<&Statistics::wait, p50>},
    Row{"wait.p90", false, figure<&Statistics::wait, p90>},
    Row{"wait.p99", false, figure<&Statistics::wait, p99>},
    Row{"wait.p999", false, figure<&Statistics::wait, p999>},
    Row{"wait.max", false, figure<&Statistics::wait, max>},
    Row{"service.mean", false, figure<&Statistics::service, mean>},
    Row{"service.stddev", false, figure<&Statistics::service, stddev>},
    Row{"service.p50", false, figure<&Statistics::service, p50>},
    Row{"service.p90", false, figure<&Statistics::service, p90>},
    Row{"service.p99", false, figure<&Statistics::service, p99>},
    Row{"service.p999", false, figure<&Statistics::service, p999>},
    Row{"service.max", false, figure<&Statistics::service, max>},
    Row{"latency.mean", false, figure<&Statistics::latency, mean>},
    Row{"latency.stddev", false, figure<&Statistics::latency, stddev>},
    Row{"latency.p50", false, figure<&Statistics::latency, p50>},
    Row{"latency.p90", false, figure<&Statistics::latency, p90>},
    Row{"latency.p99", false, figure<&Statistics::latency, p99>},
    Row{"latency.p999", false, figure<&Statistics::latency, p999>},
    Row{"latency.max", false, figure<&Statistics::latency, max>},
    Row{"blocked.mean", false, figure<&Statistics::blocked, mean>},
    Row{"blocked.stddev", false, figure<&Statistics::blocked, stddev>},
    Row{"blocked.p50", false, figure<&Statistics::blocked, p50>},
    Row{"blocked.p90", false, figure<&Statistics::blocked, p90>},
    Row{"blocked.p99", false, figure<&Statistics::blocked, p99>},
    Row{"blocked.p999", false, figure<&Statistics::blocked, p999>},
    Row{"blocked.max", false, figure<&Statistics::blocked, max>},
    Row{"queue.mean_depth", false, number<&Statistics::mean_depth>},
    Row{"queue.max_depth", true, count<&Statistics::max_depth>},
    Row{"queue.full", false, number<&Statistics::full>},
    Row{"queue.empty", false, number<&Statistics::empty>},
    Row{"items.consumed", true, count<&Statistics::consumed>},
    Row{"items.timed_out", true, count<&Statistics::timed_out>},
    Row{"items.failed", true, count<&Statistics::failed>},
    Row{"items.unfinished", true, count<&Statistics::unfinished>},
    Row{"items.queued", true, count<&Statistics::queued>},
    Row{"items.never_put", true, count<&Statistics::never_put>},
};

}  // namespace

std::vector<Measure> measures(const Statistics& statistics) {
  std::vector<Measure> all;
  for (const Row& row : rows) all.push_back({std::string(row.name), row.value(statistics), row.whole});
  return all;
}

double measure(const Statistics& statistics, std::string_view name) {
  const auto* const found = std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.name == name; });
  PCSIM_ASSERT(found != rows.end());
  return found->value(statistics);
}

std::vector<std::string> measure_names() {
  std::vector<std::string> names;
  for (const Row& row : rows) names.emplace_back(row.name);
  return names;
}

}  // namespace pcsim
