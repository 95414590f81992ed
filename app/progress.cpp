#include "progress.hpp"

#include <fmt/format.h>

#include <utility>

namespace pcsim::app {

Progress::Progress(std::stop_token end) : end_(std::move(end)) {
  if (line_.can_be_seen()) thread_ = std::jthread([this](std::stop_token stop) { draw(std::move(stop)); });
}

Progress::~Progress() = default;

void Progress::begin(std::string what, double seconds) { begin(std::move(what), seconds, 0); }

void Progress::begin_steps(std::string what, std::size_t count) { begin(std::move(what), 0, count); }

void Progress::begin(std::string what, double seconds, std::size_t count) {
  const std::lock_guard lock(mutex_);
  what_ = std::move(what);
  seconds_ = seconds;
  count_ = count;
  done_ = 0;
  since_ = std::chrono::steady_clock::now();
}

void Progress::step() {
  const std::lock_guard lock(mutex_);
  ++done_;
}

void Progress::draw(std::stop_token stop) {
  constexpr auto interval = std::chrono::milliseconds(100);
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, stop, interval, [&] { return stop.stop_requested(); })) {
    if (end_.stop_requested())
      line_.erase();
    else if (!what_.empty())
      show();
  }
}

void Progress::show() {
  const double passed = std::chrono::duration<double>(std::chrono::steady_clock::now() - since_).count();
  if (count_ > 0) {
    const double share = static_cast<double>(done_) / static_cast<double>(count_);
    line_.show(fmt::format("{} of {} {}", done_, count_, what_), share, passed);
  } else if (seconds_ < 0) {
    line_.show(what_, -1, passed);
  } else {
    line_.show(what_, seconds_ > 0 ? passed / seconds_ : 1, passed);
  }
}

}  // namespace pcsim::app
