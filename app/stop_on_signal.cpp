#include "stop_on_signal.hpp"

#include <csignal>

namespace pcsim::app {

StopOnSignal::StopOnSignal() : signals_(host_, SIGINT, SIGTERM) {
  signals_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    signal_ = signal;
    signals_.clear();  // the next one has its usual effect
    stop_.request_stop();
  });
  thread_ = std::jthread([this] { host_.run(); });
}

StopOnSignal::~StopOnSignal() { host_.stop(); }

std::optional<ExitStatus> StopOnSignal::status() const {
  if (signal_ == 0) return std::nullopt;
  return signal_ == SIGINT ? interrupted : terminated;
}

}  // namespace pcsim::app
