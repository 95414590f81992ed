#pragma once

#include "output_files.hpp"
#include "request.hpp"

namespace pcsim::app {

/// The files that a table of figures is written to.
class TableExports {
public:
  /// Opens what the request names. Throws UsageError.
  explicit TableExports(const Request& request);

  /// Whether stdout is free for the table itself.
  bool stdout_is_free() const { return files_.on_stdout().empty(); }

  // Each writes what a function makes to a file, if that was asked for. Throws std::system_error.

  template <class Text>
  void json(Text text) {
    if (json_ != nullptr) json_->buffer().append(text());
  }
  template <class Text>
  void csv(Text text) {
    if (csv_ != nullptr) csv_->buffer().append(text());
  }
  template <class Text>
  void html(Text text) {
    if (html_ != nullptr) html_->buffer().append(text());
  }

  /// To be called when all is written: the files take their names. Throws std::system_error.
  void close() { files_.close(); }

private:
  OutputFiles files_;
  Output* json_;
  Output* csv_;
  Output* html_;
};

}  // namespace pcsim::app
