#include "progress.hpp"

#include "terminal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace pcsim::app {

Progress::Progress() {
  if (stderr_is_terminal()) thread_ = std::jthread([this](std::stop_token stop) { draw(std::move(stop)); });
}

Progress::~Progress() = default;

void Progress::begin(std::string what, double seconds) {
  const std::lock_guard lock(mutex_);
  what_ = std::move(what);
  seconds_ = seconds;
  since_ = std::chrono::steady_clock::now();
}

void Progress::draw(std::stop_token stop) {
  constexpr double width = 30;
  constexpr auto interval = std::chrono::milliseconds(100);
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, stop, interval, [&] { return stop.stop_requested(); })) {
    if (what_.empty()) continue;
    const double passed = std::chrono::duration<double>(std::chrono::steady_clock::now() - since_).count();
    const double share = seconds_ > 0 ? std::min(passed / seconds_, 1.0) : 1;
    const auto done = static_cast<std::size_t>(share * width);
    fmt::print(stderr, "\r\x1b[K{} [{:<30}] {:.1f} s left", what_, std::string(done, '#'), std::max(seconds_ - passed, 0.0));
  }
  fmt::print(stderr, "\r\x1b[K");
}

}  // namespace pcsim::app
