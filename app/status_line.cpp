#include "status_line.hpp"

#include "diagnostics.hpp"
#include "terminal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <string>

namespace pcsim::app {

namespace {

constexpr std::string_view take_back = "\r\x1b[K";
constexpr std::array ending{SIGINT, SIGTERM, SIGPIPE};

extern "C" void erase_and_end(int signal) {
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, take_back.data(), take_back.size());
  std::raise(signal);  // comes when this returns, and ends the program: the handler was for one time
}

// Where `before` is the handler of a signal, it is `after` from here on.
void change_handlers(void (*before)(int), void (*after)(int)) {
  for (const int signal : ending) {
    struct sigaction action {};
    ::sigaction(signal, nullptr, &action);
    if (action.sa_handler != before) continue;
    action.sa_handler = after;
    action.sa_flags = SA_RESETHAND;
    ::sigaction(signal, &action, nullptr);
  }
}

std::string duration(double seconds) {
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  if (seconds < 120) return fmt::format("{:.0f} s", seconds);
  if (seconds < 7200) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.0f} h", seconds / 3600);
}

}  // namespace

StatusLine::StatusLine() : can_be_seen_(stderr_takes_back()) {
  if (can_be_seen_) change_handlers(SIG_DFL, erase_and_end);
}

StatusLine::~StatusLine() {
  erase();
  if (can_be_seen_) change_handlers(erase_and_end, SIG_DFL);
}

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
  write_to_stderr(fmt::format("{}{}\r", take_back, line));  // whatever else turns up on the terminal begins in the first column
  shown_ = true;
}

void StatusLine::erase() {
  if (shown_) write_to_stderr(take_back);
  shown_ = false;
}

}  // namespace pcsim::app
