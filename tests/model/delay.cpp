#include <pcsim/model/delay.hpp>

#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/number.hpp>
#include <support/count.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>

namespace pcsim {
namespace {

// The next draws of two delays from equal streams, and how far these have got by then.
bool draw_the_same(const Delay& a, const Delay& b, std::uint64_t seed) {
  Random for_a(seed);
  Random for_b(seed);
  for (int i = 0; i < 20; ++i)
    if (a.draw(for_a) != b.draw(for_b)) return false;
  return for_a.random() == for_b.random();
}

TEST_CASE("a constant takes nothing from the stream") {
  Random stream(42);
  CHECK(Delay::parse("0.1").draw(stream) == 0.1);
  CHECK(Delay::constant(3).draw(stream) == 3);
  CHECK(stream.random() == Random(42).random());
}

TEST_CASE("draws are CPython's formulas") {
  const auto first_draw = [](const char* text) {
    Random stream(42);
    return Delay::parse(text).draw(stream);
  };
  CHECK(first_draw("0.01,0.05") == Random(42).uniform(0.01, 0.05));
  CHECK(first_draw("exp:50ms") == Random(42).expovariate(1.0 / (50 * 1e-3)));
  CHECK(first_draw("lognormal:-3,0.25") == Random(42).lognormvariate(-3, 0.25));
  CHECK(first_draw("pareto:1.5,10ms") == 10 * 1e-3 * Random(42).paretovariate(1.5));
}

TEST_CASE("only the constant 0 is no delay at all") {
  for (const char* const text : {"0", "0s", "0ms", "0.0", "00"}) CHECK(Delay::parse(text).none());
  for (const char* const text : {"0,0", "0.1", "1ns", "0,1", "exp:1", "lognormal:0,0", "pareto:1,0"})
    CHECK_FALSE(Delay::parse(text).none());
}

TEST_CASE("each value has its own unit") {
  CHECK(Delay::parse("10ms,0.05").text() == Delay::uniform(10 * 1e-3, 0.05).text());
  CHECK(Delay::parse("0,1min").text() == Delay::uniform(0, 60).text());
  CHECK(Delay::parse("010ms").text() == "0.01");
}

TEST_CASE("text of a delay is read as that very delay") {
  std::mt19937_64 rng(test_seed());
  std::uniform_real_distribution<double> unit(0, 1);
  const auto duration = [&] { return to_text(std::pow(10, -9 + 17 * unit(rng))); };
  for (int i = 0; i < test_count(2000); ++i) {
    std::string text;
    switch (rng() % 5) {
      case 0: text = duration(); break;
      case 1: {
        const double low = std::pow(10, -6 + 8 * unit(rng));
        text = fmt::format("{},{}", to_text(low), to_text(low * (1 + unit(rng))));
        break;
      }
      case 2: text = "exp:" + duration(); break;
      case 3: text = fmt::format("lognormal:{}{},{}", rng() % 2 ? "-" : "", to_text(50 * unit(rng)), to_text(50 * unit(rng))); break;
      case 4: text = fmt::format("pareto:{},{}", to_text(0.1 + 999 * unit(rng)), duration()); break;
    }
    CAPTURE(text);
    const Delay delay = Delay::parse(text);
    const Delay again = Delay::parse(delay.text());
    REQUIRE(again.text() == delay.text());
    REQUIRE(again.none() == delay.none());
    REQUIRE(draw_the_same(delay, again, rng() & INT64_MAX));
  }
}

TEST_CASE("within the bounds every draw is finite and not negative") {
  std::mt19937_64 rng(test_seed());
  for (const char* const text :
       {"lognormal:50,50", "lognormal:-50,50", "lognormal:-50,0", "pareto:0.1,1000000000", "pareto:1000,1", "exp:1000000000",
        "exp:1ns", "0,1000000000", "pareto:0.1,0"}) {
    CAPTURE(text);
    const Delay delay = Delay::parse(text);
    Random stream(rng() & INT64_MAX);
    for (int i = 0; i < test_count(10000); ++i) {
      const double seconds = delay.draw(stream);
      REQUIRE(std::isfinite(seconds));
      REQUIRE(seconds >= 0);
    }
  }
}

TEST_CASE("what is no delay is refused in one line with its text and the forms there are") {
  for (const std::string text :
       {"", ",", "5,1", "1,", ",1", "1,2,3", "-1", "-1,2", "1,-2", "nan", "inf", "nan,1", "1,inf", "1e400", "12abc", "1h",
        "1 ms", "exp:", "exp:0", "exp:-1", "exp:1,2", "exp:nan", "exp:inf", "Exp:1", "exponential:1", "normal:1,2", ":1", "uniform:1,2",
        "lognormal:1", "lognormal:", "lognormal:1,", "lognormal:,1", "lognormal:51,1", "lognormal:-51,1", "lognormal:1,51",
        "lognormal:1,-1", "lognormal:nan,1", "lognormal:1,2,3", "lognormal:--1,1", "lognormal:1ms,1", "pareto:1", "pareto:0.09,1", "pareto:1001,1",
        "pareto:0,1", "pareto:-1,1", "pareto:1,-1", "pareto:1,2,3", "pareto:1ms,1", "exp:exp:1", "1000000001", "exp:1000000001",
        "0,1000000001", "pareto:1,1000000001"}) {
    CAPTURE(text);
    try {
      Delay::parse(text);
      FAIL_CHECK("it was taken");
    } catch (const BadValue& error) {
      const std::string message = error.what();
      CAPTURE(message);
      CHECK(message.find(fmt::format("'{}'", text)) != std::string::npos);
      CHECK(message.find('\n') == std::string::npos);
    }
  }
}

}  // namespace
}  // namespace pcsim
