#pragma once

#include <pcsim/observe/output.hpp>

#include <deque>
#include <string>
#include <string_view>

namespace pcsim::app {

/// The files that a command writes. What is not closed, one by one or all by close(), is as it was.
class OutputFiles {
public:
  /// Opens what an option names; `-` is stdout, which one option may have. Nothing for an empty path. Throws UsageError. It lives
  /// as long as this.
  Output* open(std::string_view option, const std::string& path, Output::Way way = Output::Way::replace);

  /// The option that has stdout; empty: none.
  std::string_view on_stdout() const { return on_stdout_; }

  /// Completes them all, then closes them all: none takes its name before all are whole. Throws std::system_error for what could
  /// not be written.
  void close();

private:
  std::string_view on_stdout_;
  std::deque<Output> files_;
};

}  // namespace pcsim::app
