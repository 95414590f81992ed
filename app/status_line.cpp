#include "status_line.hpp"

#include "diagnostics.hpp"
#include "terminal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <string>

namespace pcsim::app {

namespace {

constexpr std::string_view erase_line = "\r\x1b[K";

std::atomic<bool> on_screen = false;  // within reach of a signal's handler

std::string duration(double seconds) {
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  if (seconds < 120) return fmt::format("{:.0f} s", seconds);
  if (seconds < 7200) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.0f} h", seconds / 3600);
}

}  // namespace

StatusLine::StatusLine() : can_be_seen_(stderr_takes_back()) {}

StatusLine::~StatusLine() { erase(); }

void StatusLine::show(std::string_view what, double share, double passed) {
  if (!can_be_seen_) return;
  constexpr std::size_t widest = 30;
  constexpr std::size_t narrowest = 5;
  const std::size_t room = stderr_width() - 1;  // in the last column some terminals begin a new line
  std::string line(what);
  if (share >= 0) {
    const std::string end = share > 0 ? fmt::format(" {} left", duration(passed * std::max(1 / share - 1, 0.0))) : "";
    const std::size_t used = line.size() + std::string_view(" []").size() + end.size();
    const std::size_t width = std::min(widest, room - std::min(room, used));
    const auto done = static_cast<std::size_t>(std::min(share, 1.0) * static_cast<double>(width));
    if (width >= narrowest) line += fmt::format(" [{:<{}}]", std::string(done, '#'), width);
    line += end;
  }
  line.resize(std::min(line.size(), room));
  on_screen = true;
  write_to_stderr(fmt::format("{}{}\r", erase_line, line));  // whatever else turns up on the terminal begins in the first column
}

void StatusLine::erase() {
  if (on_screen.exchange(false)) write_to_stderr(erase_line);
}

void StatusLine::take_back() noexcept {
  if (on_screen) write_to_stderr(erase_line);
}

}  // namespace pcsim::app
