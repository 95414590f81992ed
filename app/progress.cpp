#include "progress.hpp"

#include <algorithm>
#include <utility>

namespace pcsim::app {

Progress::Progress() {
  if (line_.can_be_seen()) thread_ = std::jthread([this](std::stop_token stop) { draw(std::move(stop)); });
}

Progress::~Progress() = default;

void Progress::begin(std::string what, double seconds) {
  const std::lock_guard lock(mutex_);
  what_ = std::move(what);
  seconds_ = seconds;
  since_ = std::chrono::steady_clock::now();
}

void Progress::draw(std::stop_token stop) {
  constexpr auto interval = std::chrono::milliseconds(100);
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, stop, interval, [&] { return stop.stop_requested(); })) {
    if (what_.empty()) continue;
    const double passed = std::chrono::duration<double>(std::chrono::steady_clock::now() - since_).count();
    line_.show(what_, seconds_ > 0 ? passed / seconds_ : 1, std::max(seconds_ - passed, 0.0));
  }
}

}  // namespace pcsim::app
