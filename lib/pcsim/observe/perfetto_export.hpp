#pragma once

#include <pcsim/model/scenario.hpp>
#include <pcsim/observe/export.hpp>
#include <pcsim/observe/output.hpp>
#include <pcsim/observe/slices.hpp>
#include <pcsim/runtime/fifo.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace pcsim {

/// Writes a trace for Perfetto and chrome://tracing, in Chrome's Trace Event Format: a track for each actor, with a slice for what
/// it does to each item and one for each time that it waits or is blocked; a counter of the items in the queue; an arrow for each
/// item from its put to its get. Keeps in mind the actors and what stands in the queue, and nothing else.
///
/// Times are rounded to nanoseconds, which is what the viewers have; they have 292 years of them.
class PerfettoExport final : public Export {
public:
  /// REQUIRES: `output` outlives this.
  PerfettoExport(const Scenario& scenario, Output& output);

  void on(const Happening& happening) override;
  void on_draw(const Draw& draw) override { slicer_.on_draw(draw); }
  void on_exit(const Exit& exit) override;
  void end(const Outcome* outcome) override;

private:
  using Time = std::int64_t;  // nanoseconds

  struct Span {
    Time from;
    Time to;
  };
  struct Queued {
    Actor producer;
    Time leaves_at;  // where its arrow begins
  };
  struct Consumer {
    Time since = 0;
    std::uint64_t item = 0;  // what it has in hand since then; 0: it waits
    Queued came_from{};
    bool gone = false;
  };

  Consumer& consumer(Actor who) { return consumers_[who.number - 1]; }
  std::uint64_t thread(Actor who) const;

  void on_slice(const Slice& slice);
  void put(Actor who, Time at, std::uint64_t item);
  void get(Actor who, Time at, std::uint64_t item);
  void end_span(Actor who, Time at, std::string_view what);

  void write_process(int process, std::string_view name);
  void write_thread(Actor who);
  void write_slice(Actor who, std::string_view category, std::string_view name, std::uint64_t item, Span span);
  void write_arrow_end(char phase, Actor who, Time at, std::uint64_t item);
  void write_depth(Time at);
  void write_instant(Time at, std::string_view name);

  Output& output_;
  bool produce_first_;
  double now_ = 0;
  Slicer slicer_;
  std::vector<std::optional<Span>> led_to_put_;  // by producer: the last slice on the way to its next put
  Fifo<Queued> queue_;
  std::vector<Consumer> consumers_;
};

}  // namespace pcsim
