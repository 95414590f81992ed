#pragma once

#include "attempts.hpp"
#include "request.hpp"

#include <pcsim/observe/output.hpp>

#include <functional>
#include <memory>
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
  /// Opens what the request names. Throws UsageError.
  explicit TableExports(const Request& request);

  /// Writes and closes the files that were asked for, each whatever became of the others.
  void write_files(const Table& table, Attempts& attempts);

  /// Writes what goes to stdout. That comes last: whoever reads it may leave, and end the program.
  void write_stdout(const Table& table, Attempts& attempts);

private:
  using Form = std::function<std::string()> Table::*;

  struct File {
    Form form;
    std::unique_ptr<Output> output;
  };

  void open(Form form, std::string_view option, const std::string& path);

  std::vector<File> files_;
  Form on_stdout_ = &Table::text;
};

}  // namespace pcsim::app
