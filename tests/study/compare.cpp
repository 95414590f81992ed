#include <pcsim/model/arrivals.hpp>
#include <pcsim/model/bad_value.hpp>
#include <pcsim/study/compare.hpp>
#include <pcsim/study/replication.hpp>

#include <doctest/doctest.h>

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

namespace pcsim {
namespace {

// A scenario with a log of its own, which can be changed.
class Logged {
public:
  explicit Logged(const std::string& text) {
    scenario.arrivals = std::filesystem::temp_directory_path() / "pcsim-log-XXXXXX";
    const int descriptor = ::mkstemp(scenario.arrivals.data());
    REQUIRE(descriptor >= 0);
    ::close(descriptor);
    std::ofstream(scenario.arrivals) << text;
    scenario.log = std::make_shared<const CountedLog>(scenario.arrivals);
    scenario.items = scenario.log->count();
  }
  Logged(const Logged&) = delete;
  Logged& operator=(const Logged&) = delete;
  ~Logged() { std::filesystem::remove(scenario.arrivals); }

  void append(const std::string& text) const { std::ofstream(scenario.arrivals, std::ios::app) << text; }

  Scenario scenario;
};

TEST_CASE("a log that has grown since it was counted is compared, and measured, as it was then") {
  Logged log("at,service\n1,1\n2,1.5\n3,2\n");
  const Observation observation{{"makespan", "items.consumed", "items.never_put"}, 0};
  log.scenario.clock = Scenario::Clock::virtual_time;
  const Comparison before = compare(log.scenario).value();
  for (int i = 0; i < 10'000; ++i) log.append("1000,1000\n");
  const Comparison after = compare(log.scenario).value();
  CHECK(after.sequential == before.sequential);
  CHECK(after.sequential == 7.5);
  CHECK(after.concurrent == before.concurrent);
  const auto replication = replicate(log.scenario, observation);
  REQUIRE(replication.has_value());
  CHECK(replication->values == std::vector<double>{before.concurrent, 3, 0});

  log.scenario.clock = Scenario::Clock::wall;
  log.scenario.speed = 1000;
  CHECK(compare(log.scenario).value().outcome.at == before.concurrent);
}

TEST_CASE("a log that changes while it is compared is told") {
  Logged log("at,service\n1,1\n2,1.5\n3,2\n");
  log.scenario.speed = 1000;
  const auto change = [&](const char* what, double) {
    if (std::string(what) == "concurrent") std::filesystem::resize_file(log.scenario.arrivals, 5);
  };
  CHECK_THROWS_WITH_AS(compare(log.scenario, {}, change),
                       (log.scenario.arrivals + ": this has become shorter since it was first read").c_str(), BadValue);
}

}  // namespace
}  // namespace pcsim
