#include "table_exports.hpp"

#include "open.hpp"

#include <string_view>
#include <utility>

namespace pcsim::app {

TableExports::TableExports(const Request& request) {
  const auto open = [this](std::string_view option, const std::string& path) -> std::unique_ptr<Output> {
    if (path.empty()) return nullptr;
    if (path == "-" && !std::exchange(stdout_is_free_, false))
      throw UsageError(fmt::format("--{}: stdout is taken by another export; give it a file", option));
    return open_for(option, [&] { return std::make_unique<Output>(path); });
  };
  json_ = open("export-json", request.export_json);
  csv_ = open("export-csv", request.export_csv);
  html_ = open("export-html", request.export_html);
}

void TableExports::write_to(Output& output, const std::string& text) {
  output.buffer().append(text);
  output.close();
}

}  // namespace pcsim::app
