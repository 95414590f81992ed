#include "table_exports.hpp"

#include "open.hpp"

#include <utility>

namespace pcsim::app {

TableExports::TableExports(const Request& request) {
  open(&Table::json, "export-json", request.export_json);
  open(&Table::csv, "export-csv", request.export_csv);
  open(&Table::html, "export-html", request.export_html);
}

void TableExports::open(Form form, std::string_view option, const std::string& path) {
  if (path.empty()) return;
  if (path != "-") return files_.push_back({form, open_for(option, [&] { return std::make_unique<Output>(path); })});
  if (std::exchange(on_stdout_, form) != &Table::text)
    throw UsageError(fmt::format("--{}: stdout is taken by another export; give it a file", option));
}

void TableExports::write_files(const Table& table, Attempts& attempts) {
  for (const File& file : files_)
    attempts([&] {
      file.output->buffer().append((table.*file.form)());
      file.output->close();
    });
}

void TableExports::write_stdout(const Table& table, Attempts& attempts) {
  attempts([&] { write_to_stdout((table.*on_stdout_)()); });
}

}  // namespace pcsim::app
