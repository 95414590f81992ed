#pragma once

#include <string_view>

namespace pcsim::page {

/// Where a page's data belongs, as JSON without `<`.
inline constexpr std::string_view data = "{{data}}";

/// The page that shows a run. The files beside this one are built into the program.
extern const std::string_view run;

}  // namespace pcsim::page
