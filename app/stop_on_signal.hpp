#pragma once

#include "ending_signals.hpp"
#include "exit_status.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <atomic>
#include <optional>
#include <stop_token>
#include <thread>

namespace pcsim::app {

/// As long as it exists, Ctrl-C, SIGTERM and SIGHUP request a stop of what is going on in other threads, and do nothing else,
/// however often they come: what has been computed is then still to be written. SIGHUP stays ignored where it is, as under nohup.
class StopOnSignal {
public:
  StopOnSignal();
  ~StopOnSignal();

  std::stop_token token() const { return stop_.get_token(); }

  /// What the first signal makes of the exit status; nothing if there was none.
  std::optional<ExitStatus> status() const;

private:
  void wait();

  std::stop_source stop_;
  std::atomic<int> signal_{0};
  boost::asio::io_context host_{1};
  KeptHandlers kept_;  // before the signals, whose end it outlives
  boost::asio::signal_set signals_;
  std::jthread thread_;
};

}  // namespace pcsim::app
