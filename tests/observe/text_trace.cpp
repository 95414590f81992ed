#include <pcsim/observe/text_trace.hpp>

#include "simulation.hpp"

#include <pcsim/observe/event_export.hpp>
#include <support/recorded_run.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>

namespace pcsim {
namespace {

TEST_CASE("the trace of a run is its lines, in the file") {
  // Constant delays, so that it can be done by hand.
  for (const bool full : {false, true}) {
    const Scenario scenario = scenario_of({{"items", "3"},
                                           {"produce-delay", "1"},
                                           {"consume-delay", "1.5"},
                                           {"consumers", "1"},
                                           {"maxsize", "1"},
                                           {"trace", full ? "full" : "lesson"}});
    const ScratchFile file(".trace");
    Output output(file.path());
    TextTrace trace(TraceFormat(scenario), output);
    simulate(scenario, {&trace});
    output.close();
    CHECK(file.read() == (full ? "1.000 PROD 1\n"
                                 "1.000 C1 GET id=1\n"
                                 "2.000 PROD 2\n"
                                 "2.500 C1 id=1 payload=1\n"
                                 "2.500 C1 GET id=2\n"
                                 "3.000 PROD 3\n"
                                 "4.000 C1 id=2 payload=4\n"
                                 "4.000 C1 GET id=3\n"
                                 "5.500 C1 id=3 payload=9\n"
                                 "5.500 C1 STOP\n"
                                 "5.500 DONE\n"
                               : "1.000 PROD 1\n"
                                 "2.000 PROD 2\n"
                                 "2.500 C1 id=1 payload=1\n"
                                 "3.000 PROD 3\n"
                                 "4.000 C1 id=2 payload=4\n"
                                 "5.500 C1 id=3 payload=9\n"
                                 "5.500 C1 STOP\n"
                                 "5.500 DONE\n"));
  }
}

TEST_CASE("somebody who looks on sees each line when it happens") {
  const Scenario scenario = scenario_of({{"items", "3"}, {"trace", "full"}});
  const ScratchFile file(".trace");
  Output output(file.path(), Output::Way::in_place);
  output.write_at_once(true);
  TextTrace trace(TraceFormat(scenario), output);
  struct Watcher final : Observer {
    explicit Watcher(const ScratchFile& its_file) : file(its_file) {}
    void on(const Happening&) override {
      const std::string seen = file.read();
      ++happenings;
      if (std::count(seen.begin(), seen.end(), '\n') == happenings) ++in_time;
    }
    const ScratchFile& file;
    std::ptrdiff_t happenings = 0;
    int in_time = 0;
  };
  Watcher watcher(file);
  simulate(scenario, {&trace, &watcher});
  CHECK(watcher.happenings > 9);
  CHECK(watcher.in_time == watcher.happenings);
}

TEST_CASE("on the wall clock a trace and a file of events hold all that has taken place whenever time is waited for") {
  const Scenario scenario = scenario_of({{"items", "20"}, {"trace", "full"}, {"clock", "wall"}, {"speed", "1000"}});
  const ScratchFile trace_file(".trace");
  const ScratchFile event_file(".csv");
  Output trace_output(trace_file.path(), Output::Way::in_place);
  Output event_output(event_file.path(), Output::Way::in_place);
  TextTrace trace(TraceFormat(scenario), trace_output);
  EventExport events(EventFormat::csv, event_output);
  struct Watcher final : Observer {
    Watcher(const ScratchFile& trace, const ScratchFile& events) : trace_file(trace), event_file(events) {}
    void on(const Happening&) override { ++happenings, ++told; }
    void on_draw(const Draw&) override { ++told; }
    void on_exit(const Exit&) override { ++told; }
    void on_wait() override {
      CHECK(lines(trace_file) == happenings);
      CHECK(lines(event_file) == (told == 0 ? 0 : told + 1));  // a head
      ++waits;
    }
    static std::ptrdiff_t lines(const ScratchFile& file) {
      const std::string text = file.read();
      return std::count(text.begin(), text.end(), '\n');
    }
    const ScratchFile& trace_file;
    const ScratchFile& event_file;
    std::ptrdiff_t happenings = 0;
    std::ptrdiff_t told = 0;
    int waits = 0;
  };
  Watcher watcher(trace_file, event_file);
  run_recorded(scenario, {&trace, &events, &watcher});
  CHECK(watcher.happenings > 60);
  CHECK(watcher.waits > 0);
}

}  // namespace
}  // namespace pcsim
