#include "files.hpp"
#include "process.hpp"
#include "refusal.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace pcsim {
namespace {

using Texts = std::vector<std::string>;
using Seconds = std::chrono::duration<double>;

std::string done(const Texts& arguments) {
  const Ended ended = pcsim(arguments);
  CAPTURE(command_line(arguments));
  CAPTURE(ended.err);
  REQUIRE(ended.status == 0);
  CHECK(ended.err == "");
  return ended.out;
}

Texts operator+(Texts a, const Texts& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Texts lines_of(const std::string& text) {
  std::istringstream stream(text);
  Texts lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

Texts words_of(const std::string& line) {
  std::istringstream stream(line);
  Texts words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

// Each line of a table as a map from the first line's names. No field has a comma or a space in it here.
using Row = std::map<std::string, std::string>;

std::vector<Row> read_csv(const std::string& text) {
  const auto fields_of = [](const std::string& line) {
    Texts fields(1);
    for (const char c : line)
      if (c == ',')
        fields.emplace_back();
      else
        fields.back() += c;
    return fields;
  };
  const Texts lines = lines_of(text);
  const Texts names = fields_of(lines.at(0));
  std::vector<Row> rows;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const Texts fields = fields_of(lines[i]);
    REQUIRE(fields.size() == names.size());
    Row row;
    for (std::size_t j = 0; j < fields.size(); ++j) row[names[j]] = fields[j];
    rows.push_back(std::move(row));
  }
  return rows;
}

double number(const Row& row, const std::string& name) { return std::stod(row.at(name)); }

// A sweep that is done at once, with rows of all kinds: some combinations stand still.
const Texts small{"sweep", "--consumers", "1:3", "--sentinels",    "1,3", "--consume-delay", "20ms|exp:30ms|0.01,0.05", "--items",
                  "30",    "--seed",      "7",   "--replications", "5"};

struct Exports {
  explicit Exports(const TemporaryFolder& folder, const std::string& name)
      : csv(folder.path(name + ".csv")),
        json(folder.path(name + ".json")),
        html(folder.path(name + ".html")),
        flags{"--export-csv", csv, "--export-json", json, "--export-html", html} {}
  std::string csv;
  std::string json;
  std::string html;
  Texts flags;
};

// Erlang's formula for the share of arrivals that have to wait, by the recursion of his other one.
double share_that_waits(std::size_t servers, double load) {
  double blocked = 1;
  for (std::size_t n = 1; n <= servers; ++n) blocked = load * blocked / (static_cast<double>(n) + load * blocked);
  const double busy = load / static_cast<double>(servers);
  return blocked / (1 - busy * (1 - blocked));
}

double mean_wait(std::size_t servers, double load, double service) {
  return share_that_waits(servers, load) * service / (static_cast<double>(servers) - load);
}

TEST_CASE("Erlang's formula gives what the textbook prints") {
  CHECK(share_that_waits(1, 0.7) == doctest::Approx(0.7).epsilon(1e-12));
  CHECK(share_that_waits(2, 1.5) == doctest::Approx(9.0 / 14).epsilon(1e-12));
  CHECK(mean_wait(1, 0.5, 1) == doctest::Approx(1).epsilon(1e-12));
  CHECK(mean_wait(2, 1, 1) == doctest::Approx(1.0 / 3).epsilon(1e-12));
}

TEST_CASE("the intervals of the mean wait have Erlang's value in them, in at least 90 % of 200 cells") {
#ifdef __SANITIZE_ADDRESS__
  const std::vector<double> utilizations{0.7};
  constexpr std::size_t times = 3;
  MESSAGE("24 cells only, since sanitizers are slow");
#else
  const std::vector<double> utilizations{0.5, 0.6, 0.7, 0.8, 0.85};
  constexpr std::size_t times = 5;
#endif
  constexpr std::size_t replications = 20;
  constexpr double quantile = 2.093024054408263;  // of Student's t for 19 degrees of freedom
  std::size_t seed = 1;
  std::size_t cells = 0;
  std::size_t hits = 0;
  double deviations = 0;
  for (std::size_t consumers = 1; consumers <= 8; ++consumers)
    for (const double utilization : utilizations) {
      const std::string gap = std::to_string(1 / (utilization * static_cast<double>(consumers)));
      const double expected = mean_wait(consumers, 1 / std::stod(gap), 1);
      // Each cell has seeds of its own: on the same work all would be right, or wrong, together.
      std::string seeds;
      for (std::size_t i = 0; i < times; ++i, seed += replications) {
        if (i > 0) seeds += ',';
        seeds += std::to_string(seed);
      }
      for (const Row& row : read_csv(done({"sweep", "--consumers", std::to_string(consumers), "--produce-delay", "exp:" + gap,
                                           "--consume-delay", "exp:1", "--seed", seeds, "--items", "8000", "--warmup", "1000",
                                           "--measure", "wait.mean", "--export-csv", "-"}))) {
        const double width = number(row, "wait.mean.high") - number(row, "wait.mean.low");
        ++cells;
        hits += number(row, "wait.mean.low") <= expected && expected <= number(row, "wait.mean.high");
        deviations += (number(row, "wait.mean") - expected) / (width / 2 / quantile);
        CHECK(width < 0.5 * expected);  // a wide interval has anything in it
      }
    }
  MESSAGE(hits << " of " << cells << " intervals have it");
  CHECK(cells == 8 * times * utilizations.size());
  CHECK(hits * 10 >= cells * 9);
  // The means lean to no side.
  CHECK(std::abs(deviations) < 3 * std::sqrt(static_cast<double>(cells)));
#ifndef __SANITIZE_ADDRESS__
  CHECK(hits < cells);
#endif
}

TEST_CASE("a sweep has a row for each combination, with what varies in front, and is the same for any number of threads") {
  TemporaryFolder folder;
  const Exports one(folder, "one");
  const std::string table = done(small + one.flags + Texts{"--jobs", "1"});
  const Texts lines = lines_of(table);
  REQUIRE(lines.size() == 19);
  CHECK(words_of(lines[0]) ==
        Texts{"consumers", "consume-delay", "sentinels", "makespan", "throughput", "wait.mean", "latency.p99", "utilization"});
  std::size_t index = 1;
  for (const std::string consumers : {"1", "2", "3"})
    for (const std::string delay : {"20ms", "exp:30ms", "0.01,0.05"})
      for (const std::string sentinels : {"1", "3"}) {
        const Texts words = words_of(lines[index]);
        CHECK(Texts(words.begin(), words.begin() + 3) == Texts{consumers, delay, sentinels});
        const bool stands_still = sentinels < consumers;
        CHECK((lines[index].find("deadlock in 5 of 5") != std::string::npos) == stands_still);
        ++index;
      }

  for (const std::string jobs : {"2", "3"}) {
    const Exports other(folder, jobs);
    CHECK(done(small + other.flags + Texts{"--jobs", jobs}) == table);
    CHECK(read_file(other.csv) == read_file(one.csv));
    CHECK(read_file(other.json) == read_file(one.json));
    CHECK(read_file(other.html) == read_file(one.html));
  }
}

TEST_CASE("each replication is the run with its seed, and the interval is around their mean") {
  TemporaryFolder folder;
  const Texts scenario{"--items", "50", "--consumers", "3", "--maxsize", "2", "--streams", "per-item"};
  const auto rows = read_csv(
      done(Texts{"sweep", "--seed", "11", "--replications", "3", "--measure", "makespan", "--export-csv", "-"} + scenario));
  REQUIRE(rows.size() == 1);
  std::vector<double> makespans;
  for (const std::string seed : {"11", "12", "13"}) {
    const std::string file = folder.path("run.json");
    CHECK(pcsim(Texts{"--clock", "virtual", "--trace", "none", "--seed", seed, "--export-json", file} + scenario).status == 0);
    const std::string json = read_file(file);
    const std::string key = "\"makespan\":";
    REQUIRE(json.find(key) != std::string::npos);
    makespans.push_back(std::stod(json.substr(json.find(key) + key.size())));
  }
  const double mean = (makespans[0] + makespans[1] + makespans[2]) / 3;
  double squares = 0;
  for (const double makespan : makespans) squares += (makespan - mean) * (makespan - mean);
  const double half_width = 4.302652729911275 * std::sqrt(squares / 2 / 3);
  CHECK(number(rows[0], "makespan") == doctest::Approx(mean).epsilon(1e-12));
  CHECK(number(rows[0], "makespan.low") == doctest::Approx(mean - half_width).epsilon(1e-9));
  CHECK(number(rows[0], "makespan.high") == doctest::Approx(mean + half_width).epsilon(1e-9));
}

TEST_CASE("a row that fails or stands still has its counts, and takes nothing from the others") {
  const auto rows = read_csv(done({"sweep", "--consumers", "1:3", "--sentinels", "2", "--items", "20", "--replications", "4",
                                   "--measure", "makespan", "--export-csv", "-"}));
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].at("done") == "4");
  CHECK(rows[1].at("done") == "4");
  CHECK(rows[2].at("done") == "0");
  CHECK(rows[2].at("deadlocks") == "4");
  CHECK(rows[2].at("makespan") == "");
  const std::string failing = done({"sweep", "--consumers", "1,2", "--items", "20", "--fail-at", "7", "--replications", "4"});
  for (const std::string& line : {lines_of(failing).at(1), lines_of(failing).at(2)}) CHECK(line.ends_with("failure in 4 of 4"));
}

TEST_CASE("sets may be in a scenario file, and a flag wins over them") {
  TemporaryFolder folder;
  const std::string file = folder.write("sets.toml",
                                        "consumers = \"1:3\"\nmaxsize = \"0,4\"\nconsume-delay = \"20ms|exp:30ms\"\n"
                                        "items = 25\ntimeout = 0.2\nclock = \"wall\"\nspeed = 3\n");
  const Texts rest{"--replications", "3", "--export-csv", "-"};
  const Texts flags{"--consume-delay", "20ms|exp:30ms", "--items", "25", "--timeout", "0.2"};
  const std::string all = done(Texts{"sweep", file} + rest);
  CHECK(all == done(Texts{"sweep", "--consumers", "1:3", "--maxsize", "0,4"} + flags + rest));
  CHECK(read_csv(all).size() == 12);
  CHECK(done(Texts{"sweep", file, "--consumers", "2"} + rest) ==
        done(Texts{"sweep", "--consumers", "2", "--maxsize", "0,4"} + flags + rest));
  CHECK(done(Texts{"sweep", file, "--maxsize", "1:3:2", "--consumers", "7,9"} + rest) ==
        done(Texts{"sweep", "--maxsize", "1,3", "--consumers", "7,9"} + flags + rest));
  check_refused(pcsim({"replay", file, "--clock", "virtual"}), {file + ":1: consumers: "});
  check_refused(pcsim({"sweep", folder.write("twice.toml", "items = 3\nconsumers = \"1:3,2\"\n")}),
                {"twice.toml:2: consumers: ", "twice"});
}

TEST_CASE("a list in a scenario file is a set, as its text is") {
  const TemporaryFolder folder;
  const std::string texts = folder.write(
      "texts.toml",
      "items = 20\nconsumers = \"1,2,4\"\nconsume-delay = \"0.1|10ms,50ms|exp:50ms\"\ntimeout = \"0.2,1\"\nlimit = 1\n");
  const std::string lists = folder.write("lists.toml",
                                         "items = 20\nconsumers = [1, \"2\", 4]\nconsume-delay = [0.1, \"10ms,50ms\", "
                                         "\"exp:50ms\"]\ntimeout = [0.2, 1.0]\nlimit = [1]\n");
  for (const Texts& more : {Texts{}, Texts{"--consumers", "3"}}) {
    const Texts arguments =
        with({"--replications", "2", "--export-csv", "-", "--arrivals", folder.write("log.csv", "at\n1\n2\n")}, more);
    CHECK(done(with({"sweep", lists}, arguments)) == done(with({"sweep", texts}, arguments)));
  }
  CHECK(done({"compare", folder.write("list.toml", "clock = \"virtual\"\nconsumers = [1, 2]\n")}) ==
        done({"compare", "--clock", "virtual", "--consumers", "1,2"}));

  const auto refused = [&](const std::string& command, const std::string& text, const Texts& parts) {
    check_refused(pcsim({command, folder.write("bad.toml", text)}), parts);
  };
  refused("sweep", "seed = 1\nconsumers = [1, true]\n", {"bad.toml:2: consumers: ", "whole number, or a list of several"});
  refused("sweep", "consumers = [1, [2]]\n", {"bad.toml:1: consumers: ", "or a list"});
  refused("sweep", "consumers = [1, 1]\n", {"bad.toml:1: consumers: ", "has 1 twice"});
  refused("sweep", "consumers = []\n", {"bad.toml:1: consumers: ", "empty"});
  refused("sweep", "consumers = [1, -1]\n", {"bad.toml:1: consumers: ", "'-1'"});
  refused("sweep", "clock = [\"virtual\"]\n", {"bad.toml:1: clock: the value must be a text"});
  refused("replay", "consumers = [1, 2]\n", {"bad.toml:1: consumers: several values are for pcsim sweep; here", "whole number"});
  refused("compare", "items = [1, 2]\n", {"bad.toml:1: items: several values are for pcsim sweep; here", "whole number"});
}

TEST_CASE("one value only is a sweep of one row, with per-item streams unless asked otherwise") {
  const Texts rest{"--items", "200", "--replications", "3", "--export-csv", "-"};
  const std::string usual = done(Texts{"sweep"} + rest);
  CHECK(read_csv(usual).size() == 1);
  CHECK(usual == done(Texts{"sweep", "--streams", "per-item"} + rest));
  CHECK(usual != done(Texts{"sweep", "--streams", "shared"} + rest));
}

TEST_CASE("what makes no sense for a sweep is refused before anything has run") {
  TemporaryFolder folder;
  const std::string part = folder.path("part");
  struct Bad {
    Texts arguments;
    Texts parts;
  };
  for (const Bad& bad : std::vector<Bad>{
           {{"--clock", "wall"}, {"--clock", "'wall'"}},
           {{"--speed", "2"}, {"--speed"}},
           {{"--consumers", "1:x"}, {"--consumers", "'x'"}},
           {{"--consumers", "1:"}, {"--consumers", "'1:'", "FROM:TO"}},
           {{"--consumers", "1,1"}, {"--consumers", "twice"}},
           {{"--consumers", "1:100000", "--maxsize", "1:100000"}, {"10000000 runs"}},
           {{"--consumers", "1:65536", "--items", "1:65536", "--maxsize", "1:65536", "--limit", "1:65536"}, {"10000000 runs"}},
           {{"--replications", "1"}, {"--replications", "'1'"}},
           {{"--jobs", "0"}, {"--jobs", "'0'"}},
           {{"--seed", "9223372036854775807"}, {"--seed", "9223372036854775807"}},
           {{"--seed", "1,9223372036854775800"}, {"--seed", "9223372036854775800"}},
           {{"--measure", "makespan,nope"}, {"--measure", "'nope'", "latency.p99", "utilization"}},
           {{"--measure", "makespan,makespan"}, {"--measure", "'makespan'", "twice"}},
           {{"--threads", "1,2"}, {"--threads", "--work thread"}},
           {{"--items", "5,9", "--fail-at", "7"}, {"--fail-at", "no item 7"}},
           {{"--shard", "1/2"}, {"--shard", "--part"}},
           {{"--part", part}, {"--shard", "--part"}},
           {{"--part", part, "--shard", "0/2"}, {"--shard", "'0'"}},
           {{"--part", part, "--shard", "3/2"}, {"--shard", "'3'", "from 1 to 2"}},
           {{"--part", part, "--shard", "1/0"}, {"--shard", "'0'"}},
           {{"--part", part, "--shard", "1"}, {"--shard", "K/N"}},
           {{"--part", part, "--shard", "1/2/3"}, {"--shard", "'2/3'"}},
           {{"--part", part, "--shard", "-1/2"}, {"--shard", "'-1'"}},
           {{"--part", part, "--shard", "1/2", "--export-csv", folder.path("table")}, {"--part", "merge"}},
           {{"--part", part, "--shard", "1/2", "--export-html", folder.path("table")}, {"--part", "merge"}},
           {{"--part", folder.path("no/such/folder"), "--shard", "1/2"}, {"--part", "no/such/folder"}},
           {{"--export-csv", folder.path("no/such/folder")}, {"--export-csv", "no/such/folder"}},
           {{"--export-csv", "-", "--export-json", "-"}, {"stdout is taken"}},
           {{"--export-html", "-", "--export-json", "-"}, {"stdout is taken"}},
       }) {
    CAPTURE(command_line(bad.arguments));
    check_refused(pcsim(Texts{"sweep"} + bad.arguments), bad.parts);
    CHECK(!std::filesystem::exists(part));
  }
}

Texts parts_of(const TemporaryFolder& folder, const Texts& sweep, std::size_t n) {
  Texts parts;
  for (std::size_t k = 1; k <= n; ++k) {
    parts.push_back(folder.path("part-" + std::to_string(k) + "-of-" + std::to_string(n)));
    CHECK(done(sweep + Texts{"--shard", std::to_string(k) + "/" + std::to_string(n), "--part", parts.back()}) == "");
  }
  return parts;
}

TEST_CASE("parts that are merged are the very bytes of one machine, in any order and for any number of them") {
  TemporaryFolder folder;
  const Texts tiny{"sweep", "--items", "3", "--consumers", "1,2", "--replications", "2"};
  const auto check = [&](const Texts& sweep, const std::vector<std::size_t>& numbers) {
    const Exports whole(folder, "whole");
    const std::string table = done(sweep + whole.flags);
    for (const std::size_t n : numbers) {
      CAPTURE(n);
      Texts parts = parts_of(folder, sweep, n);
      for (int i = 0; i < 2; ++i) {
        const Exports merged(folder, "merged");
        CHECK(done(Texts{"merge"} + parts + merged.flags) == table);
        CHECK(read_file(merged.csv) == read_file(whole.csv));
        CHECK(read_file(merged.json) == read_file(whole.json));
        CHECK(read_file(merged.html) == read_file(whole.html));
        std::reverse(parts.begin(), parts.end());
      }
    }
  };
  check(small, {1, 2, 5});
  check(tiny, {4, 5, 9});  // some have nothing to do
}

TEST_CASE("shards may be done by so many processes at the same time") {
  TemporaryFolder folder;
  constexpr std::size_t n = 5;
  std::vector<std::unique_ptr<Process>> processes;
  Texts parts;
  for (std::size_t k = 1; k <= n; ++k) {
    parts.push_back(folder.path(std::to_string(k)));
    processes.push_back(std::make_unique<Process>(
        small + Texts{"--jobs", std::to_string(k), "--shard", std::to_string(k) + "/5", "--part", parts.back()}));
  }
  for (const auto& process : processes) CHECK(process->end().status == 0);
  const Exports whole(folder, "whole");
  const Exports merged(folder, "merged");
  CHECK(done(Texts{"merge"} + parts + merged.flags) == done(small + whole.flags));
  CHECK(read_file(merged.csv) == read_file(whole.csv));
  CHECK(read_file(merged.json) == read_file(whole.json));
  CHECK(read_file(merged.html) == read_file(whole.html));
}

TEST_CASE("parts that do not make up a sweep are refused in one line that names the file") {
  TemporaryFolder folder;
  const Texts parts = parts_of(folder, small, 3);
  const std::string other = folder.path("other");
  done(small + Texts{"--items", "31", "--shard", "2/3", "--part", other});
  const std::string of_four = folder.path("of four");
  done(small + Texts{"--shard", "2/4", "--part", of_four});
  const std::string copy = folder.write("copy", read_file(parts[1]));
  const std::string text = read_file(parts[1]);
  const auto changed = [&](const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return folder.write("changed", std::string(text).replace(at, from.size(), to));
  };
  const auto with_second = [&](const std::string& second) { return Texts{"merge", parts[0], second, parts[2]}; };

  check_refused(pcsim({"merge"}), {"merge", "PART"});
  check_refused(pcsim({"merge", folder.path("none")}), {"none", "No such file"});
  check_refused(pcsim({"merge", folder.path("")}), {folder.path("") + ":1: Is a directory"});
  check_refused(pcsim({"merge", "/dev/zero"}), {"/dev/zero:1: this line is longer than 64 MiB"});
  check_refused(pcsim({"merge", parts[0], parts[1], copy, parts[2]}), {copy + ":1: ", "2/3", "twice", parts[1]});
  check_refused(pcsim(with_second(other)), {other + ":1: ", "another sweep", parts[0]});
  check_refused(pcsim(with_second(of_four)), {of_four + ":1: ", "one of 4 parts", parts[0]});
  for (const std::string& garbage :
       {std::string(), std::string("\n"), std::string("{}"), std::string("{}\n"), std::string("[1]\n"), std::string("null\n"),
        std::string("nonsense\n"), std::string("\0\x01\xff\n", 4), std::string("{\"pcsim-part\":1}\n"),
        std::string("{\"pcsim-part\":\"1\"}\n"), read_file(scenario_file("lesson"))})
    check_refused(pcsim(with_second(folder.write("garbage", garbage))), {"garbage:1: "});

  check_refused(pcsim(with_second(changed("\"pcsim-part\":1", "\"pcsim-part\":2"))), {"changed:1: ", "schema 2"});
  check_refused(pcsim(with_second(changed("\"version\":\"", "\"version\":\"9"))), {"changed:1: ", "version"});
  check_refused(pcsim(with_second(changed("\"version\":\"", "\"version\":9, \"was\":\""))), {"changed:1: "});
  check_refused(pcsim(with_second(changed("\"k\":2", "\"k\":0"))), {"changed:1: ", "0/3"});
  check_refused(pcsim(with_second(changed("\"k\":2", "\"k\":4"))), {"changed:1: ", "4/3"});
  check_refused(pcsim({"merge", changed("\"n\":3", "\"n\":0")}), {"changed:1: "});
  check_refused(pcsim(with_second(changed("\"replications\":5", "\"replications\":4"))), {"changed:1: ", "another sweep"});
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"\"replications\":5", "\"replications\":0"},
           {"\"replications\":5", "\"replications\":18446744073709551615"},
           {"\"consumers\",\"values\":[\"1\",\"2\",\"3\"]", "\"consumers\",\"values\":[]"},
           {"\"consumers\",\"values\":[\"1\",\"2\",\"3\"]", "\"consumers\",\"values\":[\"0\"]"},
           {"\"consumers\",\"values\":[\"1\",\"2\",\"3\"]", "\"nothing\",\"values\":[\"1\"]"},
           {"\"consumers\",\"values\":[\"1\",\"2\",\"3\"]", "\"threads\",\"values\":[\"1\"]"},
           {"\"consumers\",\"values\":[\"1\",\"2\",\"3\"]}",
            "\"consumers\",\"values\":[\"1\"]},{\"setting\":\"consumers\",\"values\":[\"1\"]}"},
           {"\"measures\":[\"makespan\"", "\"measures\":[\"nonsense\""},
           {"\"measures\":[\"makespan\"", "\"measures\":[\"makespan\",\"makespan\""},
           {"\"plan\":", "\"plan\":1,\"was\":"},
           {"\"plan\":", "\"was\":"},
       })
    check_refused(pcsim({"merge", changed(from, to)}), {"changed:1: "});

  check_refused(pcsim(with_second(changed("\n1,", "\n0,"))), {"changed:2: ", "piece 0"});
  check_refused(pcsim(with_second(changed("\n4,", "\n1,"))), {"changed:3: ", "piece 1", "twice"});
  check_refused(pcsim(with_second(changed("\n4,", "\n400000,"))), {"changed:3: ", "piece 400000"});
  check_refused(pcsim(with_second(changed(",done", ",gone"))), {"changed:2: "});
  check_refused(pcsim(with_second(changed(",done,", ",done,x"))), {"changed:2: "});
  check_refused(pcsim(with_second(changed(",done,", ",done,1,"))), {"changed:2: "});
  check_refused(pcsim(with_second(changed("\n4,", "\n\n4,"))), {"changed:3: "});

  // Cut short within its first line.
  for (std::size_t size = 0; size < text.find('\n'); size += 1 + size / 8)
    check_refused(pcsim(with_second(folder.write("short", text.substr(0, size)))), {folder.path("short") + ":1: "});
}

// The rows of some combinations, as they are in the table of all.
void check_rows(const std::string& table, const std::vector<Row>& all) {
  for (const Row& row : read_csv(table)) {
    CAPTURE(row.at("consumers"));
    CHECK(std::find(all.begin(), all.end(), row) != all.end());
  }
}

TEST_CASE("parts that are missing, or not complete, are merged into the rows that are complete, and what is missing is said") {
  TemporaryFolder folder;
  const Texts sweep{"sweep", "--consumers", "1:7", "--items", "30", "--replications", "4"};
  const auto all = read_csv(done(sweep + Texts{"--export-csv", "-"}));
  // A combination's replications are the work of all four, so a part that is missing leaves none.
  const Texts parts = parts_of(folder, sweep, 4);
  const Ended one = pcsim({"merge", parts[1], "--export-csv", "-"});
  CHECK(one.status == 1);
  CHECK(lines_of(one.out).size() == 1);
  CHECK(one.err == "pcsim: of 4 parts these are missing: 1,3-4\npcsim: 7 of 7 combinations are missing\n");

  // Cut short anywhere beyond its first line: within a line, or between two.
  const std::string text = read_file(parts[2]);
  std::size_t most = 0;
  std::size_t least = 7;
  for (std::size_t size = text.find('\n') + 1; size < text.size(); size += 7) {
    const std::string cut = folder.write("cut", text.substr(0, size));
    const auto there =
        static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size), '\n')) - 1;
    const Ended merged = pcsim({"merge", parts[3], cut, parts[1], parts[0], "--export-csv", "-"});
    CAPTURE(merged.err);
    CHECK(merged.status == 1);
    CHECK(merged.err == "pcsim: " + cut + ": " + std::to_string(7 - there) + " of this part's 7 runs are missing\npcsim: " +
                            std::to_string(7 - there) + " of 7 combinations are missing\n");
    CHECK(read_csv(merged.out).size() == there);
    check_rows(merged.out, all);
    most = std::max(most, there);
    least = std::min(least, there);
  }
  CHECK(most == 6);
  CHECK(least == 0);
}

TEST_CASE("a signal ends a sweep soon: what is complete is printed, what is missing is said") {
  const Texts endless{"sweep", "--items", "10,3000000000", "--replications", "2", "--trace", "none"};
  const Texts complete = lines_of(done({"sweep", "--items", "10,11", "--replications", "2"}));
  for (const auto& [signal, status] : {std::pair{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 129}})
    for (const std::string jobs : {"1", "3"}) {
      TemporaryFolder folder;
      const Exports files(folder, "files");
      Process process(endless + files.flags + Texts{"--jobs", jobs});
      wait_for_files(process, folder);
      process.wait_for(Seconds(0.3));
      process.send(signal);
      const Ended ended = process.end();
      CAPTURE(ended.err);
      CHECK(ended.status == status);
      const Texts lines = lines_of(ended.out);
      REQUIRE((lines.size() == 1 || lines.size() == 2));
      CHECK(ended.err == "pcsim: interrupted: " + std::to_string(3 - lines.size()) + " of 2 combinations are missing\n");
      const auto rows = read_csv(read_file(files.csv));
      CHECK(rows.size() == lines.size() - 1);
      if (lines.size() == 2) {
        CHECK(words_of(lines[1]) == words_of(complete[1]));  // the columns may be of other widths
        CHECK(!lines[1].ends_with(' '));
      }
    }
}

Surroundings terminal() {
  return {.err = Surroundings::Stream::terminal, .environment = {{"TERM", "xterm"}, {"COLUMNS", "200"}}};
}

// Two combinations, of which the first is done at once, and the second never.
const Texts half_endless{"sweep", "--items", "10,3000000000", "--replications", "2", "--jobs", "1"};

TEST_CASE("a part that was interrupted has all that was done, however often it was, and can be merged") {
  const std::string row = lines_of(done({"sweep", "--items", "10", "--replications", "2"})).at(1);
  for (const auto& [signal, status] : {std::pair{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 129}}) {
    TemporaryFolder folder;
    const std::string part = folder.path("part");
    Process process(half_endless + Texts{"--shard", "1/1", "--part", part}, terminal());
    process.wait_for_error("2 of 4 runs");
    for (int i = 0; i < 20; ++i) process.send(signal);
    const Ended ended = process.end();
    CHECK(ended.status == status);
    CHECK(ended.err.find("pcsim: interrupted: 2 of this part's 4 runs are missing") != std::string::npos);
    const Ended merged = pcsim({"merge", part});
    CHECK(merged.status == 1);
    CHECK(merged.err == "pcsim: " + part + ": 2 of this part's 4 runs are missing\npcsim: 1 of 2 combinations are missing\n");
    CHECK(words_of(lines_of(merged.out).at(1)) == Texts{"10"} + words_of(row));
  }
}

TEST_CASE("under nohup a sweep goes on when the terminal hangs up") {
  Surroundings nohup = terminal();
  nohup.ignore_sighup = true;
  Process process(half_endless, nohup);
  process.wait_for_error("2 of 4 runs");
  process.send(SIGHUP);
  process.wait_for(Seconds(0.3));
  process.send(SIGTERM);
  CHECK(process.end().status == 143);
}

TEST_CASE("what was done before a run throws is written, in a part and in a table") {
  TemporaryFolder folder;
  const std::string log = folder.write("log", "at\n1\n2\n3\n");
  const Texts sweep{"sweep",          "--arrivals", log,      "--consumers", "1,2",       "--consume-delay", "exp:1",
                    "--replications", "500000",     "--jobs", "2",           "--measure", "makespan"};
  const auto until_the_log_is_shorter = [&](const Texts& arguments) {
    folder.write("log", "at\n1\n2\n3\n");
    Process process(sweep + arguments, terminal());
    process.wait_for_error(" of 1000000 runs [");
    std::filesystem::resize_file(log, 5);
    const Ended ended = process.end();
    CAPTURE(ended.err);
    CHECK(ended.status == 1);
    CHECK(ended.err.find(log) != std::string::npos);
    CHECK(ended.err.find(" are missing") != std::string::npos);
    return ended;
  };
  const std::string part = folder.path("part");
  until_the_log_is_shorter({"--shard", "1/1", "--part", part});
  CHECK(lines_of(read_file(part)).size() > 1);
  CHECK(pcsim({"merge", part}).status == 1);
  CHECK(lines_of(until_the_log_is_shorter({}).out).size() == 1);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which take far more of it for themselves
TEST_CASE("what was done before memory ran out is written") {
  TemporaryFolder folder;
  const std::string part = folder.path("part");
  const Surroundings cramped{.memory = 300'000'000};
  const Texts sweep{"sweep", "--consumers", "1,2,1000000", "--replications", "2", "--jobs", "1"};
  const Ended ended = pcsim(sweep + Texts{"--shard", "1/1", "--part", part}, cramped);
  CHECK(ended.status == 1);
  CHECK(ended.err == "pcsim: 2 of this part's 6 runs are missing\npcsim: out of memory\n");
  CHECK(lines_of(pcsim({"merge", part}).out).size() == 3);
  const Ended table = pcsim(sweep, cramped);
  CHECK(table.status == 1);
  CHECK(table.err == "pcsim: 1 of 3 combinations are missing\npcsim: out of memory\n");
  CHECK(lines_of(table.out).size() == 3);
}
#endif

TEST_CASE("an output that cannot be written takes no other one with it") {
  TemporaryFolder folder;
  const Exports whole(folder, "whole");
  const std::string table = done(small + whole.flags);
  const Exports files(folder, "files");
  const Ended full = pcsim(small + Texts{"--export-json", "/dev/full", "--export-csv", files.csv, "--export-html", "/dev/full"});
  CHECK(full.status == 1);
  CHECK(full.err == "pcsim: /dev/full: No space left on device\npcsim: /dev/full: No space left on device\n");
  CHECK(full.out == table);
  CHECK(read_file(files.csv) == read_file(whole.csv));
  for (const auto stream : {Surroundings::Stream::closed_pipe, Surroundings::Stream::full_device}) {
    const Exports others(folder, "others");
    const Ended ended = pcsim(small + others.flags, {.out = stream});
    CHECK((ended.status == 1 || ended.signal == SIGPIPE));
    CHECK(read_file(others.csv) == read_file(whole.csv));
    CHECK(read_file(others.json) == read_file(whole.json));
    CHECK(read_file(others.html) == read_file(whole.html));
  }
  const Ended to_stdout =
      pcsim(small + Texts{"--export-json", "-", "--export-csv", folder.path("csv")}, {.out = Surroundings::Stream::closed_pipe});
  CHECK(to_stdout.signal == SIGPIPE);
  CHECK(read_file(folder.path("csv")) == read_file(whole.csv));
}

}  // namespace
}  // namespace pcsim
