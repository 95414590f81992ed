#include "files.hpp"
#include "process.hpp"
#include "refusal.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace pcsim {
namespace {

using Texts = std::vector<std::string>;

Texts lines_of(const std::string& text) {
  std::istringstream stream(text);
  Texts lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// The time that 1 % of all arrivals wait for longer, where gaps and services are exponential: C(c, a) e^{-(c mu - lambda) t} =
// 0.01, with Erlang's C by his sum.
double p99_of_wait(std::size_t servers, double load, double service) {
  const double c = static_cast<double>(servers);
  if (load >= c) return INFINITY;
  double term = 1;
  double sum = 0;
  for (std::size_t n = 0; n < servers; ++n) {
    sum += term;
    term *= load / static_cast<double>(n + 1);
  }
  const double last = term * c / (c - load);
  const double waits = last / (sum + last);
  return waits <= 0.01 ? 0 : std::log(waits / 0.01) * service / (c - load);
}

struct Question {
  std::size_t servers;  // the answer
  double load;
  double service;
  double bound;
};

// A load, and a bound between the p99 of the answer and that of one server less, far from both.
Question make_question(std::mt19937_64& rng) {
  const auto between = [&](double low, double high) { return std::uniform_real_distribution<double>(low, high)(rng); };
  while (true) {
    Question question{1, between(0.5, 9), between(0.01, 2), 0};
    question.servers = static_cast<std::size_t>(question.load) + std::uniform_int_distribution<std::size_t>(1, 3)(rng);
    const double met = p99_of_wait(question.servers, question.load, question.service);
    const double missed = p99_of_wait(question.servers - 1, question.load, question.service);
    if (missed < 1.7 * met || missed == 0 || question.load > 0.85 * static_cast<double>(question.servers)) continue;
    question.bound = met == 0 ? missed / 2 : std::isinf(missed) ? 2 * met : std::sqrt(met * missed);
    return question;
  }
}

TEST_CASE("size finds the textbook's number of servers for the p99 of the wait, in ten cases") {
  std::mt19937_64 rng(4711);
  for (int i = 0; i < 10; ++i) {
    const Question question = make_question(rng);
    std::size_t textbook = 1;
    while (!(p99_of_wait(textbook, question.load, question.service) < question.bound)) ++textbook;
    REQUIRE(textbook == question.servers);
    const Texts arguments{"size",
                          "--produce-delay",
                          "exp:" + std::to_string(question.service / question.load),
                          "--consume-delay",
                          "exp:" + std::to_string(question.service),
                          "--items",
                          "20000",
                          "--warmup",
                          "1000",
                          "--target",
                          "wait.p99 < " + std::to_string(question.bound),
                          "--vary",
                          "consumers=1:32"};
    const Ended ended = pcsim(arguments);
    CAPTURE(command_line(arguments));
    CAPTURE(ended.out);
    CHECK(ended.status == 0);
    CHECK(ended.err == "");
    CHECK(lines_of(ended.out).at(0) == "consumers = " + std::to_string(textbook));
  }
}

const Texts busy{"size", "--items", "2000", "--produce-delay", "exp:10ms", "--consume-delay", "exp:40ms", "--warmup", "200"};

Ended size(const Texts& rest) {
  Texts arguments = busy;
  arguments.insert(arguments.end(), rest.begin(), rest.end());
  return pcsim(arguments);
}

TEST_CASE("the answer comes with its evidence, and with what its neighbours would give") {
  const Ended ended = size({"--target", "wait.mean < 50ms", "--vary", "consumers=1:64"});
  CHECK(ended.status == 0);
  const Texts lines = lines_of(ended.out);
  REQUIRE(lines.size() == 5);
  CHECK(lines[0] == "consumers = 5");
  CHECK(lines[1].starts_with("  consumers = 5: wait.mean is 0.0"));
  CHECK(lines[1].find("95 % confidence") != std::string::npos);
  CHECK(lines[1].ends_with("wait.mean < 50ms is met"));
  CHECK(lines[2].starts_with("  consumers = 4: wait.mean is "));
  CHECK(lines[2].ends_with("wait.mean < 50ms is missed"));
  CHECK(lines[3].starts_with("  consumers = 6: wait.mean is "));
  CHECK(lines[4].starts_with("  looked at "));
  CHECK(lines[4].ends_with(" of 64 values, by bisection"));
}

TEST_CASE("the first line of the answer is a line of a scenario file") {
  TemporaryFolder folder;
  const Ended ended = size({"--target", "wait.mean < 50ms", "--vary", "consumers=01:064"});
  const std::string first = lines_of(ended.out).at(0);
  const std::string file = folder.write("sized.toml", "items = 10\nclock = \"virtual\"\n" + first + "\n");
  const Ended run = pcsim({"replay", file, "--summary", "full", "--trace", "none"});
  CHECK(run.status == 0);
  CHECK(run.err.find("\nC5 ") != std::string::npos);
  CHECK(run.err.find("\nC6 ") == std::string::npos);
}

TEST_CASE("several targets must all be met, and the order of the values does not matter") {
  const Texts targets{"--target", "wait.mean < 50ms", "--target", "utilization < 0.6"};
  Texts in_order = targets;
  in_order.insert(in_order.end(), {"--vary", "consumers=1:20"});
  const Ended ended = size(in_order);
  CHECK(ended.status == 0);
  CHECK(lines_of(ended.out).at(0) == "consumers = 7");
  Texts mixed = targets;
  mixed.insert(mixed.end(), {"--vary", "consumers=9,20,7,1:6,8"});
  CHECK(lines_of(size(mixed).out).at(0) == "consumers = 7");
}

TEST_CASE("where greater is not better, the smallest value that meets the target is found all the same") {
  // Busy enough, and yet no long waits: too few and too many consumers both miss that.
  const Ended ended = size({"--target", "wait.mean < 50ms", "--target", "utilization > 0.6", "--vary", "consumers=1:64"});
  CHECK(ended.status == 0);
  CHECK(lines_of(ended.out).at(0) == "consumers = 5");
  CHECK(ended.out.find(" values, one by one: a greater consumers is not always better\n") != std::string::npos);
  CHECK(lines_of(size({"--target", "utilization > 0.6", "--vary", "consumers=3:64"}).out).at(0) == "consumers = 3");
}

TEST_CASE("where no value will do, it says so, and what limits the last") {
  const Ended ended = size({"--target", "throughput > 1000", "--vary", "consumers=1:64"});
  CHECK(ended.status == 1);
  CHECK(ended.err == "");
  CHECK(lines_of(ended.out).at(0).starts_with("no value will do; consumers = 64: limited by the producers: P1 is busy "));
  CHECK(ended.out.find("throughput > 1000 is missed") != std::string::npos);
  CHECK(ended.out.ends_with("  looked at 64 of 64 values\n"));
  const Ended stuck = size({"--consumers", "5", "--target", "makespan < 1000", "--vary", "sentinels=0:4"});
  CHECK(stuck.status == 1);
  CHECK(lines_of(stuck.out).at(0) == "no value will do; sentinels = 4: a deadlock");
}

TEST_CASE("a queue without a bound is the largest, not the smallest") {
  const Texts small{"size", "--items", "20", "--consume-delay", "0.2", "--target", "queue.max_depth <= 3", "--vary"};
  for (const std::string values : {"maxsize=0:64", "maxsize=0,3,2,1", "maxsize=1,0"}) {
    const Ended ended = pcsim(with(small, {values}));
    CAPTURE(ended.out);
    CHECK(ended.status == 0);
    CHECK(lines_of(ended.out).at(0) == "maxsize = 1");
  }
  const Ended none = pcsim(with(small, {"maxsize=0,7,5"}));
  CHECK(none.status == 1);
  CHECK(lines_of(none.out).at(0).starts_with("no value will do; maxsize = 0: limited by "));
  // Where only an unbounded queue will do, it is found, and the next smaller is the largest number.
  const Ended unbounded =
      pcsim({"size", "--items", "20", "--consume-delay", "0.2", "--target", "queue.max_depth > 9", "--vary", "maxsize=0:8"});
  CHECK(lines_of(unbounded.out).at(0) == "maxsize = 0");
  CHECK(lines_of(unbounded.out).at(2).starts_with("  maxsize = 8: "));
  CHECK(lines_of(unbounded.out).at(2).ends_with(" is missed"));
}

TEST_CASE("values that will do between others that will not are found") {
  // A narrow window, and nobody looks there by bisection.
  const Ended narrow = pcsim({"size", "--items", "40", "--target", "queue.max_depth >= 5", "--target", "queue.max_depth <= 6",
                              "--consume-delay", "0.5", "--vary", "maxsize=1:64"});
  CHECK(narrow.status == 0);
  CHECK(lines_of(narrow.out).at(0) == "maxsize = 5");
  // One consumer is too slow, and more than two stand still for want of a sentinel.
  const Ended between =
      pcsim({"size", "--sentinels", "2", "--items", "100", "--target", "makespan < 4", "--vary", "consumers=1:40"});
  CHECK(between.status == 0);
  CHECK(lines_of(between.out).at(0) == "consumers = 2");
  CHECK(between.out.find("  consumers = 3: a deadlock\n") != std::string::npos);
}

TEST_CASE("of more than 10,000 values it says how many were looked at before it gives up") {
  const Ended none =
      pcsim({"size", "--items", "1", "--target", "makespan > 100", "--replications", "2", "--vary", "maxsize=1:20000"});
  CHECK(none.status == 1);
  CHECK(lines_of(none.out).at(0).starts_with("no value that was looked at will do; maxsize = 20000: "));
  CHECK(none.out.ends_with("  looked at 10000 of 20000 values\n"));
}

TEST_CASE("what is too close to call says so, with the interval") {
  const Ended sweep = pcsim({"sweep", "--items", "2000", "--produce-delay", "exp:10ms", "--consume-delay", "exp:40ms", "--warmup",
                             "200", "--consumers", "5,6", "--measure", "wait.mean", "--export-csv", "-"});
  const std::string row = lines_of(sweep.out).at(1);
  const std::string mean = row.substr(row.find(",0,0,") + 5, row.rfind(',', row.rfind(',') - 1) - row.find(",0,0,") - 5);
  const Ended ended = size({"--target", "wait.mean < " + mean, "--vary", "consumers=1:16"});
  CAPTURE(ended.out);
  CHECK(ended.status == 1);
  CHECK(lines_of(ended.out).at(0) == "too close to call at consumers = 5");
  CHECK(ended.out.find("(20 replications)") != std::string::npos);
  CHECK(ended.out.find("is too close to call\n") != std::string::npos);
  CHECK(ended.out.find("  consumers = 6: ") != std::string::npos);
}

TEST_CASE("the setting that varies wins over the file and the flags, which say all the rest") {
  TemporaryFolder folder;
  const std::string file = folder.write(
      "busy.toml", "items = 2000\nproduce-delay = \"exp:10ms\"\nconsume-delay = \"exp:40ms\"\nwarmup = 200\nconsumers = 2\n");
  const Ended ended = pcsim({"size", file, "--target", "wait.mean < 50ms", "--vary", "consumers=1:64", "--consumers", "3"});
  CHECK(ended.out == size({"--target", "wait.mean < 50ms", "--vary", "consumers=1:64"}).out);
  CHECK(lines_of(size({"--consumers", "8", "--target", "blocked.mean < 1ms", "--vary", "maxsize=1:64"}).out)
            .at(0)
            .starts_with("maxsize = "));
}

TEST_CASE("what makes no sense for size is refused") {
  const Texts vary{"--vary", "consumers=1:4"};
  const Texts target{"--target", "makespan < 1"};
  const auto check = [](Texts arguments, const Texts& more, const Texts& parts) {
    arguments.insert(arguments.begin(), "size");
    arguments.insert(arguments.end(), more.begin(), more.end());
    CAPTURE(command_line(arguments));
    check_refused(pcsim(arguments), parts);
  };
  check({}, vary, {"--target"});
  check({}, target, {"--vary"});
  check({"--target", "nope < 1"}, vary, {"--target", "'nope'", "latency.p99", "utilization", "makespan", "queue.mean_depth"});
  check({"--target", "makespan"}, vary, {"--target", "'makespan'"});
  check({"--target", "makespan < x"}, vary, {"--target", "'x'"});
  check({"--vary", "consumers"}, target, {"--vary", "'consumers'", "consumers=1:64"});
  check({"--vary", "nope=1:4"}, target, {"--vary", "'nope=1:4'"});
  check({"--vary", "consume-delay=1|2"}, target, {"--vary", "'consume-delay=1|2'"});
  check({"--vary", "consumers=0:4"}, target, {"--vary", "'0'"});
  check({"--vary", "consumers=4:1"}, target, {"--vary", "'4:1'"});
  check({"--vary", "consumers=1,1"}, target, {"--vary", "twice"});
  check({"--vary", "threads=1:4"}, target, {"--threads"});
  check({"--vary", "seed=1,9223372036854775807"}, target, {"--seed"});
  check({"--vary", "consumers=1:4", "--consumers", "1:4"}, target, {"--consumers", "'1:4'"});
  check({"--vary", "consumers=1:4", "--clock", "wall"}, target, {"--clock", "'wall'"});
  check({"--vary", "consumers=1:4", "--seed", "9223372036854775807"}, target, {"--seed"});
}

TEST_CASE("a signal ends the search soon, without an answer") {
  for (const auto& [signal, status] : {std::pair{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 129}}) {
    Process process({"size", "--items", "3000000000", "--target", "makespan < 1", "--vary", "consumers=1:4"});
    process.wait_for(std::chrono::duration<double>(0.5));
    process.send(signal);
    const Ended ended = process.end();
    if (ended.signal == signal) continue;  // it came before anything had begun
    CHECK(ended.status == status);
    CHECK(ended.out == "");
    CHECK(ended.err == "pcsim: interrupted before there was an answer\n");
  }
}

TEST_CASE("an interrupted search prints what it has found out") {
  // The first value is looked at in no time, the last one takes for ever.
  Process process({"size", "--target", "makespan > 1", "--vary", "items=5,3000000000"},
                  {.err = Surroundings::Stream::terminal, .environment = {{"TERM", "xterm"}}});
  process.wait_for_error("items = 3000000000");
  process.send(SIGINT);
  const Ended ended = process.end();
  CHECK(ended.status == 130);
  CHECK(ended.err.find("pcsim: interrupted before there was an answer") != std::string::npos);
  const Texts lines = lines_of(ended.out);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].starts_with("  items = 5: makespan is 0."));
  CHECK(lines[0].ends_with("makespan > 1 is missed"));
  CHECK(lines[1] == "  looked at 1 of 2 values");
}

}  // namespace
}  // namespace pcsim
