#include "promise.hpp"
#include "scratch.hpp"
#include "targets.hpp"

#include <pcsim/model/scenario.hpp>
#include <pcsim/observe/event_export.hpp>
#include <pcsim/observe/event_import.hpp>
#include <pcsim/observe/output.hpp>
#include <pcsim/observe/statistics.hpp>

#include <fstream>
#include <iterator>
#include <optional>
#include <string>

namespace pcsim {

namespace {

constexpr const char* name_of(EventFormat format) { return format == EventFormat::jsonl ? "events.jsonl" : "events.csv"; }

Scenario small() {
  Scenario scenario;
  scenario.producers = 2;
  scenario.consumers = 3;
  scenario.items = 8;
  return scenario;
}

struct Both final : Observer {
  Both(Observer& one, Observer& other) : first(one), second(other) {}
  void on(const Happening& happening) override { first.on(happening), second.on(happening); }
  void on_draw(const Draw& draw) override { first.on_draw(draw), second.on_draw(draw); }
  void on_pause(const Pause& pause) override { first.on_pause(pause), second.on_pause(pause); }
  void on_exit(const Exit& exit) override { first.on_exit(exit), second.on_exit(exit); }
  Observer& first;
  Observer& second;
};

// What the events that are read are written as; nothing where they cannot be of a run.
std::optional<std::string> rewritten(const Scratch& scratch, EventFormat format, std::string_view bytes) {
  const Scenario scenario = small();
  const std::string path = scratch.write(name_of(format), bytes);
  const std::string written = scratch.write(std::string("written-") + name_of(format), "");
  try {
    Output output(written, Output::Way::in_place);
    EventExport events(format, output);
    Statistics statistics(scenario);
    Both both(events, statistics);
    const auto end = import_events(path, scenario, both);
    if (end) statistics.end(*end);
    Outcome outcome{};
    outcome.at = end.value_or(0);
    events.end(end ? &outcome : nullptr);
    output.close();
  } catch (const BadEvents& error) {
    promise_place(error.what(), path);
    return std::nullopt;
  }
  std::ifstream file(written, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

void fuzz_events(std::string_view bytes) {
  static const Scratch scratch;
  const EventFormat format = bytes.starts_with('{') ? EventFormat::jsonl : EventFormat::csv;
  const auto once = rewritten(scratch, format, bytes);
  if (once) promise(rewritten(scratch, format, *once) == once, "they are not read back as they were written", *once);
}

}  // namespace pcsim
