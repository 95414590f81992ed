#include "progress.hpp"

#include <fmt/format.h>

#include <new>
#include <system_error>
#include <utility>

namespace pcsim::app {

Progress::Progress(std::stop_token end) : end_(std::move(end)) {
  if (!line_.can_be_seen()) return;
  try {
    thread_ = std::jthread([this](std::stop_token stop) { draw(std::move(stop)); });
  } catch (const std::system_error&) {  // no thread is to be had, and none is needed
  }
}

Progress::~Progress() = default;

void Progress::begin(std::string what, double seconds) { begin({std::move(what), seconds}); }

void Progress::begin_steps(std::string what, std::size_t count) { begin({std::move(what), 0, count}); }

void Progress::begin(Doing doing) {
  const std::lock_guard lock(mutex_);
  doing_ = std::move(doing);
}

void Progress::step() {
  const std::lock_guard lock(mutex_);
  ++doing_.done;
}

void Progress::draw(std::stop_token stop) noexcept {
  constexpr auto interval = std::chrono::milliseconds(100);
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, stop, interval, [&] { return stop.stop_requested(); })) {
    try {
      const Doing doing = doing_;
      lock.unlock();  // the terminal may let this thread wait, but nobody else
      if (end_.stop_requested())
        line_.erase();
      else if (!doing.what.empty())
        show(doing);
    } catch (const std::bad_alloc&) {  // the others may still have enough
    }
    if (!lock.owns_lock()) lock.lock();
  }
}

void Progress::show(const Doing& doing) {
  const double passed = std::chrono::duration<double>(std::chrono::steady_clock::now() - doing.since).count();
  if (doing.count > 0) {
    const double share = static_cast<double>(doing.done) / static_cast<double>(doing.count);
    line_.show(fmt::format("{} of {} {}", doing.done, doing.count, doing.what), share, passed);
  } else if (doing.seconds < 0) {
    line_.show(doing.what, -1, passed);
  } else {
    line_.show(doing.what, doing.seconds > 0 ? passed / doing.seconds : 1, passed);
  }
}

}  // namespace pcsim::app
