#include "stop_on_signal.hpp"

#include <csignal>

namespace pcsim::app {

StopOnSignal::StopOnSignal() : signals_(host_, SIGINT, SIGTERM) {
  if (!is_ignored(SIGHUP)) signals_.add(SIGHUP);
  wait();
  thread_ = std::jthread([this] { host_.run(); });
}

void StopOnSignal::wait() {
  signals_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    if (signal_ != 0) end_by_signal(signal);
    signal_ = signal;
    stop_.request_stop();
    wait();
  });
}

StopOnSignal::~StopOnSignal() { host_.stop(); }

std::optional<ExitStatus> StopOnSignal::status() const {
  if (signal_ == 0) return std::nullopt;
  return exit_status_of(signal_);
}

}  // namespace pcsim::app
