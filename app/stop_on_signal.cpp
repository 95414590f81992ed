#include "stop_on_signal.hpp"

#include <csignal>

namespace pcsim::app {

StopOnSignal::StopOnSignal() : signals_(host_, SIGINT, SIGTERM) {
  if (!is_ignored(SIGHUP)) signals_.add(SIGHUP);
  kept_.count();
  wait();
  thread_ = std::jthread([this] { host_.run(); });
}

StopOnSignal::~StopOnSignal() { host_.stop(); }

void StopOnSignal::wait() {
  signals_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    int none = 0;
    signal_.compare_exchange_strong(none, signal);
    stop_.request_stop();
    wait();
  });
}

std::optional<ExitStatus> StopOnSignal::status() const {
  if (signal_ == 0) return std::nullopt;
  return exit_status_of(signal_);
}

}  // namespace pcsim::app
