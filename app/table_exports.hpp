#pragma once

#include "request.hpp"

#include <pcsim/observe/output.hpp>

#include <memory>
#include <string>

namespace pcsim::app {

/// The files that a table of figures is written to.
class TableExports {
public:
  /// Opens what the request names. Throws UsageError.
  explicit TableExports(const Request& request);

  /// Whether stdout is free for the table itself.
  bool stdout_is_free() const { return stdout_is_free_; }

  // Each writes and closes a file, if it was asked for, with what a function makes. Throws std::system_error.

  template <class Text>
  void json(Text text) {
    if (json_) write_to(*json_, text());
  }
  template <class Text>
  void csv(Text text) {
    if (csv_) write_to(*csv_, text());
  }
  template <class Text>
  void html(Text text) {
    if (html_) write_to(*html_, text());
  }

private:
  static void write_to(Output& output, const std::string& text);

  bool stdout_is_free_ = true;
  std::unique_ptr<Output> json_;
  std::unique_ptr<Output> csv_;
  std::unique_ptr<Output> html_;
};

}  // namespace pcsim::app
