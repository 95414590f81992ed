#include "table_exports.hpp"

#include "open.hpp"

namespace pcsim::app {

TableExports::TableExports(const Request& request) {
  open(&Table::json, "export-json", request.export_json);
  open(&Table::csv, "export-csv", request.export_csv);
  open(&Table::html, "export-html", request.export_html);
  if (stdout_.output == nullptr) check_stdout();
}

void TableExports::open(Form form, std::string_view option, const std::string& path) {
  Output* const output = files_.open(option, path);
  if (output == nullptr) return;
  if (path == "-")
    stdout_ = {form, output};
  else
    exports_.push_back({form, output});
}

void TableExports::write_files(const Table& table, Attempts& attempts) {
  for (const Export& file : exports_) attempts([&] { file.write(table); });
}

void TableExports::write_stdout(const Table& table, Attempts& attempts) {
  attempts([&] {
    if (stdout_.output != nullptr)
      stdout_.write(table);
    else
      write_to_stdout(table.text());
  });
}

void TableExports::Export::write(const Table& table) const {
  output->buffer().append((table.*form)());
  output->close();
}

}  // namespace pcsim::app
