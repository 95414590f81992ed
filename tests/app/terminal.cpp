#include "files.hpp"
#include "process.hpp"
#include "trace.hpp"

#include <doctest/doctest.h>
#include <boost/regex.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pcsim {
namespace {

using Stream = Surroundings::Stream;
using Variables = std::map<std::string, std::string>;

// Nothing of what surrounds the tests themselves.
Variables terminal_variables(const Variables& changes = {}) {
  Variables all{{"TERM", "xterm"}, {"COLUMNS", ""}, {"NO_COLOR", ""}, {"LC_ALL", "C.UTF-8"}};
  for (const auto& [name, value] : changes) all[name] = value;
  return all;
}

Surroundings on_terminal(const Variables& changes = {}) {
  return {.err = Stream::terminal, .environment = terminal_variables(changes)};
}

Surroundings elsewhere(const Variables& changes = {}) { return {.environment = terminal_variables(changes)}; }

// What a terminal shows in the end.
std::string screen(std::string_view written) {
  constexpr std::string_view erase_to_end = "\x1b[K";
  std::string all;
  std::string line;
  std::size_t column = 0;
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (written.substr(i).starts_with(erase_to_end)) {
      line.resize(std::min(line.size(), column));
      i += erase_to_end.size() - 1;
    } else if (written[i] == '\r') {
      column = 0;
    } else if (written[i] == '\n') {
      all += line + '\n';
      line.clear();
      column = 0;
    } else {
      line.resize(std::max(line.size(), column + 1), ' ');
      line[column++] = written[i];
    }
  }
  return all + line;
}

bool shows_progress(const std::string& err) {
  static const boost::regex form(R"(\r\x1b\[K\d+ of \d+ items, \d+\.\d{3} s )");
  return boost::regex_search(err, form);
}

std::size_t width_of(std::string_view line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

const Texts lesson{"--clock", "virtual"};
const Texts drawn = with(lesson, {"--timeline", "--summary", "none"});

// More than a second of work on the wall clock.
const Texts live{"--items", "30"};

TEST_CASE("--timeline draws the run on stderr, before the summary; the trace is what it is without") {
  const Ended plain = pcsim(lesson, elsewhere());
  const Ended timeline = pcsim(with(lesson, {"--timeline"}), elsewhere());
  CHECK(timeline.status == 0);
  CHECK(timeline.out == plain.out);
  CHECK(timeline.err.ends_with(plain.err));
  CHECK(timeline.err == pcsim(drawn, elsewhere()).err + plain.err);
  for (const char* row : {"P1 ", "C1 ", "C2 ", "queue "})
    CHECK(("\n" + timeline.err).find(std::string("\n") + row) != std::string::npos);
}

TEST_CASE("a run that stands still, is cut short or fails has a timeline, too") {
  for (const Texts& end : {Texts{"--sentinels", "1"}, Texts{"--stop-after", "0.1"}, Texts{"--fail-at", "3"}}) {
    CAPTURE(end);
    CHECK(pcsim(with(drawn, end), elsewhere()).err.find("C1    \u2502") != std::string::npos);
  }
}

TEST_CASE("a timeline is ASCII where the locale is not UTF-8") {
  const auto is_ascii = [](const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 128; });
  };
  CHECK(!is_ascii(pcsim(drawn, elsewhere()).err));
  CHECK(is_ascii(pcsim(drawn, elsewhere({{"LC_ALL", "C"}})).err));
  CHECK(is_ascii(pcsim(drawn, elsewhere({{"LC_ALL", ""}, {"LC_CTYPE", ""}, {"LANG", ""}})).err));
}

TEST_CASE("a timeline has colours on a terminal, unless NO_COLOR is set or it is a dumb one") {
  const std::string plain = pcsim(drawn, elsewhere()).err;
  const std::string coloured = pcsim(drawn, on_terminal()).err;
  CHECK(plain.find('\x1b') == std::string::npos);
  CHECK(coloured.find("\x1b[32m") != std::string::npos);
  CHECK(boost::regex_replace(coloured, boost::regex("\x1b\\[\\d+m"), "") == plain);
  CHECK(pcsim(drawn, on_terminal({{"NO_COLOR", "1"}})).err == plain);
  CHECK(pcsim(drawn, on_terminal({{"TERM", "dumb"}})).err == plain);
}

TEST_CASE("a timeline is as wide as COLUMNS says, or 100 columns where nothing says how wide it is to be") {
  const auto widest = [](const Variables& changes) {
    std::size_t width = 0;
    for (const std::string& line : lines_of(pcsim(drawn, elsewhere(changes)).err)) width = std::max(width, width_of(line));
    return width;
  };
  CHECK(widest({}) == 100);
  CHECK(widest({{"COLUMNS", "60"}}) == 60);
  CHECK(widest({{"COLUMNS", "250"}}) == 250);
  CHECK(widest({{"COLUMNS", "wide"}}) == 100);
}

TEST_CASE("a live run says on a terminal how far it is, and takes that back before the summary") {
  const Ended run = pcsim(live, on_terminal());
  CHECK(shows_progress(run.err));
  CHECK(screen(run.err).starts_with("elapsed "));
  CHECK(screen(run.err).find(" left") == std::string::npos);
}

TEST_CASE("the progress of a log is told against all its items") {
  const TemporaryFolder folder;
  std::string log = "at\n";
  for (int i = 0; i < 30; ++i) log += std::to_string(0.05 * i) + "\n";
  const Ended run = pcsim({"--arrivals", folder.write("log.csv", log)}, on_terminal());
  CHECK(shows_progress(run.err));
  CHECK(run.err.find(" of 30 items") != std::string::npos);
  CHECK(run.err.find(" left") != std::string::npos);
}

TEST_CASE("the progress of a run is never seen where stderr is no terminal, or one that cannot take a line back") {
  CHECK(pcsim(with(live, {"--summary", "none"}), elsewhere()).err == "");
  CHECK(pcsim(with(live, {"--summary", "none"}), on_terminal({{"TERM", "dumb"}})).err == "");
}

TEST_CASE("the progress of a run is not seen where the trace is on the same terminal") {
  const Surroundings one_terminal{.out = Stream::terminal, .err = Stream::as_stdout, .environment = terminal_variables()};
  const Ended traced = pcsim(with(live, {"--summary", "none"}), one_terminal);
  CHECK(traced.out.find('\x1b') == std::string::npos);
  CHECK_NOTHROW(read_trace(traced.out));
  const Ended silent = pcsim(with(live, {"--summary", "none", "--trace", "none"}), one_terminal);
  CHECK(shows_progress(silent.out));
  CHECK(screen(silent.out) == "");
}

TEST_CASE("the progress of a run makes room for warnings") {
  const Texts blocking{"--items", "30", "--work", "block", "--slow-callback", "0", "--summary", "none"};
  const auto all = lines_of(screen(pcsim(blocking, on_terminal()).err));
  CHECK(all.size() == 30);
  for (const std::string& line : all) {
    CAPTURE(line);
    CHECK(line.starts_with("pcsim: "));
    CHECK(line.find("items") == std::string::npos);
  }
}

TEST_CASE("however a live run ends, its progress is gone") {
  const Texts endless{"--items", "1000000", "--summary", "none"};
  SUBCASE("interrupted") {
    Process run(endless, on_terminal());
    run.wait_for_output(" PROD 12\n");
    run.send(SIGINT);
    const Ended ended = run.end();
    CHECK(shows_progress(ended.err));
    CHECK(screen(ended.err) == "");
  }
  SUBCASE("interrupted twice") {
    Process run(with(endless, {"--on-stop", "drain", "--consume-delay", "1000"}), on_terminal());
    run.wait_for_output(" PROD 12\n");
    run.send(SIGINT);
    run.wait_for_output(" STOPPING\n");
    run.send(SIGINT);
    const Ended ended = run.end();
    CHECK(shows_progress(ended.err));
    CHECK(screen(ended.err) == "pcsim: interrupted again: ended at once\n");
  }
  SUBCASE("its reader has gone") {
    Process run(endless, on_terminal());
    run.wait_for_output(" PROD 12\n");
    run.close_output();
    const Ended ended = run.end();
    CHECK(ended.signal == SIGPIPE);
    CHECK(shows_progress(ended.err));
    CHECK(screen(ended.err) == "");
  }
  SUBCASE("with an error") {
    const Ended ended = pcsim({"--items", "30", "--export-json", "/dev/full"}, on_terminal());
    CHECK(ended.status == 1);
    CHECK(screen(ended.err).starts_with("pcsim: "));
  }
}

TEST_CASE("a comparison says on a terminal how far it is, and takes that back, interrupted or not") {
  const Ended compared = pcsim({"compare"}, on_terminal());
  CHECK(compared.err.find("sequential [") != std::string::npos);
  CHECK(compared.err.find("concurrent [") != std::string::npos);
  CHECK(screen(compared.err) == "");

  Process run({"compare", "--items", "1000"}, on_terminal());
  run.wait_for(std::chrono::milliseconds(500));
  run.send(SIGINT);
  const Ended interrupted = run.end();
  CHECK(interrupted.status == 130);
  CHECK(screen(interrupted.err) == "pcsim: interrupted: 1 of 1 comparisons are missing\n");
}

TEST_CASE("a sweep says on a terminal how far it is and how long it takes yet, and takes that back, interrupted or not") {
  // The first two runs are done at once, and the third is never done.
  const Texts endless{"sweep", "--items", "10,3000000000", "--replications", "2", "--jobs", "1", "--measure", "makespan"};
  static const boost::regex form(R"(\r\x1b\[K2 of 4 runs \[#+ +\] \d+\.\d s left\r)");
  Process run(endless, on_terminal());
  run.wait_for_error("2 of 4 runs [");
  run.send(SIGINT);
  const Ended interrupted = run.end();
  CHECK(interrupted.status == 130);
  CHECK(boost::regex_search(interrupted.err, form));
  CHECK(screen(interrupted.err) == "pcsim: interrupted: 1 of 2 combinations are missing\n");
  CHECK(interrupted.out.find('\x1b') == std::string::npos);

  Process unseen(endless, on_terminal({{"TERM", "dumb"}}));
  unseen.wait_for(std::chrono::milliseconds(500));
  unseen.send(SIGINT);
  const Ended silent = unseen.end();
  CHECK(silent.err.starts_with("pcsim: interrupted: "));
  CHECK(silent.err.find("runs") == std::string::npos);

  const Ended done = pcsim({"sweep", "--items", "40000", "--consumers", "1:4", "--jobs", "1"}, on_terminal());
  CHECK(done.status == 0);
  CHECK(done.err.find(" of 80 runs [") != std::string::npos);
  CHECK(screen(done.err) == "");
}

TEST_CASE("a search for a size says on a terminal what it looks at, and takes that back") {
  Process run({"size", "--items", "3000000000", "--target", "makespan < 1", "--vary", "consumers=1:4"}, on_terminal());
  run.wait_for_error("consumers = 1\r");
  run.send(SIGINT);
  const Ended ended = run.end();
  CHECK(screen(ended.err) == "pcsim: interrupted before there was an answer\n");
}

TEST_CASE("a terminal that goes away ends nothing: what is asked for is done and written") {
  const TemporaryFolder folder;
  SUBCASE("of a sweep") {
    // Long enough for the next line of progress, and no longer.
    const Texts sweep{"sweep", "--items", "2000", "--replications", "2000", "--jobs", "2", "--export-csv", folder.path("csv")};
    Process run(sweep, on_terminal());
    run.wait_for_error(" of 2000 runs [");
    run.close_error();
    const Ended ended = run.end();
    CHECK(ended.status == 0);
    CHECK(lines_of(ended.out).size() == 2);
    CHECK(lines_of(read_file(folder.path("csv"))).size() == 2);
  }
  SUBCASE("of a comparison") {
    Process run({"compare", "--items", "30", "--speed", "2"}, on_terminal());
    run.wait_for_error("sequential [");
    run.close_error();
    const Ended ended = run.end();
    CHECK(ended.status == 0);
    CHECK(lines_of(ended.out).size() == 3);
  }
  SUBCASE("of a search") {
    Process run({"size", "--items", "100000", "--target", "makespan < 1", "--vary", "consumers=1:20"}, on_terminal());
    run.wait_for_error("consumers = ");
    run.close_error();
    const Ended ended = run.end();
    CHECK(ended.status == 1);
    CHECK(lines_of(ended.out).at(0).starts_with("no value will do; consumers = 20: "));
  }
  SUBCASE("of a live run") {
    const Texts arguments = with(live, {"--export-events", folder.path("events.csv")});
    Process run(arguments, on_terminal());
    run.wait_for_error(" of 30 items, ");
    run.close_error();
    const Ended ended = run.end();
    CHECK(ended.status == 1);  // nobody has seen the summary
    CHECK(ended.out.find(" DONE\n") != std::string::npos);
    CHECK(lines_of(read_file(folder.path("events.csv"))).size() > 90);

    Process without_summary(with(arguments, {"--summary", "none"}), on_terminal());
    without_summary.wait_for_error(" of 30 items, ");
    without_summary.close_error();
    CHECK(without_summary.end().status == 0);
  }
}

}  // namespace
}  // namespace pcsim
