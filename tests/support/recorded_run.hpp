#pragma once

#include <pcsim/model/happening.hpp>
#include <pcsim/model/pipeline.hpp>
#include <pcsim/model/scenario.hpp>

#include <string>
#include <vector>

namespace pcsim {

/// Keeps all that it is told.
struct Recorder final : Observer {
  void on(const Happening& happening) override { happenings.push_back(happening); }
  void on_draw(const Draw& draw) override { draws.push_back(draw); }
  void on_pause(const Pause& pause) override { pauses.push_back(pause); }

  std::vector<Happening> happenings;
  std::vector<Draw> draws;
  std::vector<Pause> pauses;
};

struct RecordedRun {
  Outcome outcome;
  Recorder recorder;
};

/// Runs a scenario on the clock that it asks for, with further observers if any.
RecordedRun run_recorded(const Scenario& scenario, std::vector<Observer*> others = {});

/// What happened, a line each, and how it ended; with exact times, or without any.
std::string text_of(const RecordedRun& run, bool with_times);

/// All settings of a scenario in one line, for messages.
std::string text_of(const Scenario& scenario);

}  // namespace pcsim
