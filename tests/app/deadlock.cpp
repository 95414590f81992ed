#include "process.hpp"
#include "trace.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace pcsim {
namespace {

struct Stuck {
  Texts arguments;
  Texts waits;  // as the report names them in virtual time
};

const std::vector<Stuck> all{
    {{"--items", "4", "--sentinels", "1"}, {"C1 in get since 0.146"}},
    {{"--items", "3", "--sentinels", "0"}, {"C1 in get since 0.133", "C2 in get since 0.111"}},
    {{"--items", "4", "--sentinels", "4", "--maxsize", "1"}, {"P1 in put since 0.146"}},
    {{"--items", "2", "--sentinels", "1", "--shutdown", "join-sentinel"}, {"C2 in get since 0.080"}},
    {{"--stop-after", "0.1", "--on-stop", "drain", "--sentinels", "1"}, {"C1 in get since 0.146"}},
};

TEST_CASE("a deadlock ends the run with exit status 3, and the report names everyone who waits, in what and since when") {
  for (const Stuck& stuck : all) {
    const Texts arguments = with(stuck.arguments, {"--clock", "virtual"});
    CAPTURE(command_line(arguments));
    const Ended run = pcsim(arguments);
    CAPTURE(run.err);
    CHECK(run.status == 3);
    CHECK(run.err.starts_with("pcsim: deadlock at "));
    for (const std::string& wait : stuck.waits) {
      CAPTURE(wait);
      CHECK(run.err.find(wait) != std::string::npos);
    }
    const auto trace = without_times(run.out);
    REQUIRE(!trace.empty());
    CHECK(trace.back() != "DONE");
  }
}

TEST_CASE("live, a deadlock ends the run in the same way, instead of waiting") {
  for (const Stuck& stuck : all) {
    const Texts arguments = with(stuck.arguments, {"--speed", "5"});
    CAPTURE(command_line(arguments));
    const Ended run = pcsim(arguments);
    CAPTURE(run.err);
    CHECK(run.status == 3);
    CHECK(without_times(run.out) == without_times(pcsim(with(stuck.arguments, {"--clock", "virtual"})).out));
    for (const std::string& wait : stuck.waits) {
      const std::string who_and_what = wait.substr(0, wait.find(" since"));
      CAPTURE(who_and_what);
      CHECK(run.err.find(who_and_what) != std::string::npos);
    }
  }
}

TEST_CASE("a thousand consumers that wait for ever are told in few lines") {
  const Ended run = pcsim({"--clock", "virtual", "--consumers", "1000", "--items", "1", "--sentinels", "0", "--summary", "none"});
  CAPTURE(run.err);
  CHECK(run.status == 3);
  CHECK(lines_of(run.err).size() < 10);
  CHECK(run.err.find("C2 to C1000 in get since 0.000") != std::string::npos);
}

TEST_CASE("who is left in a deadlock holds what it has in hand: the books balance") {
  const Ended run = pcsim({"--clock", "virtual", "--items", "9", "--sentinels", "4", "--maxsize", "1"});
  const Books books = read_books(run.err);
  CHECK(books == Books{.items = 9, .consumed = 9});
}

}  // namespace
}  // namespace pcsim
