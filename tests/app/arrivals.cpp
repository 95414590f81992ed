#include "files.hpp"
#include "process.hpp"
#include "refusal.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace pcsim {
namespace {

using Texts = std::vector<std::string>;

Texts operator+(Texts a, const Texts& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::string done(const Texts& arguments) {
  const Ended ended = pcsim(arguments);
  CAPTURE(command_line(arguments));
  CAPTURE(ended.err);
  REQUIRE(ended.status == 0);
  return ended.out;
}

// Three come close together, so that one consumer has to let them wait.
const std::string three = "at,service\n0.5,1\n1,1\n1.25,2\n";

TEST_CASE("the items of a log come at its instants, and are worked on for its times") {
  TemporaryFolder folder;
  const std::string log = folder.write("log.csv", three);
  const Texts virtually{"--clock", "virtual", "--consumers", "1", "--arrivals", log};
  CHECK(done(virtually) ==
        "0.500 PROD 1\n1.000 PROD 2\n1.250 PROD 3\n1.500 C1 id=1 payload=1\n2.500 C1 id=2 payload=4\n"
        "4.500 C1 id=3 payload=9\n4.500 C1 STOP\n4.500 DONE\n");
  CHECK(done(virtually + Texts{"--arrivals-speed", "2"}) ==
        "0.250 PROD 1\n0.500 PROD 2\n0.625 PROD 3\n1.250 C1 id=1 payload=1\n2.250 C1 id=2 payload=4\n"
        "4.250 C1 id=3 payload=9\n4.250 C1 STOP\n4.250 DONE\n");
  CHECK(done(virtually + Texts{"--maxsize", "1"}) ==
        "0.500 PROD 1\n1.000 PROD 2\n1.500 C1 id=1 payload=1\n1.500 PROD 3\n2.500 C1 id=2 payload=4\n"
        "4.500 C1 id=3 payload=9\n4.500 C1 STOP\n4.500 DONE\n");
  CHECK(done({"--clock", "virtual", "--consumers", "1", "--consume-delay", "0.25", "--lock-delay", "0.5", "--streams", "per-item",
              "--arrivals", folder.write("at.csv", "at\n1\n2\n")}) ==
        "1.000 PROD 1\n1.750 C1 id=1 payload=1\n2.000 PROD 2\n2.750 C1 id=2 payload=4\n2.750 C1 STOP\n2.750 DONE\n");
}

TEST_CASE("with the wall clock a log is the same lines in the same order") {
  TemporaryFolder folder;
  const Texts arguments{"--arrivals", folder.write("log.csv", three), "--consumers", "2", "--maxsize", "1"};
  const auto events = [](const std::string& trace) {
    std::string all;
    for (std::size_t at = 0; at < trace.size(); at = trace.find('\n', at) + 1)
      all += trace.substr(trace.find(' ', at), trace.find('\n', at) + 1 - trace.find(' ', at));
    return all;
  };
  CHECK(events(done(arguments + Texts{"--speed", "100"})) == events(done(arguments + Texts{"--clock", "virtual"})));
}

TEST_CASE("compare, sweep and size take a log as any other work") {
  TemporaryFolder folder;
  std::string text = "at,service\n";
  for (int i = 0; i < 400; ++i) text += std::to_string(0.1 * i) + "," + std::to_string(0.15 + 0.001 * (i * 37 % 100)) + "\n";
  const std::string log = folder.write("log.csv", text);

  const std::string compared = done({"compare", "--arrivals", log, "--consumers", "1,2,4", "--clock", "virtual"});
  CHECK(compared.ends_with("\narrivals     400 items of " + log + "\n"));

  // Nothing is random in it, so all replications are one.
  const std::string swept = done({"sweep", "--arrivals", log, "--consumers", "1:3", "--arrivals-speed", "1,2", "--replications",
                                  "3", "--measure", "makespan,items.consumed", "--export-csv", "-"});
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < swept.size(); at = swept.find('\n', at) + 1)
    lines.push_back(swept.substr(at, swept.find('\n', at) - at));
  REQUIRE(lines.size() == 7);
  CHECK(lines[0] ==
        "consumers,arrivals-speed,done,deadlocks,failures,makespan,makespan.low,makespan.high,items.consumed,"
        "items.consumed.low,items.consumed.high");
  for (std::size_t i = 1; i < lines.size(); ++i) CHECK(lines[i].ends_with(",400,400,400"));
  CHECK(lines[1].starts_with("1,1,3,0,0,"));
  CHECK(lines[6].starts_with("3,2,3,0,0,"));

  const std::string sized = done({"size", "--arrivals", log, "--target", "wait.max < 1ms", "--vary", "consumers=1:20"});
  CHECK(sized.starts_with("consumers = 3\n"));
}

TEST_CASE("a path in a scenario file is relative to that file, and a saved scenario finds the log again") {
  TemporaryFolder folder;
  for (const char* name : {"logs", "other", "other/inner"}) std::filesystem::create_directory(folder.path(name));
  std::filesystem::create_directory_symlink("other/inner", folder.path("link"));
  folder.write("logs/log.csv", three);
  const std::string scenario =
      folder.write("scenario.toml", "arrivals = \"logs/log.csv\"\nconsumers = 1\nclock = \"virtual\"\nitems = 99\n");
  const std::string trace = done({"replay", scenario});
  CHECK(trace == done({"--clock", "virtual", "--consumers", "1", "--arrivals", folder.path("logs/log.csv")}));

  const auto path_in = [](const std::string& file) {
    const std::string text = read_file(file);
    const auto from = text.find("\narrivals = ") + 1;
    return text.substr(from, text.find('\n', from) - from);
  };
  for (const auto& [name, path] : std::vector<std::pair<std::string, std::string>>{{"saved.toml", "logs/log.csv"},
                                                                                   {"logs/saved.toml", "log.csv"},
                                                                                   {"other/saved.toml", "../logs/log.csv"},
                                                                                   {"link/saved.toml", "../../logs/log.csv"}}) {
    const std::string saved = folder.path(name);
    CAPTURE(saved);
    CHECK(done({"replay", scenario, "--arrivals-speed", "2", "--save", saved}) != trace);
    CHECK(path_in(saved) == "arrivals = \"" + path + "\"");
    CHECK(done({"replay", saved}) == done({"replay", scenario, "--arrivals-speed", "2"}));
    CHECK(done({"replay", saved, "--arrivals-speed", "1"}) == trace);
  }
  const Texts run{"--clock", "virtual", "--consumers", "1"};
  const std::string log = folder.path("logs/log.csv");
  const std::string saved = folder.path("from-here.toml");
  done(run + Texts{"--arrivals", std::filesystem::relative(log), "--save", saved});
  CHECK(path_in(saved) == "arrivals = \"logs/log.csv\"");
  CHECK(done({"replay", saved}) == trace);
  for (const Texts& absolute : {Texts{"--arrivals", log}, Texts{"replay", saved, "--arrivals", log}}) {
    done(absolute + run + Texts{"--save", folder.path("absolute.toml")});
    CHECK(path_in(folder.path("absolute.toml")) == "arrivals = \"" + log + "\"");
  }

  // What goes through a pipe lies nowhere.
  const std::string piped = done({"replay", scenario, "--save", "-"});
  CHECK(piped.find("arrivals = \"" + log + "\"\n") != std::string::npos);
}

TEST_CASE("a log that makes no sense is refused with its line, and nothing has run, whatever the command") {
  TemporaryFolder folder;
  const std::string unsorted = folder.write("unsorted.csv", "at,service\n1,1\n2,1\n1.5,1\n");
  for (const Texts& command : std::vector<Texts>{{},
                                                 {"compare", "--consumers", "1,2"},
                                                 {"sweep", "--consumers", "1,2"},
                                                 {"size", "--target", "makespan < 1", "--vary", "consumers=1:4"}})
    check_refused(pcsim(command + Texts{"--arrivals", unsorted}), {unsorted + ":4: '1.5'"});
  struct Bad {
    std::string text;
    std::string part;
  };
  for (const Bad& bad : std::vector<Bad>{{"", ":1: "},
                                         {"time\n1\n", ":1: there is no column 'at'"},
                                         {"at\nx\n", ":2: 'x'"},
                                         {"at,service\n1,2\n3,four\n", ":3: 'four'"},
                                         {"at,service\n1\n", ":2: "},
                                         {"at\n2026-03-01T12:00:00Z\n2026-03-01T11:59:59Z\n", ":3: "},
                                         {"at\n1\n2026-03-01T12:00:00Z\n", ":3: '2026-03-01T12:00:00Z' is not a time in seconds"},
                                         {"at\n2026-03-01T12:00:00Z\n1\n", ":3: '1' is not an ISO 8601 time"},
                                         {"at\n0\n1e10\n", ":3: "},
                                         {"At,Service\n1,1\n",
                                          ":1: there is no column 'at' in the first line, which must name the "
                                          "columns; it has 'At', 'Service'\n"}}) {
    const std::string log = folder.write("bad.csv", bad.text);
    check_refused(pcsim({"--clock", "virtual", "--arrivals", log}), {log + bad.part});
  }
  const std::string none = folder.path("none.csv");
  check_refused(pcsim({"--arrivals", none}), {"--arrivals: " + none + ": No such file or directory"});
  check_refused(pcsim({"--arrivals", folder.path("")}), {"--arrivals: ", "Is a directory"});
  check_refused(pcsim({"--arrivals", "/dev/null"}), {"/dev/null", "regular file"});
  const std::string scenario = folder.write("scenario.toml", "clock = \"virtual\"\narrivals = \"none.csv\"\n");
  check_refused(pcsim({"replay", scenario}), {scenario + ":2: arrivals: " + none + ": No such file or directory"});
  check_refused(pcsim({"replay", scenario, "--arrivals", "nope.csv"}),
                {"pcsim: --arrivals: nope.csv: No such file or directory"});

  const std::string log = folder.write("log.csv", three);
  check_refused(pcsim({"--arrivals", log, "--consume-delay", "1"}), {"--consume-delay", "--arrivals", "'service'"});
  check_refused(pcsim({"sweep", "--arrivals", log, "--consume-delay", "1|2"}), {"--consume-delay", "--arrivals", "'service'"});
  const std::string delays = folder.write("delays.toml", "consume-delay = \"1|2\"\n");
  check_refused(pcsim({"sweep", delays, "--arrivals", log}), {"--consume-delay", "--arrivals", "'service'"});
  check_refused(pcsim({"--arrivals", log, "--fail-at", "2,4"}), {"--fail-at: there is no item 4, the last one is 3"});
  const std::string failing = folder.write("failing.toml", "arrivals = \"log.csv\"\nfail-at = [4]\n");
  check_refused(pcsim({"replay", failing}), {failing + ":2: fail-at: there is no item 4, the last one is 3"});
  check_refused(pcsim({"sweep", failing, "--consumers", "1,2"}),
                {failing + ":2: fail-at: there is no item 4, the last one is 3"});
  check_refused(pcsim({"--arrivals", log, "--items", "3"}), {"--items", "--arrivals"});
  check_refused(pcsim({"--arrivals", log, "--produce-delay", "3"}), {"--produce-delay", "--arrivals"});
  check_refused(pcsim({"--arrivals", log, "--producers", "2"}), {"--producers", "--arrivals"});
  check_refused(pcsim({"--arrivals", log, "--produce-first"}), {"--produce-first", "--arrivals"});
  check_refused(pcsim({"--arrivals-speed", "2"}), {"--arrivals-speed", "--arrivals"});
  check_refused(pcsim({"--arrivals", log, "--arrivals-speed", "0"}), {"--arrivals-speed", "'0'"});
  check_refused(pcsim({"--arrivals", log, "--arrivals-speed", "1e-9"}), {log + ":4: '1.25'", "1e9", "at a speed of 1e-09"});
  check_refused(pcsim({"sweep", "--arrivals", log, "--arrivals-speed", "1,1e-9"}),
                {log + ":4: '1.25'", "1e9", "at a speed of 1e-09"});
  check_refused(pcsim({"size", "--arrivals", log, "--target", "makespan < 1", "--vary", "items=1:3"}), {"--items", "--arrivals"});
  const std::string sets = folder.write("sets.toml", "items = \"1:3\"\n");
  check_refused(pcsim({"sweep", sets, "--arrivals", log}), {"--items", "--arrivals"});
}

TEST_CASE("a column that means nothing is named in a warning, once for each log") {
  const TemporaryFolder folder;
  const std::string log = folder.write("log.csv", "id,at,service_ms\n1,1,5\n2,2,5\n");
  const std::string warning =
      "pcsim: " + log + ": only 'at' and 'service' mean something here; the log has 'id', 'service_ms' as well\n";
  const Texts arguments{"--clock", "virtual", "--summary", "none", "--consume-delay", "1", "--arrivals", log};
  CHECK(pcsim(arguments).err == warning);
  CHECK(pcsim(with({"sweep"}, {"--consumers", "1:4", "--arrivals-speed", "1,2", "--arrivals", log})).err == warning);
  const std::string one = folder.write("one.toml", "seed = 1\n");
  CHECK(pcsim(with({"replay", one, one}, arguments)).err == warning + "== " + one + "\n== " + one + "\n");
  CHECK(pcsim({"--clock", "virtual", "--summary", "none", "--arrivals", folder.write("known.csv", three)}).err == "");
}

TEST_CASE("a log may come from standard input or a pipe, whatever the command reads it for") {
  const TemporaryFolder folder;
  const std::string log = folder.write("log.csv", three);
  const std::string fifo = folder.path("pipe");
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const auto from_pipe = [&](const Texts& arguments) {
    std::jthread writer([&](std::stop_token end) {
      int descriptor = -1;
      while (descriptor < 0 && !end.stop_requested()) {  // until somebody reads
        descriptor = ::open(fifo.c_str(), O_WRONLY | O_NONBLOCK);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
      CHECK(::write(descriptor, three.data(), three.size()) == static_cast<ssize_t>(three.size()));
      ::close(descriptor);
    });
    return pcsim(arguments + Texts{"--arrivals", fifo}).out;
  };
  for (const Texts& command :
       std::vector<Texts>{{"--clock", "virtual"},
                          {"compare", "--consumers", "1,2", "--clock", "virtual", "--export-csv", "-"},
                          {"sweep", "--consumers", "1:3", "--arrivals-speed", "1,2", "--replications", "3"},
                          {"size", "--target", "wait.max < 1ms", "--vary", "consumers=1:4"},
                          {"replay", folder.write("one.toml", "seed = 1\nclock = \"virtual\"\n"), folder.path("one.toml")}}) {
    CAPTURE(command_line(command));
    const std::string expected = done(command + Texts{"--arrivals", log});
    CHECK(pcsim(command + Texts{"--arrivals", "-"}, {.in = log}).out == expected);
    CHECK(from_pipe(command) == expected);
  }
  const std::string scenario = folder.write("scenario.toml", "arrivals = \"-\"\nclock = \"virtual\"\n");
  CHECK(pcsim({"replay", scenario}, {.in = log}).out == done({"--clock", "virtual", "--arrivals", log}));
  CHECK(pcsim({"--arrivals", "-", "--save", "-"}, {.in = log}).out.find("arrivals = \"-\"\n") != std::string::npos);
  CHECK(pcsim({"compare", "--clock", "virtual", "--arrivals", "-"}, {.in = log}).out.ends_with("3 items of standard input\n"));
  check_refused(pcsim({"--arrivals", "-"}, {.in = folder.write("bad.csv", "at\nx\n")}), {"--arrivals: standard input:2: 'x'"});
  check_refused(pcsim({"replay", "-", "--arrivals", "-"}, {.in = folder.path("one.toml")}),
                {"--arrivals: standard input is the scenario"});
  Surroundings nowhere{.in = log};
  nowhere.environment["TMPDIR"] = folder.path("");
  CHECK(pcsim({"--clock", "virtual", "--arrivals", "-"}, nowhere).status == 0);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path("")), {}) == 5);  // what was written above, and no more
}

// Of so many items that a run which nobody reads the trace of is held up long before it has read them all.
std::string long_log(int items) {
  std::string text = "at,service\n";
  for (int i = 1; i <= items; ++i) text += std::to_string(i) + ",0.5\n";
  return text;
}

TEST_CASE("a log that grows while it is read is what it was when it was counted") {
  const TemporaryFolder folder;
  const std::string log = folder.write("log.csv", long_log(30'000));
  const Texts arguments{"--clock", "virtual", "--arrivals", log};
  const Ended before = pcsim(arguments);
  Process run(arguments);
  run.wait_for_output(" PROD 1\n");
  std::ofstream(log, std::ios::app) << "40000,0.5\n50000,0.5\n";
  const Ended after = run.end();
  CHECK(after.status == 0);
  CHECK(after.out == before.out);
  CHECK(after.err == before.err);
}

TEST_CASE("a log that has become shorter or different while it is read ends the run, with one line that says so") {
  const TemporaryFolder folder;
  const std::string text = long_log(30'000);
  std::string out_of_place = text;
  out_of_place.replace(out_of_place.find("\n25000,") + 1, 5, "24000");
  struct Change {
    std::string text;
    std::string part;
  };
  for (const Change& change :
       std::vector<Change>{{"", ": this has become shorter since it was first read\n"},
                           {std::string(text.size(), '1'), ": this has been written to since it was first read\n"},
                           {out_of_place + "30001,0.5\n", ":25001: '24000' is before"},
                           {text.substr(0, text.size() - 2) + "4\n30001,1\n", ": the log is not what it was"}}) {
    const std::string log = folder.write("log.csv", text);
    Process run({"--clock", "virtual", "--summary", "none", "--arrivals", log});
    run.wait_for_output(" PROD 1\n");
    folder.write("log.csv", change.text);
    std::filesystem::last_write_time(log, std::filesystem::last_write_time(log) + std::chrono::seconds(1));
    const Ended ended = run.end();
    CAPTURE(ended.err);
    CHECK(ended.status == 1);
    CHECK(ended.out.ends_with("\n"));
    CHECK(ended.err.starts_with("pcsim: " + log + change.part));
    CHECK(std::count(ended.err.begin(), ended.err.end(), '\n') == 1);
  }
}

// The most memory that a run takes, in bytes.
long peak_memory(const Texts& arguments) {
  Texts command = Texts{PCSIM_BINARY} + arguments;
  std::vector<char*> pointers;
  for (std::string& text : command) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  pid_t pid = 0;
  if (const int error = ::posix_spawn(&pid, PCSIM_BINARY, nullptr, nullptr, pointers.data(), environ); error != 0)
    throw std::system_error(error, std::generic_category(), PCSIM_BINARY);
  int status = 0;
  rusage usage{};
  REQUIRE(::wait4(pid, &status, 0, &usage) == pid);
  REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  return usage.ru_maxrss * 1024;
}

TEST_CASE("a log of a million lines takes no more memory than one of a thousand") {
  TemporaryFolder folder;
  const auto log_of = [&](int lines) {
    const std::string path = folder.path(std::to_string(lines));
    std::ofstream file(path);
    file << "at,service,what\n";
    for (int i = 0; i < lines; ++i) file << i / 100 << '.' << i / 10 % 10 << i % 10 << ",15ms,\"nothing, really\"\n";
    file.close();
    REQUIRE(file);
    return path;
  };
  const auto run_of = [&](int lines) {
    return peak_memory({"--clock", "virtual", "--trace", "none", "--summary", "none", "--arrivals", log_of(lines)});
  };
  const long few = run_of(1000);
  const long many = run_of(1'000'000);
  CAPTURE(few);
  CAPTURE(many);
  CHECK(std::filesystem::file_size(folder.path("1000000")) > 20'000'000);
  CHECK(many < few + 4'000'000);
}

}  // namespace
}  // namespace pcsim
