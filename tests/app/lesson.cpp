#include "files.hpp"
#include "process.hpp"
#include "trace.hpp"

#include <doctest/doctest.h>

#include <string>

namespace pcsim {
namespace {

const Texts lesson{"--consumers", "2", "--items", "12", "--seed", "42"};

TEST_CASE("in virtual time the lesson prints the recorded bytes") {
  const Ended run = pcsim(with(lesson, {"--clock", "virtual"}));
  CHECK(run.status == 0);
  CHECK(run.out == read_file(golden_file("lesson")));
}

TEST_CASE("without flags it is the lesson") { CHECK(pcsim({"--clock", "virtual"}).out == read_file(golden_file("lesson"))); }

TEST_CASE("live, the lesson prints the recorded lines in the recorded order") {
  const Ended run = pcsim(lesson);
  CHECK(run.status == 0);
  CHECK(without_times(run.out) == without_times(read_file(golden_file("lesson"))));
}

TEST_CASE("in the lesson C1 has items 1 3 5 8 10, and C2 has the others") {
  std::string first, second;
  for (const std::string& line : without_times(pcsim(lesson).out)) {
    if (line.starts_with("C1 id=")) first += line.substr(6, line.find(" payload") - 6) + ' ';
    if (line.starts_with("C2 id=")) second += line.substr(6, line.find(" payload") - 6) + ' ';
  }
  CHECK(first == "1 3 5 8 10 ");
  CHECK(second == "2 4 6 7 9 11 12 ");
}

TEST_CASE("live, nothing happens before its time, and the times never go back") {
  const auto recorded = read_trace(read_file(golden_file("lesson")));
  for (const char* speed : {"1", "20"}) {
    const auto live = read_trace(pcsim(with(lesson, {"--speed", speed})).out);
    REQUIRE(live.size() == recorded.size());
    for (std::size_t i = 0; i < live.size(); ++i) {
      CHECK(live[i].at >= recorded[i].at);
      if (i > 0) CHECK(live[i].at >= live[i - 1].at);
    }
  }
}

TEST_CASE("live, a line is there when it happens") {
  // The second item is made long after this test has lost its patience.
  Process run({"--produce-first", "--produce-delay", "1000"});
  CHECK_NOTHROW(run.wait_for_output(" PROD 1\n"));
  CHECK_NOTHROW(run.wait_for_output("C1 id=1 payload=1\n"));
}

}  // namespace
}  // namespace pcsim
