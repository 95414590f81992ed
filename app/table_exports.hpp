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

  /// Writes and closes what was asked for. Each is a function that makes the text. Throws std::system_error.
  template <class Json, class Csv>
  void write(Json json, Csv csv) {
    if (json_) write_to(*json_, json());
    if (csv_) write_to(*csv_, csv());
  }

private:
  static void write_to(Output& output, const std::string& text);

  bool stdout_is_free_ = true;
  std::unique_ptr<Output> json_;
  std::unique_ptr<Output> csv_;
};

}  // namespace pcsim::app
