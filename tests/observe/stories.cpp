#include <pcsim/observe/stories.hpp>

#include "simulation.hpp"

#include <pcsim/observe/statistics.hpp>
#include <support/count.hpp>
#include <support/random_scenario.hpp>
#include <support/recorded_run.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <random>
#include <vector>

namespace pcsim {
namespace {

using Fate = Story::Fate;

struct StoryTeller final : Observer {
  StoryTeller(const Scenario& scenario, std::size_t most)
      : stories(most), slicer(scenario, [this](const Slice& slice) { stories.on(slice); }) {}
  void on(const Happening& happening) override {
    stories.on(happening);
    slicer.on(happening);
  }
  void on_draw(const Draw& draw) override { slicer.on_draw(draw); }
  void end(double at) {
    stories.end(at);
    slicer.end(at);
  }

  Stories stories;
  Slicer slicer;
};

Stories stories_of(const Scenario& scenario, std::size_t most, std::vector<Observer*> others = {}) {
  StoryTeller teller(scenario, most);
  others.push_back(&teller);
  teller.end(simulate(scenario, others).at);
  return teller.stories;
}

TEST_CASE("a story has the times of what happened to its item, in order, and its fate") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(1000); ++i) {
    const Scenario scenario = random_scenario(rng);
    CAPTURE(text_of(scenario));
    Recorder recorder;
    Statistics statistics(scenario);
    const Stories stories = stories_of(scenario, 1000, {&recorder, &statistics});
    CHECK(stories.complete());

    struct Times {
      double offered = -1, put = -1, got = -1, done = -1;
    };
    std::map<std::uint64_t, Times> seen;
    for (const Happening& h : recorder.happenings) {
      if (h.item == 0) continue;
      Times& times = seen[h.item];
      switch (h.kind) {
        case Happening::Kind::blocked: times.offered = h.at; break;
        case Happening::Kind::put:
          if (times.offered < 0) times.offered = h.at;
          times.put = h.at;
          break;
        case Happening::Kind::got: times.got = h.at; break;
        default: times.done = h.at; break;
      }
    }
    REQUIRE(stories.items().size() == seen.size());
    std::array<std::uint64_t, 6> fates{};
    for (const auto& [id, times] : seen) {
      CAPTURE(id);
      const Story& story = stories.items()[id - 1];
      ++fates[static_cast<std::size_t>(story.fate)];
      CHECK(story.offered == times.offered);
      if (times.put >= 0) CHECK(story.put == times.put);
      if (times.got >= 0) CHECK(story.got == times.got);
      if (times.done >= 0) CHECK(story.done == times.done);
      CHECK((story.consumer == 0) == (times.got < 0));
      const std::array chain{story.offered, story.put,     story.got, story.work_from,
                             story.work_to, story.lock_from, story.done};
      CHECK(std::is_sorted(chain.begin(), chain.end()));
      CHECK(story.produce_from <= story.produce_to);
      if (story.produce_from < story.produce_to)
        CHECK((scenario.produce_first ? story.put <= story.produce_from : story.produce_to <= story.offered));
    }
    CHECK(fates[static_cast<std::size_t>(Fate::consumed)] == statistics.consumed());
    CHECK(fates[static_cast<std::size_t>(Fate::timed_out)] == statistics.timed_out());
    CHECK(fates[static_cast<std::size_t>(Fate::failed)] == statistics.failed());
    CHECK(fates[static_cast<std::size_t>(Fate::unfinished)] == statistics.unfinished());
    CHECK(fates[static_cast<std::size_t>(Fate::queued)] == statistics.queued());
  }
}

TEST_CASE("the stories of all items, and what was cut short, add up to what producers and consumers did") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(1000); ++i) {
    const Scenario scenario = random_scenario(rng);
    CAPTURE(text_of(scenario));
    Statistics statistics(scenario);
    StoryTeller teller(scenario, 1000);
    const Outcome outcome = simulate(scenario, {&teller, &statistics});
    statistics.end(outcome.at);
    teller.end(outcome.at);
    double producing = 0, blocked = 0, busy = 0;
    for (const Story& story : teller.stories.items()) {
      producing += story.produce_to - story.produce_from;
      blocked += story.put - story.offered;
      busy += story.done - story.got;
    }
    for (const Slice& slice : teller.stories.cut()) producing += slice.to - slice.from;
    for (const auto& producer : statistics.producers()) {
      producing -= producer.busy;
      blocked -= producer.blocked;
    }
    for (const auto& consumer : statistics.consumers()) busy -= consumer.busy;
    CHECK(producing == doctest::Approx(0).epsilon(1e-9));
    CHECK(blocked == doctest::Approx(0).epsilon(1e-9));
    CHECK(busy == doctest::Approx(0).epsilon(1e-9));
  }
}

TEST_CASE("where there is no room for all, every second, fourth and so on is kept, and tells the same") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(300); ++i) {
    const Scenario scenario = random_scenario(rng);
    CAPTURE(text_of(scenario));
    const Stories all = stories_of(scenario, 1000);
    const Stories some = stories_of(scenario, 6);
    CHECK(some.items().size() <= 6);
    CHECK(some.complete() == (all.items().size() <= 6));
    CHECK(some.step() * some.items().size() >= all.items().size());
    for (std::size_t k = 0; k < some.items().size(); ++k) {
      const Story& kept = some.items()[k];
      const Story& same = all.items()[k * some.step()];
      CHECK(kept.offered == same.offered);
      CHECK(kept.put == same.put);
      CHECK(kept.got == same.got);
      CHECK(kept.work_from == same.work_from);
      CHECK(kept.work_to == same.work_to);
      CHECK(kept.lock_from == same.lock_from);
      CHECK(kept.done == same.done);
      CHECK(kept.produce_from == same.produce_from);
      CHECK(kept.produce_to == same.produce_to);
      CHECK(kept.producer == same.producer);
      CHECK(kept.consumer == same.consumer);
      CHECK(kept.fate == same.fate);
    }
  }
}

}  // namespace
}  // namespace pcsim
