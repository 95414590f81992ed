#include "files.hpp"
#include "process.hpp"
#include "trace.hpp"

#include <doctest/doctest.h>
#include <boost/regex.hpp>

#include <string>
#include <vector>

namespace pcsim {
namespace {

struct Warning {
  double at;
  std::string who;
  double seconds;
};

std::vector<Warning> warnings(const std::string& err) {
  static const boost::regex form(R"(pcsim: (\d+\.\d{3}) (C\d+) has blocked the loop for (\d+\.\d{3}) s)");
  std::vector<Warning> all;
  for (const std::string& line : lines_of(err)) {
    boost::smatch parts;
    if (boost::regex_match(line, parts, form)) all.push_back({std::stod(parts[1]), parts[2], std::stod(parts[3])});
  }
  return all;
}

TEST_CASE("a pause of the loop is warned of: who caused it, when and for how long") {
  const auto all = warnings(pcsim({"replay", scenario_file("blocking"), "--clock", "virtual"}).err);
  REQUIRE(all.size() == 3);
  double at = 0.45;
  for (const Warning& warning : all) {
    CHECK(warning.who == "C1");
    CHECK(warning.at == doctest::Approx(at));
    CHECK(warning.seconds == doctest::Approx(0.4));
    at += 0.4;
  }
}

TEST_CASE("only a pause longer than --slow-callback is warned of") {
  const auto count = [](const char* longest, const char* work) {
    return warnings(
               pcsim({"replay", scenario_file("blocking"), "--clock", "virtual", "--slow-callback", longest, "--work", work}).err)
        .size();
  };
  CHECK(count("0.3", "block") == 3);
  CHECK(count("0.5", "block") == 0);
  CHECK(count("0", "async") == 0);
  CHECK(count("0", "thread") == 0);
}

TEST_CASE("live, the same pauses are warned of at the same instants: the warnings stand at the same places of the trace") {
  // Far from the limit on either side, however busy the machine is: a pause is 0.4 s of the scenario's time, or none.
  const Texts blocking{"replay", scenario_file("blocking"), "--slow-callback", "0.3", "--summary", "none"};
  // On a terminal every line is written when it happens, in virtual time too.
  const Surroundings one_terminal{.out = Surroundings::Stream::terminal, .err = Surroundings::Stream::as_stdout};
  const std::string expected = pcsim(with(blocking, {"--clock", "virtual"}), one_terminal).out;
  const std::string measured = pcsim(with(blocking, {"--speed", "0.5"}), one_terminal).out;
  CAPTURE(measured);
  const auto without_numbers = [](const std::string& text) {
    return boost::regex_replace(text, boost::regex("\\d+\\.\\d{3}"), "T");
  };
  CHECK(without_numbers(measured) == without_numbers(expected));
  const auto all = warnings(measured);
  REQUIRE(all.size() == 3);
  for (std::size_t i = 0; i < all.size(); ++i) CHECK(all[i].seconds >= warnings(expected)[i].seconds);
}

}  // namespace
}  // namespace pcsim
