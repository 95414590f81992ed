#include <pcsim/model/setting.hpp>

#include <pcsim/model/bad_value.hpp>
#include <support/count.hpp>
#include <support/random_scenario.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pcsim {
namespace {

const Setting& setting(std::string_view name) {
  const auto all = settings();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Setting& s) { return s.name == name; });
  REQUIRE_MESSAGE(found != all.end(), name);
  return *found;
}

// Compared by what they mean, and not by settings().
bool same(const Scenario& a, const Scenario& b) {
  const auto text = [](const std::optional<Delay>& delay) { return delay ? delay->text() : ""; };
  return a.producers == b.producers && a.consumers == b.consumers && a.items == b.items && a.maxsize == b.maxsize &&
         text(a.produce_delay) == text(b.produce_delay) && a.produce_first == b.produce_first &&
         text(a.consume_delay) == text(b.consume_delay) && a.seed == b.seed && a.streams == b.streams &&
         a.shutdown == b.shutdown && a.sentinels == b.sentinels && a.ready_after == b.ready_after && a.limit == b.limit &&
         text(a.lock_delay) == text(b.lock_delay) && a.timeout == b.timeout && a.work == b.work && a.threads == b.threads &&
         a.fail_at == b.fail_at && a.on_failure == b.on_failure && a.stop_after == b.stop_after && a.on_stop == b.on_stop &&
         a.arrivals == b.arrivals && a.arrivals_speed == b.arrivals_speed && a.clock == b.clock &&
         a.speed.value_or(1) == b.speed.value_or(1) && a.trace == b.trace;
}

TEST_CASE("each setting has a name of its own, and help") {
  std::set<std::string_view> names;
  for (const Setting& s : settings()) {
    CHECK(names.insert(s.name).second);
    CHECK_FALSE(s.help.empty());
    CHECK(s.value.empty() == (s.kind == Setting::Kind::flag));
  }
}

TEST_CASE("a scenario that is written down and read again is the same scenario") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(2000); ++i) {
    CAPTURE(i);
    Scenario written = random_scenario(rng);
    if (rng() % 10 == 0) {
      written.arrivals = "a folder/log, of arrivals.csv";
      written.arrivals_speed = 2.5;
    }
    if (rng() % 2 == 0) {
      written.clock = Scenario::Clock::wall;
      written.speed = 0.1 * static_cast<double>(1 + rng() % 100);
    }
    Scenario read;
    for (const Setting& s : settings()) {
      const auto text = s.get(written);
      if (text) s.set(read, *text);
    }
    REQUIRE(same(written, read));
    for (const Setting& s : settings()) {
      CAPTURE(s.name);
      REQUIRE(s.get(read) == s.get(written));
    }
  }
}

TEST_CASE("a setting that is reset has its default, and the others are left alone") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(200); ++i) {
    const Scenario scenario = random_scenario(rng);
    for (const Setting& s : settings()) {
      CAPTURE(s.name);
      if (s.name == "clock" || s.name == "speed") continue;  // whether there is a speed depends on the clock
      Scenario changed = scenario;
      s.reset(changed);
      REQUIRE(s.get(changed) == s.get(Scenario()));
      for (const Setting& other : settings())
        if (other.name != s.name) REQUIRE(other.get(changed) == other.get(scenario));
    }
  }
}

TEST_CASE("numbers are decimal: 010 is ten") {
  Scenario scenario;
  setting("items").set(scenario, "010");
  CHECK(scenario.items == 10);
  setting("timeout").set(scenario, "010");
  CHECK(scenario.timeout == 10);
}

TEST_CASE("the bounds themselves are allowed") {
  for (const auto& [name, value] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"producers", "1"},
           {"producers", "10000000"},
           {"consumers", "1"},
           {"consumers", "10000000"},
           {"items", "0"},
           {"items", "3000000000"},
           {"maxsize", "0"},
           {"seed", "0"},
           {"seed", "9223372036854775807"},
           {"sentinels", "0"},
           {"timeout", "1000000000"},
           {"produce-delay", "0"},
           {"produce-delay", "1000000000"},
           {"lock-delay", "lognormal:-50,50"},
           {"lock-delay", "pareto:0.1,0"},
           {"speed", "0.001"},
       }) {
    CAPTURE(name);
    CAPTURE(value);
    Scenario scenario;
    CHECK_NOTHROW(setting(name).set(scenario, value));
  }
}

TEST_CASE("a value that cannot be is refused in one line that has it, and changes nothing") {
  for (const auto& [name, value] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"producers", "0"},
           {"producers", "-1"},
           {"producers", ""},
           {"producers", "10000001"},
           {"producers", "1.5"},
           {"producers", "12abc"},
           {"consumers", "0"},
           {"consumers", "-3"},
           {"consumers", "two"},
           {"items", "-1"},
           {"items", "3000000001"},
           {"items", "1e3"},
           {"items", "0x10"},
           {"maxsize", "-1"},
           {"maxsize", "18446744073709551616"},
           {"seed", "-1"},
           {"seed", "9223372036854775808"},
           {"seed", "18446744073709551616"},
           {"produce-delay", "-1"},
           {"produce-delay", "5,1"},
           {"produce-delay", ""},
           {"produce-delay", "nan"},
           {"produce-delay", "inf"},
           {"produce-delay", "1e400"},
           {"consume-delay", "1h"},
           {"consume-delay", "normal:1,2"},
           {"consume-delay", "exp:0"},
           {"lock-delay", "-0.1"},
           {"produce-first", "yes"},
           {"produce-first", ""},
           {"produce-first", "1"},
           {"streams", "own"},
           {"streams", ""},
           {"streams", "Shared"},
           {"shutdown", "join"},
           {"sentinels", "-1"},
           {"ready-after", "0"},
           {"ready-after", "-1"},
           {"limit", "0"},
           {"timeout", "0"},
           {"timeout", "0ms"},
           {"timeout", "-1s"},
           {"timeout", "nan"},
           {"timeout", "1000000001"},
           {"work", "sync"},
           {"threads", "0"},
           {"fail-at", "0"},
           {"fail-at", ""},
           {"fail-at", "1,"},
           {"fail-at", ",1"},
           {"fail-at", "1,,2"},
           {"fail-at", "1,x"},
           {"fail-at", "3000000001"},
           {"on-failure", "carry_on"},
           {"stop-after", "0"},
           {"on-stop", "kill"},
           {"clock", "real"},
           {"speed", "0"},
           {"speed", "-2"},
           {"speed", "nan"},
           {"speed", "inf"},
           {"speed", "1e10"},
           {"trace", "all"},
       }) {
    CAPTURE(name);
    CAPTURE(value);
    Scenario scenario;
    try {
      setting(name).set(scenario, value);
      FAIL_CHECK("it was taken");
    } catch (const BadValue& error) {
      const std::string message = error.what();
      CAPTURE(message);
      if (name == "fail-at")  // of a list it is the one that is wrong
        CHECK(message.find('\'') != std::string::npos);
      else
        CHECK(message.find(fmt::format("'{}'", value)) != std::string::npos);
      CHECK(message.find('\n') == std::string::npos);
    }
    CHECK(same(scenario, Scenario()));
  }
}

TEST_CASE("items to fail at may come in any order, and twice") {
  Scenario scenario;
  setting("fail-at").set(scenario, "7,3,7,10,1");
  CHECK(scenario.fail_at == std::vector<std::uint64_t>{1, 3, 7, 10});
  CHECK(setting("fail-at").get(scenario) == "1,3,7,10");
}

TEST_CASE("settings that go together are no conflict") {
  CHECK_FALSE(find_conflict(Scenario()).has_value());
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(1000); ++i) REQUIRE_FALSE(find_conflict(random_scenario(rng)).has_value());
}

TEST_CASE("of two settings that do not go together one is blamed, with its value") {
  struct Example {
    std::vector<std::pair<std::string_view, std::string_view>> set;
    std::string_view blamed;
    std::string_view value;
  };
  for (const Example& example : std::vector<Example>{
           {{{"sentinels", "3"}, {"shutdown", "join-cancel"}}, "sentinels", "3"},
           {{{"threads", "7"}}, "threads", "7"},
           {{{"threads", "7"}, {"work", "block"}}, "threads", "7"},
           {{{"speed", "2.5"}, {"clock", "virtual"}}, "speed", "2.5"},
           {{{"fail-at", "3,13"}, {"items", "12"}}, "fail-at", "13"},
           {{{"fail-at", "1"}, {"items", "0"}}, "fail-at", "1"},
           {{{"arrivals-speed", "2.5"}}, "arrivals-speed", "2.5"},
           {{{"arrivals", "log.csv"}, {"producers", "3"}}, "producers", "3"},
           {{{"arrivals", "log.csv"}, {"produce-first", "true"}}, "produce-first", "--arrivals"},
       }) {
    CAPTURE(example.blamed);
    Scenario scenario;
    for (const auto& [name, value] : example.set) setting(name).set(scenario, value);
    const auto conflict = find_conflict(scenario);
    REQUIRE(conflict.has_value());
    CHECK(conflict->setting == example.blamed);
    CHECK(conflict->message.find(example.value) != std::string::npos);
    CHECK(conflict->message.find('\n') == std::string::npos);
  }
}

}  // namespace
}  // namespace pcsim
