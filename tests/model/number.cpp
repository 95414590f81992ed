#include <pcsim/model/number.hpp>

#include <pcsim/model/bad_value.hpp>
#include <support/count.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <utility>

namespace pcsim {
namespace {

// What is refused: its message.
template <class Parse>
std::string refusal(Parse parse) {
  try {
    parse();
  } catch (const BadValue& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("a whole number is decimal digits, leading zeros and all") {
  CHECK(parse_whole("0", 0, 9) == 0);
  CHECK(parse_whole("010", 0, 99) == 10);
  CHECK(parse_whole("000", 0, 9) == 0);
  CHECK(parse_whole("3000000000", 0, 3'000'000'000) == 3'000'000'000);
  CHECK(parse_whole("9223372036854775807", 0, INT64_MAX) == INT64_MAX);
  CHECK(parse_whole("18446744073709551615", 0, UINT64_MAX) == UINT64_MAX);
}

TEST_CASE("what is no whole number is refused, and named") {
  for (const std::string text :
       {"", " ", "-1", "-0", "+1", " 1", "1 ", "1\n", "0x10", "1e3", "1.0", "1.", "12abc", "abc", "1,2", "1_000", "½",
        "18446744073709551616", "99999999999999999999999999", "nan", "inf", "true"}) {
    CAPTURE(text);
    const std::string message = refusal([&] { parse_whole(text, 0, UINT64_MAX); });
    CHECK(message.find(fmt::format("'{}'", text)) != std::string::npos);
  }
}

TEST_CASE("a whole number beyond its bounds is refused, with the bounds") {
  CHECK(parse_whole("1", 1, 10) == 1);
  CHECK(parse_whole("10", 1, 10) == 10);
  for (const std::string text : {"0", "11"}) {
    const std::string message = refusal([&] { parse_whole(text, 1, 10); });
    CHECK(message.find("from 1 to 10") != std::string::npos);
  }
}

TEST_CASE("a decimal number is read as the nearest double") {
  CHECK(parse_decimal("0.1", "") == 0.1);
  CHECK(parse_decimal("010", "") == 10);
  CHECK(parse_decimal("010.5", "") == 10.5);
  CHECK(parse_decimal(".5", "") == 0.5);
  CHECK(parse_decimal("5.", "") == 5);
  CHECK(parse_decimal("1e-3", "") == 1e-3);
  CHECK(parse_decimal("1E+3", "") == 1000);
  CHECK(parse_decimal("5e-324", "") == 5e-324);
  CHECK(parse_decimal("1.7976931348623157e308", "") == 1.7976931348623157e308);
  CHECK(parse_decimal("0.1000000000000000055511151231257827021181583404541015625", "") == 0.1);
}

TEST_CASE("what is no decimal number is refused, and named") {
  for (const std::string text : {"", "-1", "-0", "+1", " 1", "1 ", "nan", "NaN", "inf", "Inf", "infinity", "1e", "e5", ".", "1e+",
                                 "0x1p3", "0x10", "1,5", "12abc", "1.2.3", "1_0", "1e400", "1e999999999"}) {
    CAPTURE(text);
    CHECK(refusal([&] { parse_decimal(text, "a number"); }).find(fmt::format("'{}'", text)) != std::string::npos);
  }
  CHECK(refusal([] { parse_decimal("x", "a speed"); }).find("a speed") != std::string::npos);
}

TEST_CASE("a duration is the number times the unit, as doubles are multiplied") {
  CHECK(parse_duration("0") == 0);
  CHECK(parse_duration("1.5") == 1.5);
  CHECK(parse_duration("90s") == 90);
  CHECK(parse_duration("3ms") == 3 * 1e-3);
  CHECK(parse_duration("0.1ms") == 0.1 * 1e-3);
  CHECK(parse_duration("7us") == 7 * 1e-6);
  CHECK(parse_duration("123ns") == 123 * 1e-9);
  CHECK(parse_duration("1.5min") == 90);
  CHECK(parse_duration("010ms") == 10 * 1e-3);
  CHECK(parse_duration("1e3ms") == 1);
  CHECK(parse_duration("1000000000") == longest_duration);
}

TEST_CASE("what is no duration is refused, and named") {
  for (const std::string text :
       {"", "s", "ms", "min", "1h", "1 s", "1m", "1sec", "1mss", "1Ms", "ms1", "-1s", "-1", "nan", "nans", "inf", "infs",
        "1e400", "1e400s", "12abc", "1000000001", "1000000000.1", "16666667min", "1,2", "0x1s"}) {
    CAPTURE(text);
    CHECK(refusal([&] { parse_duration(text); }).find(fmt::format("'{}'", text)) != std::string::npos);
  }
}

TEST_CASE("text of any double is read as that very double") {
  std::mt19937_64 rng(test_seed());
  int checked = 0;
  while (checked < test_count(100000)) {
    const double value = std::bit_cast<double>(rng() & INT64_MAX);  // of any magnitude
    if (!std::isfinite(value)) continue;
    REQUIRE(parse_decimal(to_text(value), "") == value);
    ++checked;
  }
}

TEST_CASE("text of a double is the shortest there is") {
  for (const auto& [value, text] : {std::pair{0.0, "0"}, std::pair{1.0, "1"}, std::pair{0.1, "0.1"}, std::pair{0.05, "0.05"},
                                    std::pair{1e9, "1e+09"}, std::pair{0.1 + 0.2, "0.30000000000000004"}})
    CHECK(to_text(value) == text);
}

}  // namespace
}  // namespace pcsim
