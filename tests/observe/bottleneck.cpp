#include <pcsim/model/pipeline.hpp>
#include <pcsim/observe/bottleneck.hpp>
#include <pcsim/observe/statistics.hpp>
#include <pcsim/runtime/clock.hpp>
#include <pcsim/runtime/loop.hpp>

#include <doctest/doctest.h>
#include <boost/asio/io_context.hpp>

#include <string>

namespace pcsim {
namespace {

std::string bottleneck_of(const Scenario& scenario) {
  Statistics statistics(scenario);
  boost::asio::io_context host;
  VirtualClock clock;
  Loop loop(host, clock);
  statistics.end(Pipeline(loop, scenario, {&statistics}).run().at);
  return bottleneck(scenario, statistics);
}

// Consumers that have an item each at 1 s, and are stopped at 5 s, long before the work is done.
Scenario stopped() {
  Scenario scenario;
  scenario.produce_delay = Delay::parse("1");
  scenario.consume_delay = Delay::parse("1000");
  scenario.stop_after = 5;
  return scenario;
}

TEST_CASE("work that a stop cuts short is busy for as long as it was done") {
  Scenario limited = stopped();
  limited.limit = 1;
  CHECK(bottleneck_of(limited).find("P1 is busy 100 % of the time") != std::string::npos);
  limited.stop_after = 10;
  limited.produce_delay = Delay::parse("1.2");
  CHECK(bottleneck_of(limited) == "limited by the limit: its 1 permits are in use 88 % of the time");
  limited.limit.reset();
  limited.work = Scenario::Work::thread;
  limited.threads = 1;
  CHECK(bottleneck_of(limited) == "limited by the pool: its 1 threads are busy 88 % of the time");
}

TEST_CASE("a lock that a stop takes from its holder was held for as long as it was") {
  Scenario locked = stopped();
  locked.produce_delay = Delay::parse("0.5");
  locked.consume_delay = Delay::parse("0.5");
  locked.lock_delay = Delay::parse("1000");
  locked.stop_after = 10;
  CHECK(bottleneck_of(locked) == "limited by the lock: it is held 90 % of the time");
}

TEST_CASE("nothing is in use for more than the time that there is, though a run that is cut short has drawn more ahead") {
  Scenario ahead = stopped();
  ahead.produce_delay = Delay::parse("0.1");
  ahead.consume_delay = Delay::parse("0.1");
  ahead.lock_delay = Delay::parse("1000");
  ahead.streams = Scenario::Streams::per_item;
  CHECK(bottleneck_of(ahead) == "limited by the lock: it is held 100 % of the time");
}

}  // namespace
}  // namespace pcsim
