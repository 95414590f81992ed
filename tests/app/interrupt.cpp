#include "files.hpp"
#include "process.hpp"
#include "trace.hpp"

#include <support/count.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <random>
#include <string>
#include <vector>

namespace pcsim {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr int interrupted = 130;
constexpr int terminated = 143;

const Texts ways{"cancel", "finish", "drain"};

int status_of(int signal) { return signal == SIGINT ? interrupted : terminated; }

// Whatever ended the run, it is told to its end, and every item is accounted for.
void check_complete(const Ended& run, std::uint64_t items) {
  CAPTURE(run.out);
  CAPTURE(run.err);
  const auto trace = read_trace(run.out);
  REQUIRE(!trace.empty());
  CHECK(trace.back().what == "DONE");
  CHECK(std::is_sorted(trace.begin(), trace.end(), [](const TraceLine& a, const TraceLine& b) { return a.at < b.at; }));
  const Books books = read_books(run.err);
  CHECK(books.items == items);
  CHECK(books.sum() == items);
  CHECK(books == books_of(run.out, items));
}

struct Moments {
  explicit Moments(std::uint64_t seed) : random(seed) {}
  Seconds within(double longest) { return Seconds(std::uniform_real_distribution<double>(0, longest)(random)); }
  template <class T>
  const T& one_of(const std::vector<T>& all) {
    return all[std::uniform_int_distribution<std::size_t>(0, all.size() - 1)(random)];
  }
  std::mt19937_64 random;
};

// Runs of all kinds that would last for minutes, but for the signal; there is enough in the queue, in hand and blocked.
const std::vector<Texts> kinds{
    {"--consume-delay", "1ms,20ms", "--produce-delay", "1ms,5ms"},
    {"--consumers", "5", "--maxsize", "3", "--producers", "3", "--produce-delay", "0,2ms", "--consume-delay", "exp:5ms"},
    {"--consumers", "4", "--limit", "2", "--lock-delay", "2ms", "--timeout", "8ms", "--maxsize", "10", "--consume-delay",
     "1ms,10ms"},
    {"--consumers", "4", "--work", "thread", "--threads", "2", "--timeout", "10ms", "--maxsize", "2", "--produce-delay", "0"},
    {"--work", "block", "--consume-delay", "0,8ms", "--maxsize", "4", "--slow-callback", "1s"},
    {"--fail-at", "2,4,8,16,32", "--on-failure", "continue", "--maxsize", "5", "--shutdown", "join-cancel"},
    {"--produce-first", "--ready-after", "20ms", "--produce-delay", "4ms", "--maxsize", "20", "--shutdown", "join-sentinel"},
    {"--speed", "20", "--consumers", "3", "--maxsize", "6", "--streams", "per-item"},
};

TEST_CASE("a signal at any moment ends a live run in the scenario's way: the trace is complete, and the books balance") {
  Moments moments(test_seed());
  for (int i = 0; i < test_count(102); ++i) {
    const std::string on_stop = ways[static_cast<std::size_t>(i % 3)];
    const int signal = moments.one_of(std::vector<int>{SIGINT, SIGTERM});
    const Texts arguments = with(moments.one_of(kinds), {"--items", "100000", "--on-stop", on_stop});
    const Seconds moment = moments.within(0.06);
    CAPTURE(command_line(arguments));
    CAPTURE(moment.count());
    Process process(arguments);
    process.wait_for_output(" PROD 1");
    process.wait_for(moment);
    process.send(signal);
    const Ended run = process.end();
    CHECK(run.status == status_of(signal));
    check_complete(run, 100000);
    CHECK(run.out.find(" STOPPING\n") != std::string::npos);
    const Books books = read_books(run.err);
    if (on_stop != "cancel") CHECK(books.unfinished == 0);
    if (on_stop == "drain") CHECK(books.queued == 0);
  }
}

TEST_CASE("a signal that meets the end of a run leaves the trace complete, and the books balance") {
  Moments moments(test_seed());
  for (int i = 0; i < test_count(60); ++i) {
    const std::string on_stop = ways[static_cast<std::size_t>(i % 3)];
    const Texts arguments{"--produce-delay", "1ms", "--consume-delay", "2ms", "--on-stop", on_stop};
    const Seconds moment = moments.within(0.03);
    CAPTURE(on_stop);
    CAPTURE(moment.count());
    Process process(arguments);
    process.wait_for_output(" PROD 1\n");
    process.wait_for(moment);
    process.send(SIGINT);
    const Ended run = process.end();
    // After the summary the signal is nobody's any more, and does what it does by default.
    CHECK((run.status == 0 || run.status == interrupted || run.signal == SIGINT));
    check_complete(run, 12);
  }
}

TEST_CASE("a signal reaches a run that waits for a timer far away, and its time is the moment of the signal") {
  for (const std::string& on_stop : ways) {
    Process process({"--produce-first", "--produce-delay", "1000", "--consume-delay", "10ms", "--on-stop", on_stop});
    process.wait_for_output("C1 id=1 payload=1\n");
    process.send(SIGINT);
    const Ended run = process.end();
    CHECK(run.status == interrupted);
    check_complete(run, 12);
    CHECK(read_trace(run.out).back().at < 1000);
  }
}

TEST_CASE("a signal to a loop that is blocked is taken at once; what is in hand is finished if the scenario says so") {
  for (const std::string& on_stop : ways) {
    Process process({"--work", "block", "--consumers", "1", "--maxsize", "1", "--items", "1000", "--produce-delay", "0",
                     "--consume-delay", "0.2", "--slow-callback", "10", "--on-stop", on_stop});
    process.wait_for_output(" PROD 1\n");
    process.send(SIGINT);
    const Ended run = process.end();
    CHECK(run.status == interrupted);
    check_complete(run, 1000);
    if (on_stop == "finish") CHECK(run.out.find(" C1 id=1 payload=1\n") > run.out.find(" STOPPING\n"));
  }
}

TEST_CASE("work that a signal cuts short is unfinished, and nobody waits for it") {
  const TemporaryFolder folder;
  const std::string events = folder.path("events.csv");
  Process process({"--work", "block", "--consume-delay", "100000", "--items", "1", "--export-events", events});
  process.wait_for_output(" PROD 1\n");
  process.send(SIGTERM);
  const Ended run = process.end();  // its patience is much shorter
  CHECK(run.status == terminated);
  check_complete(run, 1);
  CHECK(run.out.find(" C1 CANCELLED id=1\n") != std::string::npos);
  CHECK(run.out.find("payload") == std::string::npos);
  CHECK(read_books(run.err).unfinished == 1);
  CHECK(read_file(events).find(",consumed,") == std::string::npos);
  CHECK(read_file(events).find(",cancelled,C1,1,") != std::string::npos);
}

TEST_CASE("work that a second signal cuts short is not consumed either") {
  for (const std::string on_stop : {"finish", "drain"}) {
    Process process({"--work", "block", "--consume-delay", "100000", "--items", "1", "--on-stop", on_stop});
    process.wait_for_output(" PROD 1\n");
    process.send(SIGTERM);
    process.wait_for_output(" STOPPING\n");
    process.send(SIGTERM);
    const Ended run = process.end();
    CHECK(run.status == terminated);
    CHECK(run.out.find("payload") == std::string::npos);
    CHECK(run.out.ends_with(" C1 CANCELLED id=1\n"));
  }
}

TEST_CASE("a signal reaches a long run in virtual time, at its present instant") {
  for (const std::string& on_stop : ways) {
    CAPTURE(on_stop);
    Process process({"--clock", "virtual", "--items", "3000000000", "--maxsize", "100", "--on-stop", on_stop});
    process.wait_for_output(" PROD 1\n");
    process.send(SIGTERM);
    const Ended run = process.end();
    CHECK(run.status == terminated);
    const std::size_t stopping = run.out.rfind(" STOPPING\n");
    REQUIRE(stopping != std::string::npos);
    CHECK(run.out.ends_with(" DONE\n"));
    const Books books = read_books(run.err);
    CHECK(books.items == 3'000'000'000);
    CHECK(books.sum() == books.items);
    CHECK(books.never_put > 0);
    // Nothing has happened later than it would have without the signal: the lines before are those of any run.
    const auto before = run.out.rfind('\n', stopping) + 1;
    const Ended whole = pcsim({"--clock", "virtual", "--items", "200", "--maxsize", "100", "--summary", "none"});
    const std::string start = whole.out.substr(0, whole.out.find(" PROD 150\n"));
    CHECK(run.out.substr(0, std::min(before, start.size())) == start.substr(0, std::min(before, start.size())));
  }
}

TEST_CASE("a signal reaches a run in virtual time where all happens at one instant") {
  Process process(
      {"--clock", "virtual", "--items", "3000000000", "--maxsize", "2", "--produce-delay", "0", "--consume-delay", "0"});
  process.wait_for_output(" PROD 1\n");
  process.send(SIGINT);
  const Ended run = process.end();
  CHECK(run.status == interrupted);
  CHECK(run.out.ends_with("0.000 DONE\n"));
  const Books books = read_books(run.err);
  CHECK(books.sum() == 3'000'000'000);
}

// Where the program never waits for anything, so that only a signal ends it. What is written tells that it has begun.
const std::vector<Texts> never_waiting{
    {"--clock", "virtual", "--produce-delay", "0"},  // a producer
    {"--clock", "wall", "--produce-delay", "0"},     // the same, live
    {"--clock", "virtual", "--produce-delay", "0", "--producers", "3", "--maxsize", "1000000", "--consume-delay", "0"},
    {"--clock", "virtual", "--produce-delay", "0", "--consume-delay", "0", "--maxsize", "1000000", "--limit", "1"},
    {"--clock", "wall", "--work", "block", "--consume-delay", "0", "--produce-delay", "0", "--maxsize", "1000000"},
    {"--clock", "virtual", "--work", "thread", "--consume-delay", "0", "--produce-delay", "0", "--maxsize", "1000000"},
};

TEST_CASE("a signal reaches those who never wait: the trace is complete, and the books balance") {
  for (const Texts& kind : never_waiting)
    for (const std::string on_stop : {"cancel", "finish"}) {
      const Texts arguments = with(kind, {"--items", "3000000000", "--on-stop", on_stop});
      CAPTURE(command_line(arguments));
      Process process(arguments);
      process.wait_for_output(" PROD 1");
      process.send(SIGTERM);
      const Ended run = process.end();
      CHECK(run.status == terminated);
      check_complete(run, 3'000'000'000);
      CHECK(run.out.find(" STOPPING\n") != std::string::npos);
    }
}

TEST_CASE("a second signal ends the run at once, and what was printed is whole") {
  for (const int signal : {SIGINT, SIGTERM})
    for (const Texts& way : {Texts{"--on-stop", "finish"}, {"--on-stop", "drain"}}) {
      CAPTURE(way[1]);
      Process process(with({"--items", "1000000", "--produce-delay", "1ms", "--consume-delay", "1000"}, way));
      process.wait_for_output(" PROD 3\n");
      process.send(signal);
      process.wait_for_output("P1 CANCELLED\n");
      process.send(SIGTERM);
      const Ended run = process.end();
      CHECK(run.status == status_of(signal));  // the first one counts
      CHECK_NOTHROW(read_trace(run.out));
      CHECK(run.out.ends_with("P1 CANCELLED\n"));
      CHECK(run.err.starts_with("pcsim: "));
      CHECK(run.err.find("interrupted again") != std::string::npos);
    }
}

TEST_CASE("a second signal ends a long drain in virtual time") {
  Process process(
      {"--clock", "virtual", "--items", "3000000000", "--produce-delay", "0,1ms", "--consume-delay", "1", "--on-stop", "drain"});
  process.wait_for_output(" PROD 20000\n");
  process.send(SIGINT);
  process.send(SIGTERM);
  const Ended run = process.end();
  CHECK((run.status == interrupted || run.status == terminated));  // two that come at once come in any order
  CHECK(run.out.ends_with('\n'));
}

TEST_CASE("a signal to a replay of several files ends them all") {
  Process process({"replay", "--speed", "0.01", scenario_file("rate-limit"), scenario_file("lesson")});
  process.wait_for_output(" PROD 20\n");
  process.send(SIGINT);
  const Ended run = process.end();
  CHECK(run.status == interrupted);
  CHECK(run.err.find("rate-limit.toml\n") != std::string::npos);
  CHECK(run.err.find("lesson.toml") == std::string::npos);
}

TEST_CASE("interrupted goes before failed, and before deadlock") {
  Process failing({"--produce-first", "--consumers", "1", "--consume-delay", "3", "--fail-at", "1", "--on-stop", "finish"});
  failing.wait_for_output(" PROD 1\n");
  failing.send(SIGINT);
  const Ended failed = failing.end();
  CHECK(failed.out.find(" FAIL id=1\n") != std::string::npos);
  CHECK(failed.status == interrupted);

  Process stuck(
      {"--produce-delay", "1ms", "--consume-delay", "1ms,5ms", "--items", "100000", "--sentinels", "0", "--on-stop", "drain"});
  stuck.wait_for_output(" PROD 1\n");
  stuck.send(SIGTERM);
  const Ended run = stuck.end();
  CHECK(run.status == terminated);
  CHECK(run.err.find("deadlock") != std::string::npos);

  const TemporaryFolder folder;
  const std::string fails = folder.write("fails.toml", "clock = \"virtual\"\nfail-at = [1]\n");
  const std::string lasts = folder.write("lasts.toml", "items = 100000\nseed = 7\n");
  Process several({"replay", fails, lasts});
  several.wait_for_output(" PROD 9\n");
  several.send(SIGINT);
  CHECK(several.end().status == interrupted);
}

// A pipe that somebody has opened, who then reads nothing.
struct UnreadPipe {
  explicit UnreadPipe(const std::string& path) {
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    descriptor = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    REQUIRE(descriptor >= 0);
  }
  UnreadPipe(const UnreadPipe&) = delete;
  UnreadPipe& operator=(const UnreadPipe&) = delete;
  ~UnreadPipe() { ::close(descriptor); }

  bool full() const {
    int waiting = 0;
    return ::ioctl(descriptor, FIONREAD, &waiting) == 0 && waiting == ::fcntl(descriptor, F_GETPIPE_SZ);
  }

  int descriptor = -1;
};

TEST_CASE("who waits for somebody to read a pipe is not deaf: a third signal ends that, in a run and in a study") {
  const Texts quiet{"--clock", "virtual", "--trace", "none", "--summary", "none", "--items", "20000"};
  for (const Texts& command :
       {with(quiet, {"--export-perfetto"}), with(quiet, {"--export-events"}),
        Texts{"sweep", "--items", "1", "--consumers", "1:2000", "--replications", "2", "--export-csv"},
        Texts{"sweep", "--items", "1", "--consumers", "1:2000", "--replications", "2", "--shard", "1/1", "--part"}}) {
    CAPTURE(command_line(command));
    const TemporaryFolder folder;
    const std::string path = folder.path("pipe.jsonl");
    const UnreadPipe pipe(path);
    Process process(with(command, {path}));
    while (process.running() && !pipe.full()) process.wait_for(Seconds(0.01));
    while (process.running()) {  // a signal that comes just before the write meets none
      process.send(SIGTERM);
      process.wait_for(Seconds(0.05));
    }
    const Ended ended = process.end();
    const bool told = ended.status == terminated && ended.err == "pcsim: " + path + ": Interrupted system call\n";
    const bool met_its_end = ended.signal == SIGTERM;  // one more, when nothing was left to do but to end
    CHECK((told || met_its_end));
    CHECK(folder.names() == Texts{"pipe.jsonl"});
  }
}

}  // namespace
}  // namespace pcsim
