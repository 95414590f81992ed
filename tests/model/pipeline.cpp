#include <pcsim/model/pipeline.hpp>

#include <pcsim/runtime/clock.hpp>
#include <pcsim/runtime/loop.hpp>
#include <support/allocations.hpp>
#include <support/count.hpp>
#include <support/random_scenario.hpp>
#include <support/recorded_run.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace pcsim {
namespace {

using Kind = Happening::Kind;
using Role = Actor::Role;

Scenario in_virtual_time() {
  Scenario scenario;
  scenario.clock = Scenario::Clock::virtual_time;
  return scenario;
}

// The books of a run, kept from what happened alone. Each step is checked against what can have come before it.
class Books {
public:
  explicit Books(const Scenario& scenario)
      : scenario_(scenario), in_hand_(scenario.consumers), gone_(scenario.consumers), last_id_(scenario.producers) {}

  void enter(const Happening& h) {
    REQUIRE(h.at >= last_time_);
    last_time_ = h.at;
    switch (h.kind) {
      case Kind::blocked:
        REQUIRE(scenario_.maxsize > 0);
        REQUIRE(waiting_to_put_.insert(h.item).second);
        break;
      case Kind::put:
        REQUIRE(h.who.role == Role::producer);
        REQUIRE(h.item > 0);
        REQUIRE(h.item <= scenario_.items);
        REQUIRE(h.item > std::exchange(last_id_.at(h.who.number - 1), h.item));
        REQUIRE(produced_.insert(h.item).second);
        waiting_to_put_.erase(h.item);
        queue_.push_back(h.item);
        break;
      case Kind::got:
        REQUIRE_FALSE(gone_.at(h.who.number - 1));
        REQUIRE(in_hand(h) == 0);
        REQUIRE(next_out_ < queue_.size());
        REQUIRE(queue_[next_out_++] == h.item);  // first in, first out
        in_hand(h) = h.item;
        break;
      case Kind::consumed: end_of_work(h, consumed); break;
      case Kind::timed_out:
        REQUIRE(scenario_.timeout.has_value());
        end_of_work(h, timed_out);
        break;
      case Kind::failed:
        REQUIRE(fails(h.item));
        end_of_work(h, failed);
        if (scenario_.on_failure == Scenario::OnFailure::stop) gone_.at(h.who.number - 1) = true;
        break;
      case Kind::cancelled:
        if (h.who.role == Role::producer) {
          REQUIRE(h.item == 0);
          break;
        }
        REQUIRE(in_hand(h) == h.item);
        if (h.item != 0) end_of_work(h, unfinished);
        gone_.at(h.who.number - 1) = true;
        break;
      case Kind::stopped:
        REQUIRE(in_hand(h) == 0);
        REQUIRE_FALSE(gone_.at(h.who.number - 1));
        gone_.at(h.who.number - 1) = true;
        break;
      case Kind::stopping: REQUIRE_FALSE(std::exchange(stopping, true)); break;
      case Kind::done: REQUIRE_FALSE(std::exchange(done, true)); break;
      case Kind::ready: REQUIRE(scenario_.ready_after.has_value()); break;
    }
  }

  void close(const Outcome& outcome) {
    for (const std::uint64_t item : in_hand_)
      if (item != 0) unfinished.insert(item);
    const std::size_t queued = queue_.size() - next_out_;
    REQUIRE(produced_.size() == consumed.size() + timed_out.size() + failed.size() + unfinished.size() + queued);

    REQUIRE(done != outcome.deadlock);
    REQUIRE(outcome.failed == (scenario_.on_failure == Scenario::OnFailure::stop && !failed.empty()));
    if (outcome.deadlock) {
      REQUIRE(stuck_consumers(outcome) == those_who_stayed());
      for (const Outcome::Stuck& stuck : outcome.stuck) REQUIRE(stuck.since <= outcome.at);
    } else {
      REQUIRE(those_who_stayed().empty());
    }

    if (!stopping) {
      // Sentinels come after all items, so nobody goes home before these are done.
      REQUIRE(produced_.size() == scenario_.items);
      REQUIRE(queued == 0);
      REQUIRE(unfinished.empty());
      for (const std::uint64_t item : scenario_.fail_at) REQUIRE(failed.contains(item) != timed_out.contains(item));
    }
    if (stopping && scenario_.on_stop != Scenario::OnStop::cancel) REQUIRE(unfinished.empty());
    if (stopping && scenario_.on_stop == Scenario::OnStop::drain && !outcome.failed) REQUIRE(queued == 0);
  }

  std::set<std::uint64_t> consumed;
  std::set<std::uint64_t> timed_out;
  std::set<std::uint64_t> failed;
  std::set<std::uint64_t> unfinished;
  bool stopping = false;
  bool done = false;

private:
  std::uint64_t& in_hand(const Happening& h) {
    REQUIRE(h.who.role == Role::consumer);
    return in_hand_.at(h.who.number - 1);
  }

  void end_of_work(const Happening& h, std::set<std::uint64_t>& fate) {
    REQUIRE(std::exchange(in_hand(h), 0) == h.item);
    REQUIRE(fate.insert(h.item).second);
  }

  bool fails(std::uint64_t item) const {
    return std::find(scenario_.fail_at.begin(), scenario_.fail_at.end(), item) != scenario_.fail_at.end();
  }

  std::vector<std::uint32_t> those_who_stayed() const {
    std::vector<std::uint32_t> numbers;
    for (std::uint32_t i = 0; i < gone_.size(); ++i)
      if (!gone_[i]) numbers.push_back(i + 1);
    return numbers;
  }

  static std::vector<std::uint32_t> stuck_consumers(const Outcome& outcome) {
    std::vector<std::uint32_t> numbers;
    for (const Outcome::Stuck& stuck : outcome.stuck)
      if (stuck.who.role == Role::consumer) numbers.push_back(stuck.who.number);
    return numbers;
  }

  const Scenario& scenario_;
  double last_time_ = 0;
  std::set<std::uint64_t> produced_;
  std::set<std::uint64_t> waiting_to_put_;
  std::vector<std::uint64_t> queue_;
  std::size_t next_out_ = 0;
  std::vector<std::uint64_t> in_hand_;  // by consumer
  std::vector<bool> gone_;              // by consumer
  std::vector<std::uint64_t> last_id_;  // by producer
};

void check_books(const Scenario& scenario, const RecordedRun& run) {
  CAPTURE(text_of(scenario));
  Books books(scenario);
  for (const Happening& happening : run.recorder.happenings) books.enter(happening);
  books.close(run.outcome);
}

TEST_CASE("the lesson runs as it always has") {
  const RecordedRun run = run_recorded(in_virtual_time());
  std::map<std::uint32_t, std::vector<std::uint64_t>> consumed;
  for (const Happening& h : run.recorder.happenings)
    if (h.kind == Kind::consumed) consumed[h.who.number].push_back(h.item);
  CHECK(consumed[1] == std::vector<std::uint64_t>{1, 3, 5, 8, 10});
  CHECK(consumed[2] == std::vector<std::uint64_t>{2, 4, 6, 7, 9, 11, 12});
  CHECK(run.outcome.at == doctest::Approx(0.331).epsilon(0.002));
  CHECK_FALSE(run.outcome.deadlock);
  CHECK_FALSE(run.outcome.failed);
}

TEST_CASE("whatever is asked, the books balance, in every step of the run") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(3000); ++i) {
    const Scenario scenario = random_scenario(rng);
    check_books(scenario, run_recorded(scenario));
  }
}

TEST_CASE("equal scenarios have equal runs") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(100); ++i) {
    const Scenario scenario = random_scenario(rng);
    CAPTURE(text_of(scenario));
    REQUIRE(text_of(run_recorded(scenario), true) == text_of(run_recorded(scenario), true));
  }
}

TEST_CASE("under the wall clock the same things happen in the same order") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(200); ++i) {
    Scenario scenario = random_scenario(rng);
    CAPTURE(text_of(scenario));
    const RecordedRun in_virtual = run_recorded(scenario);
    scenario.clock = Scenario::Clock::wall;
    scenario.speed = 1e6;
    const RecordedRun live = run_recorded(scenario);
    REQUIRE(text_of(live, false) == text_of(in_virtual, false));
    check_books(scenario, live);
  }
}

TEST_CASE("runs in two threads are the runs that they are one after another") {
  std::mt19937_64 rng(test_seed());
  std::vector<Scenario> scenarios;
  for (int i = 0; i < test_count(200); ++i) scenarios.push_back(random_scenario(rng));
  std::vector<std::string> expected;
  for (const Scenario& scenario : scenarios) expected.push_back(text_of(run_recorded(scenario), true));
  const auto run_all = [&](std::vector<std::string>& texts) {
    for (const Scenario& scenario : scenarios) texts.push_back(text_of(run_recorded(scenario), true));
  };
  std::vector<std::string> first;
  std::vector<std::string> second;
  {
    const std::jthread one([&] { run_all(first); });
    const std::jthread another([&] { run_all(second); });
  }
  CHECK(first == expected);
  CHECK(second == expected);
}

TEST_CASE("who looks on does not change the run") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(100); ++i) {
    const Scenario scenario = random_scenario(rng);
    CAPTURE(text_of(scenario));
    boost::asio::io_context host;
    VirtualClock clock;
    Loop loop(host, clock);
    const Outcome unobserved = Pipeline(loop, scenario, {}).run();
    const RecordedRun observed = run_recorded(scenario);
    REQUIRE(unobserved.at == observed.outcome.at);
    REQUIRE(unobserved.failed == observed.outcome.failed);
    REQUIRE(unobserved.stuck.size() == observed.outcome.stuck.size());
  }
}

// Who has done anything when, and who has exited.
struct Lives final : Observer {
  std::map<std::pair<Role, std::uint32_t>, double> exits;
  bool seen_after_exit = false;
  bool exited_twice = false;

  void see(Actor who) { seen_after_exit = seen_after_exit || exits.contains({who.role, who.number}); }
  void on(const Happening& happening) override { see(happening.who); }
  void on_draw(const Draw& draw) override { see(draw.who); }
  void on_exit(const Exit& exit) override {
    exited_twice = !exits.insert({{exit.who.role, exit.who.number}, exit.at}).second || exited_twice;
  }
};

TEST_CASE("the end of every actor's life is told once, and nothing of it after that") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(1000); ++i) {
    const Scenario scenario = random_scenario(rng);
    CAPTURE(text_of(scenario));
    Lives lives;
    const RecordedRun run = run_recorded(scenario, {&lives});
    REQUIRE_FALSE(lives.seen_after_exit);
    REQUIRE_FALSE(lives.exited_twice);
    std::size_t stuck = 0;
    for (const Outcome::Stuck& one : run.outcome.stuck) {
      REQUIRE_FALSE(lives.exits.contains({one.who.role, one.who.number}));
      stuck += one.who.role != Role::none;
    }
    REQUIRE(lives.exits.size() + stuck == scenario.producers + scenario.consumers);
  }
}

TEST_CASE("an item's delays are drawn once each, and told before they pass") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(300); ++i) {
    Scenario scenario = random_scenario(rng);
    scenario.stop_after.reset();
    scenario.fail_at.clear();
    scenario.timeout.reset();
    scenario.produce_delay = Delay::uniform(0.1, 0.2);
    scenario.consume_delay = Delay::uniform(0.1, 0.2);
    scenario.lock_delay = Delay::uniform(0.01, 0.02);
    CAPTURE(text_of(scenario));
    const RecordedRun run = run_recorded(scenario);
    std::multiset<std::uint64_t> worked_on;
    std::multiset<std::uint64_t> locked;
    std::size_t productions = 0;
    double time = 0;
    for (const Draw& draw : run.recorder.draws) {
      REQUIRE(draw.at >= time);
      time = draw.at;
      switch (draw.purpose) {
        case Draw::Purpose::produce: ++productions; break;
        case Draw::Purpose::work: worked_on.insert(draw.item); break;
        case Draw::Purpose::lock: locked.insert(draw.item); break;
      }
      const bool ahead = scenario.streams == Scenario::Streams::per_item || draw.purpose == Draw::Purpose::produce;
      REQUIRE(draw.who.role == (ahead ? Role::producer : Role::consumer));
    }
    REQUIRE(productions == scenario.items);
    REQUIRE(worked_on.size() == scenario.items);
    REQUIRE(locked == worked_on);
    for (std::uint64_t item = 1; item <= scenario.items; ++item) REQUIRE(worked_on.count(item) == 1);
  }
}

TEST_CASE("items are shared out evenly over the producers") {
  Scenario scenario = in_virtual_time();
  scenario.producers = 4;
  scenario.items = 11;
  std::map<std::uint32_t, int> put;
  for (const Happening& h : run_recorded(scenario).recorder.happenings)
    if (h.kind == Kind::put) ++put[h.who.number];
  CHECK(put == std::map<std::uint32_t, int>{{1, 3}, {2, 3}, {3, 3}, {4, 2}});
}

TEST_CASE("who blocks the loop is told, and for how long") {
  Scenario scenario = in_virtual_time();
  scenario.work = Scenario::Work::block;
  scenario.consume_delay = Delay::constant(0.25);
  scenario.produce_delay = Delay::constant(1);
  scenario.items = 4;
  const RecordedRun run = run_recorded(scenario);
  std::vector<std::pair<std::uint32_t, double>> consumed;
  for (const Happening& h : run.recorder.happenings)
    if (h.kind == Kind::consumed) consumed.emplace_back(h.who.number, h.at);
  REQUIRE(run.recorder.pauses.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    const Pause& pause = run.recorder.pauses[i];
    CHECK(pause.who == Actor{Role::consumer, consumed[i].first});
    CHECK(pause.at == consumed[i].second);
    CHECK(pause.seconds == 0.25);
  }
}

std::string text_of(const std::vector<Outcome::Stuck>& stuck) {
  std::string text;
  for (const auto& [who, what, since] : stuck) {
    const char* const role = who.role == Role::producer ? "P" : who.role == Role::consumer ? "C" : "nobody";
    text += fmt::format("{}{} {} {}; ", role, who.number, what, since);
  }
  return text;
}

TEST_CASE("a missing sentinel is a deadlock: somebody waits for ever since its last item") {
  Scenario scenario = in_virtual_time();
  scenario.items = 3;
  scenario.produce_delay = Delay::constant(1);
  scenario.consume_delay = Delay::constant(0.5);
  scenario.sentinels = 1;
  // C1 takes item 1 at 1 and C2 item 2 at 2, as each has waited longest; C1 takes item 3 at 3, C2 the sentinel.
  const RecordedRun run = run_recorded(scenario);
  CHECK(run.outcome.deadlock);
  CHECK(run.outcome.at == 3.5);
  CHECK(text_of(run.outcome.stuck) == "C1 get 3.5; ");
}

TEST_CASE("without any sentinel all consumers wait for ever") {
  Scenario scenario = in_virtual_time();
  scenario.items = 0;
  scenario.consumers = 3;
  scenario.sentinels = 0;
  const RecordedRun run = run_recorded(scenario);
  CHECK(run.outcome.at == 0);
  CHECK(text_of(run.outcome.stuck) == "C1 get 0; C2 get 0; C3 get 0; ");
}

TEST_CASE("surplus sentinels into a full queue are a deadlock of the producer, and of the shutdown that waits for it") {
  Scenario scenario = in_virtual_time();
  scenario.items = 2;
  scenario.produce_delay = Delay::constant(1);
  scenario.consume_delay = Delay::constant(0);
  scenario.consumers = 1;
  scenario.maxsize = 1;
  scenario.sentinels = 3;  // one is taken, one is left in the queue, one is never put
  const RecordedRun run = run_recorded(scenario);
  CHECK(run.outcome.at == 2);
  CHECK(text_of(run.outcome.stuck) == "P1 put 2; nobody0 tasks 0; ");
}

TEST_CASE("stopping at once or not at all, each way to stop keeps its promise") {
  Scenario scenario = in_virtual_time();
  scenario.items = 10;
  scenario.produce_delay = Delay::constant(1);
  scenario.consume_delay = Delay::constant(2.5);
  scenario.stop_after = 4.25;  // items 1 to 4 are put, 1 is done, 2 and 3 are in hand, 4 is in the queue
  const auto books_of = [&](Scenario::OnStop on_stop) {
    scenario.on_stop = on_stop;
    const RecordedRun run = run_recorded(scenario);
    Books books(scenario);
    for (const Happening& happening : run.recorder.happenings) books.enter(happening);
    books.close(run.outcome);
    return books;
  };
  using Ids = std::set<std::uint64_t>;
  const Books cancel = books_of(Scenario::OnStop::cancel);
  CHECK(cancel.consumed == Ids{1});
  CHECK(cancel.unfinished == Ids{2, 3});
  const Books finish = books_of(Scenario::OnStop::finish);
  CHECK(finish.consumed == Ids{1, 2, 3});
  CHECK(finish.unfinished.empty());
  const Books drain = books_of(Scenario::OnStop::drain);
  CHECK(drain.consumed == Ids{1, 2, 3, 4});
}

TEST_CASE("a handler of the host stops a run that is under way, once") {
  std::mt19937_64 rng(test_seed());
  int stopped = 0;
  for (int i = 0; i < test_count(200); ++i) {
    Scenario scenario = random_scenario(rng);
    scenario.items = 5000;
    scenario.stop_after.reset();
    scenario.fail_at.clear();
    scenario.consume_delay = Delay::constant(0.1);
    CAPTURE(text_of(scenario));
    boost::asio::io_context host;
    VirtualClock clock;
    Loop loop(host, clock);
    Recorder recorder;
    Pipeline pipeline(loop, scenario, {&recorder});
    int turns = 2 + static_cast<int>(rng() % 4);  // not at once: who has not begun is not told of
    const std::function<void()> handler = [&] {
      if (--turns > 0) return boost::asio::post(host, handler);
      pipeline.stop_soon();
      pipeline.stop_soon();
      boost::asio::post(host, [&] { pipeline.stop_soon(); });
    };
    boost::asio::post(host, handler);
    const RecordedRun run{pipeline.run(), std::move(recorder)};
    check_books(scenario, run);
    stopped += std::any_of(run.recorder.happenings.begin(), run.recorder.happenings.end(),
                           [](const Happening& h) { return h.kind == Kind::stopping; });
  }
  CHECK(stopped > test_count(100));  // the others ended before
}

TEST_CASE("what an observer throws comes out of the run, wherever it is, and all is torn down") {
  struct Throws final : Observer {
    explicit Throws(std::size_t its_turn) : turn(its_turn) {}
    void on(const Happening&) override {
      if (turn-- == 0) throw std::runtime_error("thrown by an observer");
    }
    std::size_t turn;
  };
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(500); ++i) {
    const Scenario scenario = random_scenario(rng);
    CAPTURE(text_of(scenario));
    const std::size_t happenings = run_recorded(scenario).recorder.happenings.size();
    if (happenings == 0) continue;
    Throws throws(rng() % happenings);
    CHECK_THROWS_WITH_AS(run_recorded(scenario, {&throws}), "thrown by an observer", std::runtime_error);
  }
}

// All that observers are told of a run, and how it ended.
std::string told(const Scenario& scenario, Pipeline::Kind kind) {
  boost::asio::io_context host;
  VirtualClock clock;
  Loop loop(host, clock);
  struct Exits final : Observer {
    void on(const Happening&) override {}
    void on_exit(const Exit& exit) override { all.push_back(exit); }
    std::vector<Exit> all;
  };
  Recorder recorder;
  Exits exits;
  Pipeline pipeline(loop, scenario, {&recorder, &exits}, kind);
  RecordedRun run{pipeline.run(), std::move(recorder)};
  std::string text = text_of(run, true);
  for (const Draw& draw : run.recorder.draws)
    text += fmt::format("{} drew {} for {} of {}{}\n", draw.at, draw.seconds, draw.item, static_cast<int>(draw.who.role),
                        draw.who.number);
  for (const Exit& exit : exits.all)
    text += fmt::format("{} exit of {}{}\n", exit.at, static_cast<int>(exit.who.role), exit.who.number);
  return text;
}

TEST_CASE("a plain scenario comes to the same with plain actors and with those that can do everything") {
  std::mt19937_64 rng(test_seed());
  int stopped = 0;
  int deadlocks = 0;
  for (int i = 0; i < test_count(2000); ++i) {
    Scenario scenario = random_scenario(rng);
    scenario.streams = Scenario::Streams::shared;
    scenario.produce_first = false;
    scenario.ready_after.reset();
    scenario.limit.reset();
    scenario.lock_delay.reset();
    scenario.timeout.reset();
    scenario.work = Scenario::Work::async;
    scenario.threads.reset();
    scenario.fail_at.clear();
    if (scenario.on_stop == Scenario::OnStop::finish) scenario.on_stop = Scenario::OnStop::cancel;
    if (scenario.produce_delay.none()) scenario.produce_delay = Delay::uniform(0, 0);
    if (scenario.consume_delay.none()) scenario.consume_delay = Delay::constant(0.1);
    CAPTURE(text_of(scenario));
    REQUIRE(is_plain(scenario));
    const std::string plain = told(scenario, Pipeline::Kind::quickest);
    REQUIRE(plain == told(scenario, Pipeline::Kind::general));
    stopped += scenario.stop_after.has_value();
    deadlocks += plain.find(" get ") != std::string::npos || plain.find(" put ") != std::string::npos;
  }
  CHECK(stopped > 0);
  CHECK(deadlocks > 0);
}

TEST_CASE("a pipeline that never runs leaves nothing behind") {
  boost::asio::io_context host;
  VirtualClock clock;
  Loop loop(host, clock);
  const Scenario scenario = in_virtual_time();
  CHECK_NOTHROW(Pipeline(loop, scenario, {}));
}

TEST_CASE("nothing is allocated per item once a run is under way") {
  const auto allocated_by = [](Scenario scenario, std::uint64_t items) {
    scenario.items = items;
    boost::asio::io_context host;
    VirtualClock clock;
    Loop loop(host, clock);
    Pipeline pipeline(loop, scenario, {});
    const std::uint64_t before = allocations();
    pipeline.run();
    return allocations() - before;
  };
  for (const Scenario::Work work : {Scenario::Work::async, Scenario::Work::block, Scenario::Work::thread})
    for (const bool plain : {true, false})
      for (const Scenario::Streams streams :
           {Scenario::Streams::shared, Scenario::Streams::per_actor, Scenario::Streams::per_item}) {
        Scenario scenario = in_virtual_time();
        scenario.producers = 10;
        scenario.consumers = 20;
        scenario.maxsize = 8;
        scenario.streams = streams;
        scenario.work = work;
        if (!plain) {
          scenario.limit = 15;
          scenario.timeout = 1e6;
          scenario.lock_delay = Delay::uniform(0, 0.001);
        }
        CAPTURE(text_of(scenario));
        const std::uint64_t few = allocated_by(scenario, 2000);
        const std::uint64_t many = allocated_by(scenario, 20000);
        CHECK(many < few + 100);  // the host's handlers take some memory, now and then
      }
}

TEST_CASE("a run may be stopped while its actors are still being made: those who are there come to their end, and it is done") {
  for (const auto on_stop : {Scenario::OnStop::cancel, Scenario::OnStop::finish, Scenario::OnStop::drain})
    for (const bool ready_later : {false, true}) {
      Scenario scenario = in_virtual_time();
      scenario.consumers = 20000;
      scenario.producers = 20000;
      scenario.on_stop = on_stop;
      if (ready_later) scenario.ready_after = 1;
      Recorder recorder;
      Lives lives;
      boost::asio::io_context host;
      VirtualClock clock;
      Loop loop(host, clock);
      Pipeline pipeline(loop, scenario, {&recorder, &lives});
      // The first handler comes before the loop's first turn, the second in its midst.
      boost::asio::post(host, [&] { boost::asio::post(host, [&] { pipeline.stop_soon(); }); });
      const Outcome outcome = pipeline.run();
      CHECK_FALSE(outcome.deadlock);
      CHECK(lives.exits.size() == 40000);
      CHECK_FALSE(lives.exited_twice);
      REQUIRE(recorder.happenings.size() >= 2);
      CHECK(recorder.happenings.front().kind == Kind::stopping);
      CHECK(recorder.happenings.back().kind == Kind::done);
      const auto stopped = std::count_if(recorder.happenings.begin(), recorder.happenings.end(),
                                         [](const Happening& h) { return h.kind == Kind::stopped; });
      if (on_stop == Scenario::OnStop::drain) CHECK((stopped > 0 && stopped < 20000));
    }
}

}  // namespace
}  // namespace pcsim
