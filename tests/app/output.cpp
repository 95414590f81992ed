#include "files.hpp"
#include "process.hpp"
#include "trace.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <string>
#include <vector>

namespace pcsim {
namespace {

using Stream = Surroundings::Stream;

// One that prints little and one that prints much, in both clocks.
const std::vector<Texts> runs{{"--clock", "virtual"},
                              {"--clock", "virtual", "--items", "100000"},
                              {"--speed", "1000"},
                              {"--speed", "1e6", "--items", "3000"}};

TEST_CASE("the trace is all that is on stdout, however the run ends") {
  const std::vector<Texts> ends{{},
                                {"--sentinels", "1"},
                                {"--fail-at", "3"},
                                {"--stop-after", "0.1"},
                                {"--work", "block", "--slow-callback", "1ms"},
                                {"--trace", "full"}};
  for (const Texts& clock : {Texts{"--clock", "virtual"}, {"--speed", "20"}})
    for (const Texts& end : ends) {
      const Texts arguments = with(end, clock);
      CAPTURE(command_line(arguments));
      const Ended run = pcsim(arguments);
      CHECK_NOTHROW(read_trace(run.out));
      CHECK(!run.err.empty());
    }
}

TEST_CASE("the seed is in the summary") {
  CHECK(pcsim({"--clock", "virtual", "--seed", "8675309"}).err.find("8675309") != std::string::npos);
}

TEST_CASE("with --summary none a run that is done says nothing on stderr") {
  CHECK(pcsim({"--clock", "virtual", "--summary", "none"}).err == "");
  CHECK(pcsim({"--speed", "1000", "--summary", "none"}).err == "");
}

TEST_CASE("with --trace none there is nothing on stdout, and the summary is the same") {
  const Ended silent = pcsim({"--clock", "virtual", "--trace", "none"});
  CHECK(silent.out == "");
  CHECK(silent.err == pcsim({"--clock", "virtual"}).err);
}

TEST_CASE("sentinels count in no figure of the summary") {
  const Ended lesson = pcsim({"--clock", "virtual"});
  const Ended more = pcsim({"--clock", "virtual", "--sentinels", "7"});
  CHECK(more.err == lesson.err);
  CHECK(read_books(more.err) == Books{.items = 12, .consumed = 12});
}

TEST_CASE("what is written to a closed pipe ends the program as SIGPIPE does, without a word") {
  for (const Texts& arguments : runs)
    for (const bool ignored : {false, true}) {
      CAPTURE(command_line(arguments));
      CAPTURE(ignored);
      const Ended run = pcsim(arguments, {.out = Stream::closed_pipe, .ignore_sigpipe = ignored});
      CHECK(run.signal == SIGPIPE);
      CHECK(run.err == "");
    }
}

TEST_CASE("the same when the reader goes in the middle of a live run") {
  Process run({"--items", "1000000", "--speed", "10"});
  run.wait_for_output(" PROD 1\n");
  run.close_output();
  const Ended ended = run.end();
  CHECK(ended.signal == SIGPIPE);
  CHECK(ended.err == "");
}

TEST_CASE("what does not fit on the device is an error of one line, and exit status 1") {
  std::vector<Texts> all = runs;
  all.insert(all.end(), {{"--help"},
                         {"--version"},
                         {"compare", "--clock", "virtual"},
                         {"compare", "--clock", "virtual", "--export-json", "-"},
                         {"--clock", "virtual", "--save", "-"}});
  for (const Texts& arguments : all) {
    CAPTURE(command_line(arguments));
    const Ended run = pcsim(arguments, {.out = Stream::full_device});
    CAPTURE(run.err);
    CHECK(run.status == 1);
    CHECK(lines_of(run.err).size() == 1);
    CHECK(run.err.starts_with("pcsim: "));
    CHECK(run.err.find("No space left on device") != std::string::npos);
  }
}

TEST_CASE("a file that could not be written whole is an error, and exit status 1") {
  for (const Texts& arguments : {Texts{"--clock", "virtual", "--trace", "none", "--save", "/dev/full"},
                                 Texts{"compare", "--clock", "virtual", "--export-json", "/dev/full"},
                                 Texts{"compare", "--clock", "virtual", "--export-csv", "/dev/full"}}) {
    CAPTURE(command_line(arguments));
    const Ended run = pcsim(arguments);
    CHECK(run.status == 1);
    CHECK(run.err.find("pcsim: /dev/full: No space left on device\n") != std::string::npos);
  }
}

TEST_CASE("where stderr cannot be written to, nothing else is lost, and only a summary or timeline that was lost is a failure") {
  const TemporaryFolder folder;
  const auto unheard = [](const Texts& arguments) { return pcsim(arguments, {.err = Stream::full_device}); };
  const auto unread = [](const Texts& arguments) { return pcsim(arguments, {.err = Stream::closed_pipe}); };
  const Texts lesson{"--clock", "virtual"};
  const Ended heard = pcsim(with(lesson, {"--export-json", folder.path("heard.json")}));

  const Ended run = unheard(with(lesson, {"--export-json", folder.path("json")}));
  CHECK(run.status == 1);
  CHECK(run.out == heard.out);
  CHECK(read_file(folder.path("json")) == read_file(folder.path("heard.json")));
  CHECK(unheard(with(lesson, {"--summary", "none", "--timeline"})).status == 1);
  CHECK(unheard(with(lesson, {"--summary", "none"})).status == 0);
  CHECK(unheard({"--work", "block", "--slow-callback", "1ms", "--clock", "virtual", "--summary", "none"}).status == 0);

  // All the scenarios are run, whatever can be said between them.
  const Ended two =
      unheard({"replay", scenario_file("lesson"), scenario_file("lesson"), "--clock", "virtual", "--summary", "none"});
  CHECK(two.status == 0);
  CHECK(two.out == heard.out + heard.out);
  CHECK(unheard({"replay", scenario_file("lesson"), scenario_file("lesson"), "--clock", "virtual"}).out == two.out);

  CHECK(unheard({"sweep", "--items", "10"}).out == pcsim({"sweep", "--items", "10"}).out);
  CHECK(unheard({"compare", "--clock", "virtual"}).out == pcsim({"compare", "--clock", "virtual"}).out);
  CHECK(unheard({"--clock", "virtual", "--sentinels", "1", "--summary", "none"}).status == 3);
  CHECK(unheard({"--no-such-flag"}).status == 2);
  const Ended part = unread({"sweep", "--items", "10", "--shard", "1/1", "--part", folder.path("part")});
  CHECK(part.status == 0);
  CHECK(pcsim({"merge", folder.path("part")}).status == 0);
}

TEST_CASE("the help lists the exit codes") {
  const Ended help = pcsim({"--help"});
  CHECK(help.status == 0);
  CHECK(help.err == "");
  for (const char* code : {"0 done", "1 the run failed", "2 bad input", "3 deadlock", "130 interrupted", "143 terminated"}) {
    CAPTURE(code);
    CHECK(help.out.find(code) != std::string::npos);
  }
}

}  // namespace
}  // namespace pcsim
