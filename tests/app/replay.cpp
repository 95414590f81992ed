#include "files.hpp"
#include "generated.hpp"
#include "process.hpp"
#include "refusal.hpp"
#include "trace.hpp"

#include <support/count.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>
#include <boost/regex.hpp>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

namespace pcsim {
namespace {

// What the scenarios that do not end with 0 end with.
int expected_status(const std::string& name) {
  if (name.ends_with("-sentinel") || name.ends_with("-sentinels")) return 3;
  return name == "failure-stops" ? 1 : 0;
}

TEST_CASE("every scenario has a recorded trace, and every recorded trace a scenario") {
  CHECK(scenario_names().size() >= 20);
  Texts recorded;
  for (const auto& entry : std::filesystem::directory_iterator(PCSIM_GOLDEN)) recorded.push_back(entry.path().stem());
  std::sort(recorded.begin(), recorded.end());
  CHECK(recorded == scenario_names());
}

TEST_CASE("in virtual time every scenario prints its recorded bytes, and verifies") {
  for (const std::string& name : scenario_names()) {
    CAPTURE(name);
    const Ended run = pcsim({"replay", scenario_file(name), "--clock", "virtual", "--verify", golden_file(name)});
    CAPTURE(run.err);
    CHECK(run.status == expected_status(name));
    CHECK(run.out == read_file(golden_file(name)));
  }
}

TEST_CASE("live, every scenario prints its recorded lines but for the times, and verifies") {
  for (const std::string& name : scenario_names()) {
    CAPTURE(name);
    const Ended run = pcsim({"replay", scenario_file(name), "--speed", "20", "--verify", golden_file(name)});
    CAPTURE(run.err);
    CHECK(run.status == expected_status(name));
    CHECK(without_times(run.out) == without_times(read_file(golden_file(name))));
  }
}

TEST_CASE("a scenario opens with two to five lines of comment, and what these quote is in its trace") {
  const boost::regex quotation("\"([^\"]*)\"");
  for (const std::string& name : scenario_names()) {
    CAPTURE(name);
    std::string comment;
    int lines = 0;
    for (const std::string& line : lines_of(read_file(scenario_file(name)))) {
      if (!line.starts_with("# ")) break;
      comment += line.substr(1);
      ++lines;
    }
    CHECK(lines >= 2);
    CHECK(lines <= 5);
    const Texts trace = lines_of(read_file(golden_file(name)));
    int quotations = 0;
    for (boost::sregex_iterator quoted(comment.begin(), comment.end(), quotation), end; quoted != end; ++quoted, ++quotations) {
      const std::string line = (*quoted)[1];
      CAPTURE(line);
      CHECK(std::find(trace.begin(), trace.end(), line) != trace.end());
    }
    CHECK(quotations > 0);
  }
}

TEST_CASE("the table of the scenarios names them all") {
  const std::string table = read_file(PCSIM_SCENARIOS "/README.md");
  for (const std::string& name : scenario_names()) {
    CAPTURE(name);
    CHECK(table.find("| [" + name + "](" + name + ".toml) |") != std::string::npos);
  }
}

TEST_CASE("a flag wins over the file, wherever it stands") {
  const std::string file = scenario_file("lesson");
  const std::string expected = pcsim({"--items", "3", "--clock", "virtual", "--seed", "7"}).out;
  CHECK(pcsim({"replay", file, "--items", "3", "--clock", "virtual", "--seed", "7"}).out == expected);
  CHECK(pcsim({"replay", "--items", "3", "--clock=virtual", file, "--seed", "7"}).out == expected);
  const TemporaryFolder folder;
  const std::string first = folder.write("first.toml", "produce-first = true\nclock = \"virtual\"\n");
  CHECK(pcsim({"replay", first, "--produce-first=false"}).out == read_file(golden_file("lesson")));
}

TEST_CASE("a file's setting that means nothing beside a flag gives way to it") {
  const TemporaryFolder folder;
  const std::string file = folder.write(
      "all.toml", "clock = \"wall\"\nspeed = 2\nwork = \"thread\"\nthreads = 3\nshutdown = \"sentinel\"\nsentinels = 2\n");
  CHECK(pcsim({"replay", file, "--clock", "virtual"}).status == 0);
  CHECK(pcsim({"replay", file, "--work", "async", "--speed", "1000"}).status == 0);
  CHECK(pcsim({"replay", file, "--shutdown", "join-cancel", "--speed", "1000"}).status == 0);
  check_refused(pcsim({"replay", file, "--clock", "virtual", "--speed", "3"}), {"--speed"});
  const std::string failing = folder.write("failing.toml", "fail-at = [9]\n");
  check_refused(pcsim({"replay", failing, "--items", "8"}), {"fail-at", "9", "8"});
}

TEST_CASE("--save writes the scenario as it is run, with its clock and without the names of files") {
  const TemporaryFolder folder;
  const std::string saved = folder.path("saved.toml");
  pcsim({"--clock", "virtual", "--items", "3", "--save", saved, "--verify", golden_file("lesson")});
  const std::string text = read_file(saved);
  CHECK(text.find("clock = \"virtual\"\n") != std::string::npos);
  CHECK(text.find("items = 3\n") != std::string::npos);
  CHECK(text.find("consumers = 2\n") != std::string::npos);
  CHECK(text.find(folder.path("")) == std::string::npos);
  CHECK(text.find(golden_file("lesson")) == std::string::npos);
  for (const char* idle : {"speed", "threads", "save", "verify", "limit", "timeout", "fail-at"}) {
    CAPTURE(idle);
    CHECK(text.find(std::string(idle) + " = ") == std::string::npos);
  }
  pcsim({"--items", "3", "--speed", "500", "--save", saved});
  CHECK(read_file(saved).find("clock = \"wall\"\nspeed = 500\n") != std::string::npos);
}

TEST_CASE("what is saved can be saved again, and changed by flags on the way, but not over itself") {
  const TemporaryFolder folder;
  const std::string file = folder.path("scenario.toml");
  const std::string changed = folder.path("changed.toml");
  const std::string expected = pcsim({"--clock", "virtual", "--items", "7", "--save", file}).out;
  CHECK(pcsim({"replay", file, "--save", changed}).out == expected);
  CHECK(read_file(changed) == read_file(file));
  CHECK(pcsim({"replay", file, "--items", "5", "--save", changed}).status == 0);
  CHECK(pcsim({"replay", changed}).out == pcsim({"--clock", "virtual", "--items", "5"}).out);
  check_refused(pcsim({"replay", file, "--items", "5", "--save", file}), {"--save", file});
}

TEST_CASE("--save - writes the scenario to stdout, and the trace goes nowhere") {
  const TemporaryFolder folder;
  const std::string saved = folder.write("saved.toml", pcsim({"--clock", "virtual", "--save", "-"}).out);
  CHECK(pcsim({"replay", saved}).out == read_file(golden_file("lesson")));
}

TEST_CASE("a generated scenario that is saved and replayed gives the same bytes and status, and is saved as the same bytes") {
  std::mt19937_64 random(test_seed());
  const TemporaryFolder folder;
  const std::string saved = folder.path("saved.toml");
  const std::string again = folder.path("again.toml");
  for (int i = 0; i < test_count(100); ++i) {
    const Texts arguments = with(generated_flags(random), {"--clock", "virtual", "--save", saved});
    CAPTURE(command_line(arguments));
    const Ended first = pcsim(arguments);
    CAPTURE(first.err);
    REQUIRE(first.signal == 0);
    REQUIRE(first.status != 2);
    const Ended second = pcsim({"replay", saved, "--save", again});
    CHECK(second.out == first.out);
    CHECK(second.err == first.err);
    CHECK(second.status == first.status);
    CHECK(read_file(again) == read_file(saved));
  }
}

TEST_CASE("a generated run's summary accounts for every item as its trace does") {
  std::mt19937_64 random(test_seed());
  int ended = 0;
  for (int i = 0; i < test_count(100); ++i) {
    const Texts arguments = with(generated_flags(random), {"--clock", "virtual"});
    CAPTURE(command_line(arguments));
    const Ended run = pcsim(arguments);
    CAPTURE(run.err);
    const Books books = read_books(run.err);
    CHECK(books.sum() == books.items);
    if (run.status == 3) continue;  // who stands still has what it has in hand, and the trace does not say so
    ++ended;
    CHECK(books == books_of(run.out, books.items));
  }
  CHECK(ended > test_count(20));
}

TEST_CASE("--verify shows the first line that differs, with its number and both versions") {
  const TemporaryFolder folder;
  const std::string golden = read_file(golden_file("lesson"));
  std::string changed = golden;
  changed.replace(changed.find("C2 id=2"), 7, "C1 id=2");  // line 6
  const std::string file = folder.write("changed.trace", changed);
  for (const Texts& clock : {Texts{"--clock", "virtual"}, {"--speed", "20"}}) {
    const Ended run = pcsim(with(clock, {"--verify", file, "--summary", "none"}));
    CAPTURE(run.err);
    CHECK(run.status == 1);
    CHECK(run.err.find(file + ":6: ") != std::string::npos);
    CHECK(run.err.find("0.111 C1 id=2 payload=4") != std::string::npos);
    CHECK(run.err.find(" C2 id=2 payload=4") != std::string::npos);
    CHECK(without_times(run.out) == without_times(golden));
  }
}

TEST_CASE("--verify shows what one would not see") {
  const TemporaryFolder folder;
  const std::string golden = read_file(golden_file("lesson"));
  std::string with_returns;
  for (const char c : golden) with_returns += c == '\n' ? "\r\n" : std::string(1, c);
  std::string with_space = golden;
  with_space.insert(with_space.find('\n'), " ");
  struct Recorded {
    std::string bytes;
    std::string shown;
  };
  for (const auto& [bytes, shown] :
       {Recorded{with_returns, "  recorded: 0.036 PROD 1\\x0d\n  this run: 0.036 PROD 1\n"},
        {with_space, "  recorded: 0.036 PROD 1\\x20\n  this run: 0.036 PROD 1\n"},
        {"\xef\xbb\xbf" + golden, "  recorded: \\xef\\xbb\\xbf0.036 PROD 1\n  this run: 0.036 PROD 1\n"},
        {"\x1b[31m" + golden, "  recorded: \\x1b[31m0.036 PROD 1\n"},
        {golden.substr(0, golden.size() - 1), "  recorded: 0.331 DONE (no newline at its end)\n  this run: 0.331 DONE\n"},
        {std::string(1000, 'x') + "\n", "  recorded: " + std::string(200, 'x') + "... (1000 bytes)\n"}}) {
    const Ended run = pcsim({"--clock", "virtual", "--summary", "none", "--verify", folder.write("recorded.trace", bytes)});
    CAPTURE(run.err);
    CHECK(run.status == 1);
    CHECK(run.err.find(shown) != std::string::npos);
  }
  const Ended endless = pcsim({"--clock", "virtual", "--summary", "none", "--verify", "/dev/zero"});
  CHECK(endless.status == 1);
  CHECK(endless.err == "pcsim: /dev/zero:1: this line is longer than 64 MiB\n");
}

TEST_CASE("--verify compares the times in virtual time, and only there") {
  const TemporaryFolder folder;
  std::string changed = read_file(golden_file("lesson"));
  changed.replace(changed.find("0.111"), 5, "0.112");
  const std::string file = folder.write("changed.trace", changed);
  const Ended run = pcsim({"--clock", "virtual", "--verify", file});
  CHECK(run.status == 1);
  CHECK(run.err.find(file + ":6: ") != std::string::npos);
  CHECK(pcsim({"--speed", "20", "--verify", file}).status == 0);
}

TEST_CASE("--verify finds a recorded trace that is too short, too long, cut or none at all") {
  const TemporaryFolder folder;
  const std::string golden = read_file(golden_file("lesson"));
  const auto last = golden.rfind("0.331 DONE\n");
  struct Recorded {
    std::string bytes;
    std::string line;
  };
  for (const auto& [bytes, line] : {Recorded{golden.substr(0, last), ":27: "},
                                    {golden + "0.332 DONE\n", ":28: "},
                                    {golden.substr(0, golden.size() - 1), ":27: "},
                                    {golden + "\n", ":28: "},
                                    {"", ":1: "}}) {
    CAPTURE(bytes);
    for (const Texts& clock : {Texts{"--clock", "virtual"}, {"--speed", "100"}}) {
      const Ended run = pcsim(with(clock, {"--verify", folder.write("recorded.trace", bytes)}));
      CAPTURE(run.err);
      CHECK(run.status == 1);
      CHECK(run.err.find("recorded.trace" + line) != std::string::npos);
    }
  }
}

TEST_CASE("several files run one after another, each under a heading on stderr, and the first status that is not 0 counts") {
  const Texts names{"lesson", "failure-stops", "missing-sentinel", "timeout"};
  Texts arguments{"replay", "--clock", "virtual"};
  std::string expected;
  for (const std::string& name : names) {
    arguments.push_back(scenario_file(name));
    expected += read_file(golden_file(name));
  }
  const Ended run = pcsim(arguments);
  CHECK(run.out == expected);
  CHECK(run.status == 1);
  std::size_t at = 0;
  for (const std::string& name : names) {
    CAPTURE(name);
    at = run.err.find("== " + scenario_file(name) + "\n", at);
    CHECK(at != std::string::npos);
  }
  std::swap(arguments[4], arguments[5]);
  CHECK(pcsim(arguments).status == 3);
}

TEST_CASE("nothing runs if a later file cannot be used") {
  const TemporaryFolder folder;
  const std::string broken = folder.write("broken.toml", "items = -1\n");
  check_refused(pcsim({"replay", scenario_file("lesson"), broken}), {broken + ":1: items: "});
  check_refused(pcsim({"replay", scenario_file("lesson"), folder.path("none.toml")}), {"none.toml"});
  // A flag that goes with the first but not with the second.
  const std::string small = folder.write("small.toml", "items = 3\n");
  check_refused(pcsim({"replay", scenario_file("lesson"), small, "--fail-at", "5"}), {"--fail-at", "no item 5"});
}

TEST_CASE("--save and --verify take one scenario, not several") {
  const TemporaryFolder folder;
  check_refused(pcsim({"replay", scenario_file("lesson"), scenario_file("timeout"), "--save", folder.path("x")}), {"--save"});
  check_refused(pcsim({"replay", scenario_file("lesson"), scenario_file("timeout"), "--verify", golden_file("lesson")}),
                {"--verify"});
}

}  // namespace
}  // namespace pcsim
