#include "files.hpp"
#include "generated.hpp"
#include "process.hpp"
#include "refusal.hpp"
#include "trace.hpp"

#include <support/count.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace pcsim {
namespace {

namespace json = boost::json;

json::array comparisons(const std::string& text) { return json::parse(text).at("comparisons").as_array(); }

double number(const json::value& row, const char* name) { return row.at(name).to_number<double>(); }

Texts cells(const std::string& line) {
  Texts all{""};
  bool quoted = false;
  for (const char c : line) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      all.emplace_back();
    else
      all.back() += c;
  }
  return all;
}

TEST_CASE("the lesson's comparison has the lesson's figures") {
  const Ended run = pcsim({"compare", "--consumers", "2", "--items", "12", "--seed", "42", "--clock", "virtual"});
  CHECK(run.status == 0);
  CHECK(run.err == "");
  CHECK(run.out ==
        "sequential   0.860 s  ##############################\n"
        "concurrent   0.331 s  ###########\n"
        "speedup      2.60x    at most 2.9x: P1 alone takes 0.292 s\n");
  CHECK(pcsim({"compare", scenario_file("lesson"), "--clock", "virtual"}).out == run.out);
}

TEST_CASE("the longer of the two times has the whole bar") {
  for (const Texts& arguments : {Texts{"--limit", "1"}, {"--limit", "1", "--seed", "1"}, {"--seed", "2"}, {"--seed", "3"}}) {
    const Texts all = with({"compare", "--clock", "virtual"}, arguments);
    CAPTURE(command_line(all));
    CHECK(lines_of(pcsim(all).out).at(0).ends_with("s  " + std::string(30, '#')));
  }
}

TEST_CASE("the bound names what it comes from") {
  struct Bounded {
    Texts arguments;
    const char* why;
  };
  for (const auto& [arguments, why] :
       {Bounded{{"--consumers", "8"}, "P1 alone takes"},
        {{"--producers", "2", "--produce-delay", "1", "--items", "3", "--consume-delay", "0"}, "2.000 s"},
        {{"--consumers", "1"}, "1 at a time"},
        {{"--consumers", "8", "--consume-delay", "1"}, "8 at a time"},
        {{"--consumers", "8", "--consume-delay", "1", "--limit", "3"}, "3 at a time"},
        {{"--consumers", "8", "--lock-delay", "1"}, "the lock is held for 12.000 s"}}) {
    const Texts all = with({"compare", "--clock", "virtual"}, arguments);
    CAPTURE(command_line(all));
    const std::string out = pcsim(all).out;
    CAPTURE(out);
    CHECK(out.find(why) != std::string::npos);
  }
}

TEST_CASE("several numbers of consumers are compared in a row each, on the very same work") {
  const Ended run = pcsim({"compare", "--consumers", "1,2,4,8", "--clock", "virtual", "--export-json", "-"});
  CHECK(run.status == 0);
  const json::array rows = comparisons(run.out);
  REQUIRE(rows.size() == 4);
  double consumers = 1;
  for (const json::value& row : rows) {
    CHECK(number(row, "consumers") == consumers);
    CHECK(number(row, "sequential") == number(rows[0], "sequential"));
    CHECK(number(row, "efficiency") == doctest::Approx(number(row, "speedup") / consumers));
    consumers *= 2;
  }
  const Ended alone = pcsim({"compare", "--consumers", "4", "--streams", "per-item", "--clock", "virtual", "--export-json", "-"});
  CHECK(comparisons(alone.out).at(0) == rows[2]);
  const auto table = lines_of(pcsim({"compare", "--consumers", "1,2,4,8", "--clock", "virtual"}).out);
  REQUIRE(table.size() == 5);
  for (const char* title : {"consumers", "sequential", "concurrent", "speedup", "efficiency"})
    CHECK(table[0].find(title) != std::string::npos);
  CHECK(table[4].find(" 8 ") != std::string::npos);
  CHECK(table[4].find("at most") != std::string::npos);
}

TEST_CASE("asked for other streams, several numbers of consumers are compared on these") {
  const Texts shared{"compare", "--consumers", "1,2", "--streams", "shared", "--clock", "virtual", "--export-json", "-"};
  const json::array rows = comparisons(pcsim(shared).out);
  CHECK(number(rows.at(1), "sequential") == doctest::Approx(0.860).epsilon(0.001));
  CHECK(number(rows.at(0), "sequential") != number(rows.at(1), "sequential"));
}

TEST_CASE("JSON and CSV say the same, in files as on stdout") {
  const TemporaryFolder folder;
  const std::string to_json = folder.path("figures.json");
  const std::string to_csv = folder.path("figures.csv");
  const Texts compare{"compare", "--consumers", "1,3", "--clock", "virtual"};
  const Ended run = pcsim(with(compare, {"--export-json", to_json, "--export-csv", to_csv}));
  CHECK(run.status == 0);
  CHECK(run.out == pcsim(compare).out);

  const json::value all = json::parse(read_file(to_json));
  CHECK(all.at("schema").as_int64() == 1);
  CHECK(all.at("clock").as_string() == "virtual");
  const json::array& rows = all.at("comparisons").as_array();
  const auto lines = lines_of(read_file(to_csv));
  REQUIRE(lines.size() == rows.size() + 1);
  CHECK(lines[0] == "consumers,sequential,concurrent,speedup,efficiency,bound_seconds,bound_speedup,bound_why");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Texts row = cells(lines[i + 1]);
    REQUIRE(row.size() == 8);
    std::size_t column = 0;
    for (const char* name : {"consumers", "sequential", "concurrent", "speedup", "efficiency"})
      CHECK(std::stod(row[column++]) == number(rows[i], name));
    CHECK(std::stod(row[5]) == number(rows[i].at("bound"), "seconds"));
    CHECK(std::stod(row[6]) == number(rows[i].at("bound"), "speedup"));
    CHECK(row[7] == rows[i].at("bound").at("why").as_string());
  }

  CHECK(pcsim(with(compare, {"--export-json", "-"})).out == read_file(to_json));
  CHECK(pcsim(with(compare, {"--export-csv", "-"})).out == read_file(to_csv));
}

TEST_CASE("two outputs on stdout are refused") {
  check_refused(pcsim({"compare", "--clock", "virtual", "--export-json", "-", "--export-csv", "-"}), {"--export-", "stdout"});
}

TEST_CASE("a run that does not do the same work is no comparison") {
  check_refused(pcsim({"compare", "--stop-after", "1"}), {"--stop-after"});
  const Ended deadlock = pcsim({"compare", "--sentinels", "1", "--clock", "virtual"});
  CHECK(deadlock.status == 3);
  CHECK(deadlock.out == "");
  CHECK(deadlock.err.find("C2 in get") != std::string::npos);
  const Ended failed = pcsim({"compare", "--fail-at", "3", "--clock", "virtual"});
  CHECK(failed.status == 1);
  CHECK(failed.out == "");
  CHECK(pcsim({"compare", "--fail-at", "3", "--on-failure", "continue", "--clock", "virtual"}).status == 0);
}

TEST_CASE("a signal ends a comparison soon: the rows that it has are printed and exported, and what is missing is said") {
  for (const auto& [signal, status] : {std::pair{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 129}}) {
    const TemporaryFolder folder;
    const std::string csv = folder.path("csv");
    Process process({"compare", "--produce-delay", "0", "--consume-delay", "1", "--items", "20", "--speed", "30", "--consumers",
                     "10,1", "--export-csv", csv},
                    {.err = Surroundings::Stream::terminal, .environment = {{"TERM", "xterm"}, {"COLUMNS", "200"}}});
    process.wait_for_error("1 consumers, sequential");
    process.send(signal);
    const Ended ended = process.end();
    CAPTURE(ended.out);
    CHECK(ended.status == status);
    CHECK(ended.err.find("pcsim: interrupted: 1 of 2 comparisons are missing") != std::string::npos);
    CHECK(lines_of(ended.out).size() == 3);
    CHECK(lines_of(read_file(csv)).size() == 2);
    CHECK(lines_of(read_file(csv)).at(1).starts_with("10,"));
  }
}

TEST_CASE("a comparison in virtual time can be interrupted too") {
  Process process({"compare", "--items", "1000", "--consumers", "1:60000", "--clock", "virtual", "--export-csv", "-"});
  process.wait_for(std::chrono::milliseconds(500));
  process.send(SIGTERM);
  const Ended ended = process.end();
  if (ended.signal == SIGTERM) return;  // it came before anything had begun
  CHECK(ended.status == 143);
  const std::size_t rows = ended.out.empty() ? 0 : lines_of(ended.out).size() - 1;
  CHECK(rows < 60000);
  CHECK(ended.err == "pcsim: interrupted: " + std::to_string(60000 - rows) + " of 60000 comparisons are missing\n");
}

TEST_CASE("rows that came before a deadlock or a failure are printed and exported") {
  const TemporaryFolder folder;
  const Texts compare{"compare", "--clock", "virtual", "--export-json", folder.path("json")};
  const Ended deadlock = pcsim(with(compare, {"--sentinels", "2", "--consumers", "1,2,3,4"}));
  CHECK(deadlock.status == 3);
  CHECK(lines_of(deadlock.out).size() == 3);
  CHECK(deadlock.err.find("with 3 consumers: deadlock") != std::string::npos);
  CHECK(comparisons(read_file(folder.path("json"))).size() == 2);
}

TEST_CASE("on the wall clock both really run, and take at least as long as in virtual time") {
  const Texts arguments{"compare", "--consumers", "1,2", "--export-json", "-"};
  const Ended run = pcsim(with(arguments, {"--speed", "10"}));
  CHECK(run.status == 0);
  CHECK(run.err == "");
  CHECK(json::parse(run.out).at("clock").as_string() == "wall");
  const json::array wall = comparisons(run.out);
  const json::array virtual_time = comparisons(pcsim(with(arguments, {"--clock", "virtual"})).out);
  REQUIRE(wall.size() == 2);
  for (std::size_t i = 0; i < 2; ++i)
    for (const char* name : {"sequential", "concurrent"}) {
      CHECK(number(wall[i], name) > number(virtual_time.at(i), name));  // to the last digit as long only if nothing was measured
      CHECK(number(wall[i].at("bound"), "seconds") == number(virtual_time.at(i).at("bound"), "seconds"));
    }
}

TEST_CASE("no generated scenario is faster than its bound, and efficiency and speedup fit the times") {
  std::mt19937_64 random(test_seed());
  int compared = 0;
  for (int i = 0; i < test_count(100); ++i) {
    Texts arguments = with({"compare", "--clock", "virtual", "--export-json", "-"}, generated_flags(random));
    arguments = with(arguments, {"--on-failure", "continue"});
    if (const auto stop = std::find(arguments.begin(), arguments.end(), "--stop-after"); stop != arguments.end())
      arguments.erase(stop, stop + 2);
    CAPTURE(command_line(arguments));
    const Ended run = pcsim(arguments);
    CAPTURE(run.err);
    if (run.status == 3) continue;
    REQUIRE(run.status == 0);
    ++compared;
    const json::value row = comparisons(run.out).at(0);
    const double sequential = number(row, "sequential");
    const double concurrent = number(row, "concurrent");
    const double slack = 1e-9 * (1 + concurrent);  // the sums are added up in another order
    CHECK(number(row.at("bound"), "seconds") <= concurrent + slack);
    if (concurrent > 0) CHECK(number(row, "speedup") == doctest::Approx(sequential / concurrent));
    CHECK(number(row, "efficiency") == doctest::Approx(number(row, "speedup") / number(row, "consumers")));
  }
  CHECK(compared > test_count(20));
}

TEST_CASE("the bound holds where work is given up before it has begun, or cannot be given up") {
  const Texts compare = with({"compare", "--clock", "virtual", "--export-json", "-"},
                             {"--consumers", "4", "--produce-delay", "0", "--consume-delay", "1", "--timeout", "0.05"});
  for (const Texts& more : {Texts{"--work", "thread", "--threads", "1"},
                            {"--work", "thread", "--threads", "1", "--streams", "per-item"},
                            {"--work", "block"}}) {
    const Texts arguments = with(compare, more);
    CAPTURE(command_line(arguments));
    const json::value row = comparisons(pcsim(arguments).out).at(0);
    CHECK(number(row.at("bound"), "seconds") <= number(row, "concurrent"));
    // One at a time, and nothing else to do.
    if (more[1] == "block") CHECK(number(row, "sequential") == number(row, "concurrent"));
  }
}

TEST_CASE("bars are of block characters only on a terminal whose locale is UTF-8") {
  using Stream = Surroundings::Stream;
  const Texts arguments{"compare", "--clock", "virtual"};
  const std::string block = "\u2588";
  const auto out = [&](Stream stream, const char* locale) {
    return pcsim(arguments, {.out = stream, .environment = {{"LC_ALL", locale}}}).out;
  };
  CHECK(out(Stream::terminal, "C.UTF-8").find("s  " + block) != std::string::npos);
  CHECK(out(Stream::terminal, "en_US.utf8").find("s  " + block) != std::string::npos);
  CHECK(out(Stream::terminal, "C").find(block) == std::string::npos);
  CHECK(out(Stream::terminal, "C").find("s  ####") != std::string::npos);
  CHECK(out(Stream::captured, "C.UTF-8").find(block) == std::string::npos);
}

TEST_CASE("on the wall clock a progress bar is on stderr, where that is a terminal, and leaves nothing there") {
  using Stream = Surroundings::Stream;
  const Ended run =
      pcsim({"compare", "--items", "60", "--produce-delay", "10ms", "--consume-delay", "10ms"}, {.err = Stream::terminal});
  CHECK(run.status == 0);
  CHECK(run.err.find("sequential [") != std::string::npos);
  CHECK(run.err.find("concurrent [") != std::string::npos);
  CHECK(run.err.find(" s left") != std::string::npos);
  CHECK(run.err.ends_with("\r\x1b[K"));
  CHECK(lines_of(run.out).size() == 3);
}

}  // namespace
}  // namespace pcsim
