#include "simulation.hpp"

#include <pcsim/observe/delay_book.hpp>
#include <pcsim/observe/measures.hpp>
#include <pcsim/observe/statistics.hpp>
#include <pcsim/runtime/clock.hpp>
#include <pcsim/runtime/loop.hpp>

#include <support/count.hpp>
#include <support/random_scenario.hpp>
#include <support/recorded_run.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>
#include <boost/asio/io_context.hpp>

#include <cmath>
#include <cstdint>
#include <map>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

namespace pcsim {
namespace {

using Kind = Happening::Kind;

TEST_CASE("figures are the same whether they are gathered in the actors themselves or told to one observer among others") {
  struct Nothing final : Observer {
    void on(const Happening&) override {}
  };
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(500); ++i) {
    Scenario scenario = random_scenario(rng);
    scenario.on_stop = Scenario::OnStop::cancel;
    if (i % 2 == 0) scenario.streams = Scenario::Streams::shared;
    CAPTURE(text_of(scenario));
    Statistics in_actors(scenario), beside_another(scenario), told(scenario);
    Nothing other;
    const auto run = [&](Statistics& known, std::vector<Observer*> others) {
      boost::asio::io_context host;
      VirtualClock clock;
      Loop loop(host, clock);
      return Pipeline(loop, scenario, known, std::move(others)).run().at;
    };
    in_actors.end(run(in_actors, {}));
    beside_another.end(run(beside_another, {&other}));
    told.end(simulate(scenario, {&other, &told}).at);
    const auto expected = measures(told);
    for (const Statistics* const statistics : {&in_actors, &beside_another}) {
      const auto all = measures(*statistics);
      REQUIRE(all.size() == expected.size());
      for (std::size_t k = 0; k < all.size(); ++k) REQUIRE(all[k].value == expected[k].value);
      REQUIRE(statistics->consumers().size() == told.consumers().size());
      for (std::size_t k = 0; k < told.consumers().size(); ++k)
        REQUIRE(statistics->consumers()[k].waiting == told.consumers()[k].waiting);
    }
  }
}

TEST_CASE("every item is in the books exactly once, whatever happens") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(2000); ++i) {
    const Scenario scenario = random_scenario(rng);
    CAPTURE(text_of(scenario));
    Statistics statistics(scenario);
    const RecordedRun run = run_recorded(scenario, {&statistics});
    statistics.end(run.outcome.at);

    // Where each item was last seen.
    std::map<std::uint64_t, Kind> last_seen;
    std::map<std::uint32_t, std::uint64_t> consumed_by;
    for (const Happening& h : run.recorder.happenings) {
      if (h.item == 0 || h.kind == Kind::blocked) continue;
      last_seen[h.item] = h.kind;
      if (h.kind == Kind::consumed) ++consumed_by[h.who.number];
    }
    std::map<Kind, std::uint64_t> count;
    for (const auto& [item, kind] : last_seen) ++count[kind];

    REQUIRE(statistics.consumed() == count[Kind::consumed]);
    REQUIRE(statistics.timed_out() == count[Kind::timed_out]);
    REQUIRE(statistics.failed() == count[Kind::failed]);
    REQUIRE(statistics.unfinished() == count[Kind::got] + count[Kind::cancelled]);
    REQUIRE(statistics.queued() == count[Kind::put]);
    REQUIRE(statistics.never_put() == scenario.items - last_seen.size());
    REQUIRE(statistics.put() == last_seen.size());
    for (std::uint32_t number = 1; number <= scenario.consumers; ++number)
      REQUIRE(statistics.consumers()[number - 1].items == consumed_by[number]);
  }
}

TEST_CASE("a consumer that is never idle has waited for nothing, though the times of its items are rounded") {
  // C2 is at work from 0 to its stop at 1.5147; its two services add up to the last bit more than that.
  const Scenario scenario = scenario_of({{"items", "8"},
                                         {"consumers", "4"},
                                         {"produce-delay", "0"},
                                         {"consume-delay", "pareto:1.5,0.01"},
                                         {"lock-delay", "0.30000000000000004"},
                                         {"work", "thread"},
                                         {"streams", "per-actor"},
                                         {"seed", "7394277877578242315"}});
  Statistics statistics(scenario);
  const RecordedRun run = run_recorded(scenario, {&statistics});
  statistics.end(run.outcome.at);
  for (const Statistics::Consumer& consumer : statistics.consumers()) CHECK(consumer.waiting == 0);
}

TEST_CASE("a consumer that has failed waits for nothing any more, however long the run goes on") {
  const Scenario scenario = scenario_of({{"fail-at", "1"}, {"on-stop", "drain"}, {"produce-delay", "0"}, {"consume-delay", "1"}});
  Statistics statistics(scenario);
  const RecordedRun run = run_recorded(scenario, {&statistics});
  statistics.end(run.outcome.at);
  CHECK(run.outcome.at == 11);  // C2 has ten more to consume
  CHECK(statistics.consumers()[0].busy == 1);
  CHECK(statistics.consumers()[0].waiting == 0);
  CHECK(statistics.consumers()[0].gone == 1);
  CHECK(statistics.consumers()[1].gone == 11);
  CHECK(statistics.producers()[0].gone == 0);
}

TEST_CASE("a producer whose delay is cut short was busy until then, however long that delay is") {
  for (const char* delay : {"0.3", "lognormal:50,0.1"})
    for (const char* on_stop : {"cancel", "drain"}) {
      CAPTURE(delay);
      CAPTURE(on_stop);
      const Scenario scenario = scenario_of(
          {{"items", "8"}, {"produce-delay", delay}, {"stop-after", "0.5"}, {"on-stop", on_stop}, {"consume-delay", "0"}});
      Statistics statistics(scenario);
      const RecordedRun run = run_recorded(scenario, {&statistics});
      statistics.end(run.outcome.at);
      CHECK(statistics.producers()[0].busy == doctest::Approx(0.5));
    }
}

TEST_CASE("no figure is infinite, however short a run is") {
  for (const char* delay : {"5e-324", "1e-322,1e-310", "lognormal:50,50"}) {
    CAPTURE(delay);
    const Scenario scenario =
        scenario_of({{"items", "2000"}, {"produce-delay", delay}, {"consume-delay", delay}, {"maxsize", "3"}});
    Statistics statistics(scenario);
    const RecordedRun run = run_recorded(scenario, {&statistics});
    statistics.end(run.outcome.at);
    for (const Measure& measure : measures(statistics)) {
      CAPTURE(measure.name);
      CHECK(std::isfinite(measure.value));
      CHECK(measure.value == pcsim::measure(statistics, measure.name));
    }
    CHECK(statistics.throughput() > 0);
  }
}

TEST_CASE("the depth of the queue counts no sentinels") {
  Scenario scenario;
  scenario.clock = Scenario::Clock::virtual_time;
  scenario.items = 3;
  scenario.produce_delay = Delay::constant(0);
  scenario.consume_delay = Delay::constant(1);
  scenario.consumers = 1;
  scenario.sentinels = 50;
  Statistics statistics(scenario);
  const RecordedRun run = run_recorded(scenario, {&statistics});
  statistics.end(run.outcome.at);
  CHECK(statistics.max_depth() == 3);
  CHECK(statistics.queued() == 0);
}

TEST_CASE("books that are told of more items than there are do not go below zero, and write nowhere else") {
  const Scenario scenario = scenario_of({{"items", "3"}});
  const Actor producer{Actor::Role::producer, 1};
  Statistics statistics(scenario);
  for (std::uint64_t item = 1; item <= 5; ++item) statistics.on({0, Kind::put, producer, item});
  statistics.end(1);
  CHECK(statistics.put() == 5);
  CHECK(statistics.queued() == 5);
  CHECK(statistics.never_put() == 0);

  for (const bool produce_first : {false, true}) {
    const Scenario wanted = scenario_of({{"items", "3"}, {"produce-first", produce_first ? "true" : "false"}});
    DelayBook book(wanted);
    CHECK_NOTHROW(book.on({0, Kind::put, producer, 3}));
    CHECK_NOTHROW(book.on_draw({0, Draw::Purpose::produce, producer, 0, 1}));
    CHECK_THROWS_AS(book.on_draw({0, Draw::Purpose::work, producer, 4, 1}), std::out_of_range);
    CHECK_THROWS_AS(book.on_draw({0, Draw::Purpose::lock, producer, 0, 1}), std::out_of_range);
    if (!produce_first) CHECK_THROWS_AS(book.on({0, Kind::put, producer, 4}), std::out_of_range);
  }
  DelayBook nothing_put(scenario_of({{"produce-first", "true"}}));
  CHECK_THROWS_AS(nothing_put.on_draw({0, Draw::Purpose::produce, producer, 0, 1}), std::out_of_range);
}

}  // namespace
}  // namespace pcsim
