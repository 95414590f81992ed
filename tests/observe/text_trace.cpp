#include <pcsim/observe/text_trace.hpp>

#include "simulation.hpp"

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

}  // namespace
}  // namespace pcsim
