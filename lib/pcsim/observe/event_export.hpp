#pragma once

#include <pcsim/observe/event_format.hpp>
#include <pcsim/observe/export.hpp>
#include <pcsim/observe/output.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace pcsim {

/// Writes all that observers are told to a file of events.
class EventExport final : public Export {
public:
  /// REQUIRES: `output` outlives this.
  EventExport(EventFormat format, Output& output);

  void on(const Happening& happening) override;
  void on_draw(const Draw& draw) override;
  void on_pause(const Pause& pause) override;
  void on_exit(const Exit& exit) override;
  void on_wait() override { output_.flush(); }
  void end(const Outcome* outcome) override;

private:
  void write_head();
  void write(double at, std::string_view event, Actor who = {}, std::uint64_t item = 0, std::optional<double> seconds = {});

  EventFormat format_;
  Output& output_;
  double at_ = -1;  // the last time, and its text, as much happens at one time; before the first event -1
  std::array<char, 32> at_text_;
  char* at_end_ = at_text_.data();
};

}  // namespace pcsim
