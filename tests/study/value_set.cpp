#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/setting.hpp>
#include <pcsim/study/value_set.hpp>

#include <support/count.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace pcsim {
namespace {

using Texts = std::vector<std::string>;

const Setting& setting(std::string_view name) {
  for (const Setting& one : settings())
    if (one.name == name) return one;
  throw std::logic_error("no such setting");
}

Texts expand(std::string_view name, std::string_view text) { return expand_set(setting(name), text); }

std::string refusal(std::string_view name, std::string_view text) {
  try {
    expand(name, text);
  } catch (const BadValue& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("a set of numbers is a list of numbers and ranges, in its own order") {
  CHECK(expand("consumers", "6") == Texts{"6"});
  CHECK(expand("maxsize", "0,1,4,16") == Texts{"0", "1", "4", "16"});
  CHECK(expand("maxsize", "16,0,4") == Texts{"16", "0", "4"});
  CHECK(expand("consumers", "1:4") == Texts{"1", "2", "3", "4"});
  CHECK(expand("limit", "1:8:2") == Texts{"1", "3", "5", "7"});
  CHECK(expand("limit", "1:9:4") == Texts{"1", "5", "9"});
  CHECK(expand("consumers", "5:5") == Texts{"5"});
  CHECK(expand("consumers", "8,1:3,20:40:10") == Texts{"8", "1", "2", "3", "20", "30", "40"});
  CHECK(expand("consumers", "010") == Texts{"10"});
  CHECK(expand("seed", "0:9223372036854775807:4611686018427387903") ==
        Texts{"0", "4611686018427387903", "9223372036854775806"});
}

TEST_CASE("any range is what counting gives") {
  std::mt19937_64 rng(test_seed());
  const auto up_to = [&](std::uint64_t most) { return std::uniform_int_distribution<std::uint64_t>(0, most)(rng); };
  for (int i = 0; i < test_count(300); ++i) {
    const std::uint64_t from = up_to(50);
    const std::uint64_t to = from + up_to(50);
    const std::uint64_t by = 1 + up_to(12);
    Texts counted;
    for (std::uint64_t n = 0; n <= to; ++n)
      if (n >= from && (n - from) % by == 0) counted.push_back(std::to_string(n));
    const std::string text = std::to_string(from) + ":" + std::to_string(to) + ":" + std::to_string(by);
    CAPTURE(text);
    CHECK(expand("maxsize", text) == counted);
  }
}

TEST_CASE("a set of delays is separated by bars, since there are commas in a delay") {
  CHECK(expand("consume-delay", "0.1") == Texts{"0.1"});
  CHECK(expand("consume-delay", "0.01,0.05") == Texts{"0.01,0.05"});
  CHECK(expand("consume-delay", "0.1|exp:50ms|0.01,0.05|lognormal:-3,0.5") ==
        Texts{"0.1", "exp:50ms", "0.01,0.05", "lognormal:-3,0.5"});
}

TEST_CASE("durations and decimal numbers can be in sets too") {
  CHECK(expand("timeout", "50ms,0.1,1:3") == Texts{"50ms", "0.1", "1", "2", "3"});
  CHECK(expand("arrivals-speed", "0.5,1,2.5") == Texts{"0.5", "1", "2.5"});
}

TEST_CASE("what is nothing for the setting, or no set, is refused with its text") {
  for (const auto& [name, text, part] : std::vector<std::array<std::string_view, 3>>{
           {"consumers", "0:3", "'0'"},
           {"consumers", "1,0", "'0'"},
           {"consumers", "1,x", "'x'"},
           {"consumers", "1,", "''"},
           {"consumers", ",1", "''"},
           {"consumers", "1:", "'1:'"},
           {"consumers", ":4", "':4'"},
           {"consumers", "1|2", "'1|2'"},
           {"consumers", "4:1", "'4:1'"},
           {"consumers", "1:4:0", "'0'"},
           {"consumers", "1:2:3:4", "'1:2:3:4'"},
           {"consumers", "-1:3", "'-1'"},
           {"consumers", "1:1e3", "'1e3'"},
           {"consumers", "1:10000001:10000000", "'10000001'"},
           {"maxsize", "0:100000", "100000 values"},
           {"seed", "0:18446744073709551615", "'18446744073709551615'"},
           {"timeout", "0,1", "'0'"},
           {"timeout", "50ms:100ms", "'50ms'"},
           {"consume-delay", "0.1|", "''"},
           {"consume-delay", "0.1|nope", "'nope'"},
           {"consume-delay", "1:3", "'1:3'"},
       }) {
    CAPTURE(name);
    CAPTURE(text);
    CHECK(refusal(name, text).find(part) != std::string::npos);
  }
}

TEST_CASE("a value that is there twice is refused, however it is written") {
  for (const auto& [name, text] : std::vector<std::array<std::string_view, 2>>{{"consumers", "1,1"},
                                                                               {"consumers", "1:3,2"},
                                                                               {"consumers", "1,01"},
                                                                               {"timeout", "0.1,100ms"},
                                                                               {"consume-delay", "0.1|0.2|0.1"},
                                                                               {"consume-delay", "0.1|100ms"},
                                                                               {"consume-delay", "exp:1|exp:1000ms"}}) {
    CAPTURE(text);
    CHECK(refusal(name, text).find("twice") != std::string::npos);
  }
}

TEST_CASE("the largest set there may be is had") {
  const Texts all = expand("maxsize", "1:100000");
  CHECK(all.size() == 100'000);
  CHECK(all.back() == "100000");
}

TEST_CASE("the settings that take sets are those that are numbers or delays") {
  std::set<std::string_view> takers;
  for (const Setting& one : settings())
    if (takes_set(one)) takers.insert(one.name);
  CHECK(takers == std::set<std::string_view>{"producers", "consumers", "items", "maxsize", "produce-delay", "consume-delay", "seed",
                                             "sentinels", "ready-after", "limit", "lock-delay", "timeout", "threads",
                                             "stop-after", "arrivals-speed", "speed"});
}

}  // namespace
}  // namespace pcsim
