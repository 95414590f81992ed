#include "simulation.hpp"

#include <pcsim/observe/statistics.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace pcsim {
namespace {

// The full trace of the lesson as CPython 3.11's asyncio runs it, with the times as CPython's repr writes them.
constexpr const char* trace = R"(0.03557707193831535 PROD 1
0.03557707193831535 C1 GET id=1
0.046577502147222026 PROD 2
0.046577502147222026 C2 GET id=2
0.06550593167317494 PROD 3
0.0720788310404625 C1 id=1 payload=1
0.0720788310404625 C1 GET id=3
0.10257391117009139 PROD 4
0.11076577499706278 C2 id=2 payload=4
0.11076577499706278 C2 GET id=4
0.11605146447526804 PROD 5
0.12724335325279085 PROD 6
0.14560960510275323 C1 id=3 payload=9
0.14560960510275323 C1 GET id=5
0.14598887224493498 PROD 7
0.156081084178179 C2 id=4 payload=16
0.156081084178179 C2 GET id=6
0.15705031103228953 PROD 8
0.1880113432193779 C2 id=6 payload=36
0.1880113432193779 C2 GET id=7
0.19304568854347046 PROD 9
0.195930922388955 C1 id=5 payload=25
0.195930922388955 C1 GET id=8
0.21186331342509832 PROD 10
0.2407078320555709 C2 id=7 payload=49
0.2407078320555709 C2 GET id=9
0.2512868634215095 C1 id=8 payload=64
0.2512868634215095 C1 GET id=10
0.2542405316922114 PROD 11
0.26109775763625453 C2 id=9 payload=81
0.26109775763625453 C2 GET id=11
0.2921661074917405 PROD 12
0.30151278862733405 C2 id=11 payload=121
0.30151278862733405 C2 GET id=12
0.319636018531478 C1 id=10 payload=100
0.319636018531478 C1 STOP
0.3308415586160409 C2 id=12 payload=144
0.3308415586160409 C2 STOP
0.3308415586160409 DONE
)";

constexpr std::size_t items = 12;

// By item, from 0.
struct Times {
  std::array<double, items> put;
  std::array<double, items> got;
  std::array<double, items> done;
  std::array<int, items> consumer;
  std::array<double, 2> stopped;
  double end = 0;
};

Times read() {
  Times times{};
  std::istringstream lines(trace);
  for (std::string line; std::getline(lines, line);) {
    double at = 0;
    int consumer = 0;
    std::size_t id = 0;
    char what[8] = "";
    if (std::sscanf(line.c_str(), "%lf PROD %zu", &at, &id) == 2)
      times.put[id - 1] = at;
    else if (std::sscanf(line.c_str(), "%lf C%d GET id=%zu", &at, &consumer, &id) == 3)
      times.got[id - 1] = at;
    else if (std::sscanf(line.c_str(), "%lf C%d id=%zu", &at, &consumer, &id) == 3) {
      times.done[id - 1] = at;
      times.consumer[id - 1] = consumer;
    } else if (std::sscanf(line.c_str(), "%lf C%d %4s", &at, &consumer, what) == 3 && what == std::string("STOP"))
      times.stopped[static_cast<std::size_t>(consumer - 1)] = at;
    else if (std::sscanf(line.c_str(), "%lf %4s", &at, what) == 2 && what == std::string("DONE"))
      times.end = at;
    else
      FAIL(line);
  }
  return times;
}

bool close(double a, double b) { return std::abs(a - b) <= 1e-12 * std::max(1.0, std::abs(b)); }

void check(const Distribution& distribution, std::array<double, items> values) {
  std::sort(values.begin(), values.end());
  double sum = 0;
  for (const double value : values) sum += value;
  const double mean = sum / items;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  CHECK(distribution.count() == items);
  CHECK(close(distribution.mean(), mean));
  CHECK(close(distribution.stddev(), std::sqrt(squares / items)));
  CHECK(distribution.max() == values[11]);
  // Of twelve values the 6th is not exceeded by half of them, the 11th by nine in ten (10.8 of them), the 12th by all.
  CHECK(std::abs(distribution.percentile(0.5) - values[5]) <= 0.01 * values[5]);
  CHECK(std::abs(distribution.percentile(0.9) - values[10]) <= 0.01 * values[10]);
  CHECK(distribution.percentile(0.99) == values[11]);
}

TEST_CASE("the figures of the lesson are those of asyncio's trace, added up by hand") {
  const Times times = read();
  const Scenario scenario = scenario_of({});
  Statistics statistics(scenario);
  statistics.end(simulate(scenario, {&statistics}).at);

  CHECK(statistics.makespan() == times.end);
  CHECK(statistics.throughput() == 12 / times.end);

  std::array<double, items> wait{};
  std::array<double, items> service{};
  std::array<double, items> latency{};
  for (std::size_t i = 0; i < items; ++i) {
    wait[i] = times.got[i] - times.put[i];
    service[i] = times.done[i] - times.got[i];
    latency[i] = times.done[i] - times.put[i];
  }
  check(statistics.wait(), wait);
  check(statistics.service(), service);
  check(statistics.latency(), latency);
  check(statistics.blocked(), {});

  // Between one put or get and the next the queue holds what was put before and got after.
  std::set<double> changes(times.put.begin(), times.put.end());
  changes.insert(times.got.begin(), times.got.end());
  changes.insert({0.0, times.end});
  double area = 0;
  double empty = 0;
  std::uint64_t most = 0;
  for (auto change = changes.begin(); std::next(change) != changes.end(); ++change) {
    std::uint64_t depth = 0;
    for (std::size_t i = 0; i < items; ++i) depth += times.put[i] <= *change && times.got[i] > *change;
    area += static_cast<double>(depth) * (*std::next(change) - *change);
    if (depth == 0) empty += *std::next(change) - *change;
    most = std::max(most, depth);
  }
  CHECK(close(statistics.mean_depth(), area / times.end));
  CHECK(close(statistics.empty(), empty / times.end));
  CHECK(statistics.full() == 0);
  CHECK(statistics.max_depth() == most);

  double all_busy = 0;
  for (std::size_t c = 0; c < 2; ++c) {
    double busy = 0;
    std::uint64_t consumed = 0;
    for (std::size_t i = 0; i < items; ++i) {
      if (times.consumer[i] != static_cast<int>(c + 1)) continue;
      busy += service[i];
      ++consumed;
    }
    const Statistics::Consumer& consumer = statistics.consumers()[c];
    CHECK(consumer.items == consumed);
    CHECK(close(consumer.busy, busy));
    CHECK(close(consumer.waiting, times.stopped[c] - busy));
    all_busy += busy;
  }
  CHECK(close(statistics.utilization(), all_busy / (2 * times.end)));
  // The producer draws the next delay as soon as it has put an item, and the first at the start.
  CHECK(statistics.producers()[0].items == 12);
  CHECK(close(statistics.producers()[0].busy, times.put[11]));
  CHECK(statistics.producers()[0].blocked == 0);

  CHECK(statistics.consumed() == 12);
  for (const std::uint64_t other : {statistics.timed_out(), statistics.failed(), statistics.unfinished(), statistics.queued(),
                                    statistics.never_put()})
    CHECK(other == 0);
}

// The same by another program: CPython's math.fsum and statistics.pstdev over the same trace.
TEST_CASE("the figures of the lesson are those that CPython adds up") {
  const Scenario scenario = scenario_of({});
  Statistics statistics(scenario);
  statistics.end(simulate(scenario, {&statistics}).at);
  CHECK(close(statistics.makespan(), 0.3308415586160409));
  CHECK(close(statistics.throughput(), 36.271138517778034));
  CHECK(close(statistics.wait().mean(), 0.02144610980553242));
  CHECK(close(statistics.wait().stddev(), 0.017161606258573322));
  CHECK(close(statistics.wait().max(), 0.047662143512100436));
  CHECK(close(statistics.service().mean(), 0.04736025025516513));
  CHECK(close(statistics.service().stddev(), 0.015734063964866752));
  CHECK(close(statistics.latency().mean(), 0.06880636006069756));
  CHECK(close(statistics.latency().stddev(), 0.0220274999635709));
  CHECK(close(statistics.mean_depth(), 0.777874819423944));
  CHECK(close(statistics.empty(), 0.49763243192483647));
  CHECK(close(statistics.consumers()[0].busy, 0.28405894659316266));
  CHECK(close(statistics.consumers()[1].busy, 0.2842640564688189));
}

}  // namespace
}  // namespace pcsim
