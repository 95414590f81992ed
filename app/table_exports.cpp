#include "table_exports.hpp"

namespace pcsim::app {

TableExports::TableExports(const Request& request)
    : json_(files_.open("export-json", request.export_json)),
      csv_(files_.open("export-csv", request.export_csv)),
      html_(files_.open("export-html", request.export_html)) {}

}  // namespace pcsim::app
