#include "terminal.hpp"

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>

namespace pcsim::app {

namespace {

std::string_view variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

}  // namespace

bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (variable(name).empty()) continue;
    std::string locale(variable(name));
    std::transform(locale.begin(), locale.end(), locale.begin(), [](unsigned char c) { return std::toupper(c); });
    return locale.find("UTF-8") != std::string::npos || locale.find("UTF8") != std::string::npos;
  }
  return false;
}

bool stdout_shows_utf8() { return ::isatty(STDOUT_FILENO) == 1 && locale_is_utf8(); }

bool stderr_is_terminal() { return ::isatty(STDERR_FILENO) == 1; }

bool stdout_is_terminal_of_stderr() {
  struct stat out;
  struct stat err;
  return stderr_is_terminal() && ::isatty(STDOUT_FILENO) == 1 && ::fstat(STDOUT_FILENO, &out) == 0 &&
         ::fstat(STDERR_FILENO, &err) == 0 && out.st_rdev == err.st_rdev;
}

bool stderr_takes_back() { return stderr_is_terminal() && variable("TERM") != "dumb"; }

bool stderr_shows_colour() { return stderr_takes_back() && variable("NO_COLOR").empty(); }

std::size_t stderr_width() {
  constexpr std::size_t unknown = 100;
  constexpr std::size_t most = 1000;
  std::size_t width = 0;
  const std::string_view columns = variable("COLUMNS");
  std::from_chars(columns.data(), columns.data() + columns.size(), width);
  winsize size{};
  if (width == 0 && ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0) width = size.ws_col;
  return width == 0 ? unknown : std::min(width, most);
}

}  // namespace pcsim::app
