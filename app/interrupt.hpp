#pragma once

#include "ending_signals.hpp"
#include "exit_status.hpp"

#include <pcsim/model/pipeline.hpp>
#include <pcsim/runtime/loop.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <exception>
#include <optional>

namespace pcsim::app {

/// Thrown out of a run that was interrupted a second time.
class InterruptedAgain : public std::exception {
public:
  const char* what() const noexcept override { return "interrupted again: ended at once"; }
};

/// As long as it exists, Ctrl-C, SIGTERM and a terminal that goes away end a run early: the first in the scenario's own way, the
/// second at once.
class Interrupt {
public:
  /// REQUIRES: all outlive it; `host` is the loop's.
  Interrupt(boost::asio::io_context& host, Loop& loop, Pipeline& pipeline);

  /// What the first signal makes of the exit status; nothing if there was none.
  std::optional<ExitStatus> status() const { return status_; }

private:
  void wait();

  KeptHandlers kept_;  // before the signals, whose end it outlives
  boost::asio::signal_set signals_;
  Loop& loop_;
  Pipeline& pipeline_;
  std::optional<ExitStatus> status_;
};

}  // namespace pcsim::app
