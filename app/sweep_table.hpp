#pragma once

#include <pcsim/study/sweep.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pcsim::app {

/// The rows of a sweep as an aligned table: the settings that vary, then each measure's mean and the half width of its 95 %
/// confidence interval.
std::string sweep_text(const SweepPlan& plan, const std::vector<SweepRow>& rows);

/// The same with all digits: a measure has three columns, NAME, NAME.low and NAME.high.
std::string sweep_csv(const SweepPlan& plan, const std::vector<SweepRow>& rows);

std::string sweep_json(const SweepPlan& plan, const std::vector<SweepRow>& rows, std::string_view version);

/// A self-contained page: a chart of each measure, and the table.
std::string sweep_html(const SweepPlan& plan, const std::vector<SweepRow>& rows, std::string_view version);

}  // namespace pcsim::app
