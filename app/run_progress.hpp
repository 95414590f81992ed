#pragma once

#include "status_line.hpp"

#include <pcsim/model/happening.hpp>
#include <pcsim/model/scenario.hpp>
#include <pcsim/runtime/loop.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>

namespace pcsim::app {

/// A status line of a run: items done, simulated time, time left. Drawn on the loop's host, a few times a second; in virtual time
/// only when the run has gone on for a second.
class RunProgress final : public Observer {
public:
  /// A pause of the loop that is longer than `slow_callback` is warned of by an observer after this one, so the line makes room.
  /// REQUIRES: all outlive this; `host` is the loop's.
  RunProgress(boost::asio::io_context& host, const Loop& loop, const Scenario& scenario, double slow_callback);

  /// Takes the line back, until it is drawn again in another turn of the loop.
  void erase() { line_.erase(); }

  void on(const Happening& happening) override;
  void on_pause(const Pause& pause) override;

private:
  void draw_after(std::chrono::milliseconds time);
  void draw();

  const Loop& loop_;
  const Scenario& scenario_;
  double slow_callback_;
  std::uint64_t done_ = 0;
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
  StatusLine line_;
  boost::asio::steady_timer timer_;
};

}  // namespace pcsim::app
