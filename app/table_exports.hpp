#pragma once

#include "attempts.hpp"
#include "output_files.hpp"
#include "request.hpp"

#include <pcsim/observe/output.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace pcsim::app {

/// A table of figures in each of its forms, made when it is written.
struct Table {
  std::function<std::string()> text;
  std::function<std::string()> json;
  std::function<std::string()> csv;
  std::function<std::string()> html;
};

/// Where a table of figures is written to: files, and stdout, which has the text if no file is to be there.
class TableExports {
public:
  /// Opens what the request names. Throws UsageError, also where the text would go to an stdout that is closed.
  explicit TableExports(const Request& request);

  /// Writes and closes the files that were asked for, each whatever became of the others.
  void write_files(const Table& table, Attempts& attempts);

  /// Writes what goes to stdout. That comes last: whoever reads it may leave, and end the program.
  void write_stdout(const Table& table, Attempts& attempts);

private:
  using Form = std::function<std::string()> Table::*;

  struct Export {
    Form form = nullptr;
    Output* output = nullptr;
    void write(const Table& table) const;
  };

  void open(Form form, std::string_view option, const std::string& path);

  OutputFiles files_;
  std::vector<Export> exports_;
  Export stdout_;  // in place of the text, if there is one
};

}  // namespace pcsim::app
