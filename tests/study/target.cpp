#include <pcsim/model/bad_value.hpp>
#include <pcsim/observe/measures.hpp>
#include <pcsim/study/target.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace pcsim {
namespace {

using Relation = Target::Relation;
using Verdict = Target::Verdict;

TEST_CASE("a target is a measure, a relation and a bound, with space or without") {
  struct Case {
    std::string text;
    std::string measure;
    Relation relation;
    double bound;
  };
  for (const Case& one : std::vector<Case>{{"latency.p99 < 200ms", "latency.p99", Relation::less, 0.2},
                                           {"latency.p99<200ms", "latency.p99", Relation::less, 0.2},
                                           {"  wait.mean  <=  0.5  ", "wait.mean", Relation::less_or_equal, 0.5},
                                           {"utilization>0.8", "utilization", Relation::greater, 0.8},
                                           {"items.consumed >= 100", "items.consumed", Relation::greater_or_equal, 100},
                                           {"items.consumed < 2e9", "items.consumed", Relation::less, 2e9},
                                           {"makespan < 2min", "makespan", Relation::less, 120}}) {
    CAPTURE(one.text);
    const Target target = Target::parse(one.text);
    CHECK(target.measure == one.measure);
    CHECK(target.relation == one.relation);
    CHECK(target.bound == one.bound);
    CHECK(target.text == one.text);
  }
}

TEST_CASE("what is no target is refused; for an unknown measure with all there are") {
  for (const std::string text : {"", "latency.p99", "latency.p99 = 3", "latency.p99 <", "latency.p99 < x", "latency.p99 < -1",
                                 "latency.p99 << 1", "latency.p99 < 1 < 2", "utilization < 80%", "throughput > 5ms",
                                 "queue.full < 1s", "items.consumed > 1min", "< 1", "latency.p98 < 1", "Latency.p99 < 1"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(Target::parse(text), BadValue);
  }
  try {
    Target::parse("nonsense < 1");
    FAIL("it was accepted");
  } catch (const BadValue& error) {
    const std::string message = error.what();
    CHECK(message.find("'nonsense'") != std::string::npos);
    for (const std::string& name : measure_names()) CHECK(message.find(" " + name) != std::string::npos);
  }
}

TEST_CASE("a verdict is clear only where the whole interval is on one side of the bound") {
  const auto verdict = [](const std::string& relation, double low, double high) {
    return Target::parse("makespan " + relation + " 10").judge({20, (low + high) / 2, (high - low) / 2});
  };
  CHECK(verdict("<", 8, 9) == Verdict::met);
  CHECK(verdict("<", 9, 11) == Verdict::unclear);
  CHECK(verdict("<", 11, 12) == Verdict::missed);
  CHECK(verdict("<", 10, 10) == Verdict::missed);
  CHECK(verdict("<=", 10, 10) == Verdict::met);
  CHECK(verdict("<", 8, 10) == Verdict::unclear);
  CHECK(verdict("<=", 8, 10) == Verdict::met);
  CHECK(verdict("<=", 10, 12) == Verdict::unclear);
  CHECK(verdict(">", 11, 12) == Verdict::met);
  CHECK(verdict(">", 9, 11) == Verdict::unclear);
  CHECK(verdict(">", 8, 9) == Verdict::missed);
  CHECK(verdict(">", 10, 10) == Verdict::missed);
  CHECK(verdict(">=", 10, 10) == Verdict::met);
  CHECK(verdict(">=", 10, 12) == Verdict::met);
}

}  // namespace
}  // namespace pcsim
