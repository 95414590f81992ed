#include "files.hpp"
#include "process.hpp"
#include "refusal.hpp"
#include "trace.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

namespace pcsim {
namespace {

namespace fs = std::filesystem;
using Stream = Surroundings::Stream;

const Texts quiet{"--clock", "virtual", "--trace", "none", "--summary", "none"};

// A folder with a file by the name of `file`, and other names that lead to it.
struct Names {
  explicit Names(std::string_view text, const std::string& ending = "") : file(folder.write("file" + ending, text)) {
    fs::create_symlink("file" + ending, folder.path("link" + ending));
    fs::create_hard_link(file, folder.path("hard" + ending));
    fs::create_directory_symlink(".", folder.path("folder"));
    for (const char* name : {"file", "link", "hard", "./file", "folder/file", "folder/link"})
      all.push_back(folder.path(name + ending));
  }
  TemporaryFolder folder;
  std::string file;
  Texts all;
};

TEST_CASE("no output is a file that is read, by whatever name") {
  const std::string log = "at\n0\n0.1\n0.2\n";
  const Names logs(log, ".csv");
  for (const std::string& name : logs.all) {
    check_refused(pcsim({"--arrivals", logs.file, "--export-events", name}), {"--export-events", name, "--arrivals"});
    check_refused(pcsim({"--arrivals", name, "--export-json", logs.file}), {"--export-json", logs.file, "--arrivals"});
    for (const char* command : {"compare", "sweep"})
      check_refused(pcsim({command, "--arrivals", logs.file, "--export-csv", name}), {"--export-csv", name, "--arrivals"});
    check_refused(pcsim({"sweep", "--arrivals", logs.file, "--shard", "1/2", "--part", name}), {"--part", name});
  }
  CHECK(read_file(logs.file) == log);

  const std::string scenario = "items = 3\n";
  const Names scenarios(scenario);
  for (const std::string& name : scenarios.all) {
    for (const char* option : {"--save", "--export-json", "--export-perfetto", "--export-html"})
      check_refused(pcsim({"replay", scenarios.file, option, name}), {option, name, "scenario"});
    check_refused(pcsim({"replay", "-", "--save", name}, {.in = scenarios.file}), {"--save", name, "scenario"});
    for (const char* command : {"compare", "sweep"})
      check_refused(pcsim({command, scenarios.file, "--export-json", name}), {"--export-json", name, "scenario"});
  }
  CHECK(read_file(scenarios.file) == scenario);

  const std::string trace = read_file(golden_file("lesson"));
  const Names traces(trace);
  for (const std::string& name : traces.all)
    check_refused(pcsim({"--verify", traces.file, "--export-json", name}), {"--export-json", name, "--verify"});
  CHECK(read_file(traces.file) == trace);
}

TEST_CASE("a table that parts are merged into is none of them") {
  const TemporaryFolder folder;
  const Texts sweep{"sweep", "--replications", "2", "--consumers", "1,2"};
  const std::string part = folder.path("part");
  REQUIRE(pcsim(with(sweep, {"--shard", "1/1", "--part", part})).status == 0);
  const std::string text = read_file(part);
  for (const char* option : {"--export-json", "--export-csv", "--export-html"})
    check_refused(pcsim({"merge", part, option, folder.path("./part")}), {option, "part"});
  CHECK(read_file(part) == text);
}

TEST_CASE("no output is another, by whatever name, whether it is there or not") {
  const Names names("as it was");
  for (const bool there : {true, false}) {
    if (!there) fs::remove(names.folder.path("hard"));
    if (!there) fs::remove(names.file);
    for (const std::string& name : names.all) {
      if (!there && name == names.folder.path("hard")) continue;
      CAPTURE(name);
      check_refused(pcsim(with(quiet, {"--export-json", names.file, "--export-html", name})),
                    {"--export-html", name, "--export-json"});
      check_refused(pcsim(with(quiet, {"--save", name, "--export-perfetto", names.file})), {"--export-perfetto", "--save"});
      check_refused(pcsim({"sweep", "--export-csv", name, "--export-json", names.file}), {"--export-csv", "--export-json"});
    }
    CHECK(fs::exists(names.file) == there);
  }
}

TEST_CASE("a device and a pipe take what several write") {
  CHECK(pcsim(with(quiet, {"--export-json", "/dev/null", "--export-html", "/dev/null"})).status == 0);
}

TEST_CASE("several scenarios have no file in common") {
  const TemporaryFolder folder;
  for (const char* option : {"--save", "--export-json", "--export-events", "--export-perfetto", "--export-html"}) {
    const std::string file = folder.path("x.csv");
    check_refused(pcsim({"replay", scenario_file("lesson"), scenario_file("timeout"), option, file}), {option, "one scenario"});
  }
  CHECK(folder.names().empty());
}

TEST_CASE("what stdout is called besides a dash is the same") {
  const Ended dash = pcsim({"--clock", "virtual", "--export-json", "-"});
  for (const char* name : {"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})
    CHECK(pcsim({"--clock", "virtual", "--export-json", name}).out == dash.out);
  check_refused(pcsim({"--export-json", "-", "--export-html", "/dev/stdout"}),
                {"--export-html", "stdout is taken by --export-json"});
}

TEST_CASE("a link that leads to itself is refused as what it is given for") {
  const TemporaryFolder folder;
  const std::string loop = folder.path("loop.csv");
  fs::create_symlink("loop.csv", loop);
  for (const char* option : {"--verify", "--arrivals", "--save", "--export-json", "--export-events"})
    check_refused(pcsim({"--clock", "virtual", option, loop}), {option, loop, "Too many levels of symbolic links"});
  check_refused(pcsim({"replay", loop}), {loop, "Too many levels of symbolic links"});
  check_refused(pcsim({"merge", loop}), {loop, "Too many levels of symbolic links"});
}

TEST_CASE("where one output cannot be had, the others are as they were") {
  const TemporaryFolder folder;
  const Texts files{folder.write("good.json", "json"), folder.write("good.csv", "csv"), folder.write("good.toml", "toml")};
  const std::string nowhere = "/nonexistent/x";
  for (const Texts& bad : {Texts{"--export-html", nowhere}, {"--export-perfetto", nowhere}, {"--verify", nowhere}})
    check_refused(pcsim(with({"--export-json", files[0], "--export-events", files[1], "--save", files[2]}, bad)),
                  {bad[0], nowhere});
  check_refused(pcsim({"sweep", "--export-json", files[0], "--export-csv", files[1], "--export-html", nowhere}),
                {"--export-html", nowhere});
  check_refused(pcsim({"compare", "--export-json", files[0], "--export-csv", nowhere}), {"--export-csv", nowhere});
  CHECK(read_file(files[0]) == "json");
  CHECK(read_file(files[1]) == "csv");
  CHECK(read_file(files[2]) == "toml");
  CHECK(folder.names() == Texts{"good.csv", "good.json", "good.toml"});
}

TEST_CASE("where one output of a run cannot be written whole, none takes its name") {
  const TemporaryFolder folder;
  const std::string json = folder.write("good.json", "as it was");
  const std::string toml = folder.write("good.toml", "as it was");
  const Texts whole{"--export-json", json, "--save", toml, "--export-perfetto", folder.path("other.json")};
  const Ended run = pcsim(with(with(quiet, whole), {"--export-html", "/dev/full"}));
  CHECK(run.status == 1);
  CHECK(run.err == "pcsim: /dev/full: No space left on device\n");
  CHECK(read_file(json) == "as it was");
  CHECK(read_file(toml) == "as it was");
  CHECK(folder.names() == Texts{"good.json", "good.toml"});
}

TEST_CASE("events are there for who follows them, as they happen") {
  const TemporaryFolder folder;
  const std::string file = folder.path("events.csv");
  Process run({"--items", "100000", "--export-events", file});
  run.wait_for_output(" PROD 3\n");
  const std::string seen = read_file(file);
  CHECK(seen.find(",put,P1,3,") != std::string::npos);
  CHECK(seen.ends_with('\n'));
  run.send(SIGKILL);
}

TEST_CASE("a terminal that goes away ends a run as SIGTERM does, and all that was seen is in the files") {
  const TemporaryFolder folder;
  const std::string events = folder.path("events.csv");
  const std::string json = folder.write("results.json", "as it was");
  Process run({"--items", "100000", "--export-events", events, "--export-json", json});
  run.wait_for_output(" PROD 3\n");
  run.send(SIGHUP);
  const Ended ended = run.end();
  CHECK(ended.status == 129);
  CHECK(ended.out.ends_with(" DONE\n"));
  CHECK(read_file(events).find(",end,,,\n") != std::string::npos);
  CHECK(read_file(json).find("\"outcome\":\"stopped\"") != std::string::npos);
  CHECK(folder.names() == Texts{"events.csv", "results.json"});

  Process sweep({"sweep", "--items", "10,3000000000", "--replications", "2", "--export-csv", folder.path("table.csv")});
  while (folder.names().size() == 2 && sweep.running()) sweep.wait_for(std::chrono::milliseconds(10));
  sweep.send(SIGHUP);
  CHECK(sweep.end().status == 129);
}

TEST_CASE("who is told to ignore that a terminal goes away does") {
  for (const Texts& arguments : {Texts{"--items", "12"}, {"sweep", "--items", "1000", "--replications", "200"}}) {
    Process run(arguments, {.ignore_sighup = true});
    for (int i = 0; i < 10; ++i) {
      run.wait_for(std::chrono::milliseconds(10));
      run.send(SIGHUP);
    }
    CHECK(run.end().status == 0);
  }
}

TEST_CASE("the summary of a run whose reader has gone is not missed, and its events are kept") {
  const TemporaryFolder folder;
  const std::string events = folder.path("events.csv");
  const std::string json = folder.write("results.json", "as it was");
  const Ended run = pcsim({"--clock", "virtual", "--items", "1000", "--export-events", events, "--export-json", json},
                          {.out = Stream::closed_pipe});
  CHECK(run.signal == SIGPIPE);
  CHECK(run.err == "");
  CHECK(read_file(json) == "as it was");
  const std::string seen = read_file(events);
  CHECK(seen.find(",put,P1,1,") != std::string::npos);
  CHECK(seen.ends_with('\n'));
  CHECK(folder.names() == Texts{"events.csv", "results.json"});
}

TEST_CASE("no file gets what is meant for a closed stdout or stderr") {
  const TemporaryFolder folder;
  const std::string json = folder.path("results.json");
  const std::string events = folder.path("events.csv");
  const Texts run{"--clock", "virtual",       "--work", "block",           "--slow-callback",
                  "1ms",     "--export-json", json,     "--export-events", events};
  for (const Texts& trace : {Texts{}, {"--trace", "none"}}) {
    REQUIRE(pcsim(with(run, trace)).status == 0);
    const std::string whole_json = read_file(json);
    const std::string whole_events = read_file(events);
    CHECK(pcsim(with(run, trace), {.out = trace.empty() ? Stream::captured : Stream::closed, .err = Stream::closed}).status == 0);
    CHECK(read_file(json) == whole_json);
    CHECK(read_file(events) == whole_events);
  }
}

TEST_CASE("a trace or a table that nobody can read is an error that names stdout, before anything has run") {
  const TemporaryFolder folder;
  for (const Texts& arguments : {Texts{"--clock", "virtual"},
                                 {"--clock", "virtual", "--export-json", folder.path("x")},
                                 {"--save", "-"},
                                 {"compare", "--clock", "virtual", "--export-csv", folder.path("x")},
                                 {"sweep", "--export-csv", folder.path("x")},
                                 {"size", "--vary", "consumers=1:2", "--target", "latency.p99 < 1"}}) {
    CAPTURE(command_line(arguments));
    const Ended run = pcsim(arguments, {.out = Stream::closed});
    check_refused(run, {"stdout is closed"});
  }
  CHECK(folder.names().empty());
  CHECK(pcsim({"--help"}, {.out = Stream::closed}).err.find("stdout is closed") != std::string::npos);
}

}  // namespace
}  // namespace pcsim
