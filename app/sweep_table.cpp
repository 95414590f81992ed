#include "sweep_table.hpp"

#include <pcsim/model/number.hpp>
#include <pcsim/model/setting.hpp>

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <cmath>

namespace pcsim::app {

namespace json = boost::json;

namespace {

std::string trouble(const SweepRow& row, std::size_t replications) {
  std::string text;
  if (row.deadlocks > 0) text = fmt::format("deadlock in {} of {}", row.deadlocks, replications);
  if (row.failures > 0) text += fmt::format("{}failure in {} of {}", text.empty() ? "" : ", ", row.failures, replications);
  return text;
}

std::string cell(const Estimate& estimate) {
  if (!std::isfinite(estimate.half_width)) return fmt::format("{:.4g}", estimate.mean);
  return fmt::format("{:.4g} +- {:.2g}", estimate.mean, estimate.half_width);
}

json::value number_or_null(double value) { return std::isfinite(value) ? json::value(value) : json::value(nullptr); }

// Delays have commas in them.
std::string quoted(const std::string& text) { return text.find(',') == std::string::npos ? text : '"' + text + '"'; }

}  // namespace

std::string sweep_text(const SweepPlan& plan, const std::vector<SweepRow>& rows) {
  std::vector<std::vector<std::string>> table(1);
  for (const Axis& axis : plan.grid.axes()) table[0].emplace_back(axis.setting->name);
  table[0].insert(table[0].end(), plan.observation.measures.begin(), plan.observation.measures.end());
  for (const SweepRow& row : rows) {
    auto& cells = table.emplace_back(row.values);
    for (std::size_t i = 0; i < plan.observation.measures.size(); ++i)
      cells.push_back(row.estimates.empty() ? "-" : cell(row.estimates[i]));
  }
  std::vector<std::size_t> widths(table[0].size());
  for (const auto& cells : table)
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], cells[i].size());

  std::string text;
  for (std::size_t i = 0; i < table.size(); ++i) {
    for (std::size_t j = 0; j < table[i].size(); ++j) text += fmt::format("{}{:>{}}", j == 0 ? "" : "  ", table[i][j], widths[j]);
    if (i > 0 && !rows[i - 1].sound()) text += "  " + trouble(rows[i - 1], plan.replications);
    text += '\n';
  }
  return text;
}

std::string sweep_csv(const SweepPlan& plan, const std::vector<SweepRow>& rows) {
  std::string text;
  for (const Axis& axis : plan.grid.axes()) text += fmt::format("{},", axis.setting->name);
  text += "done,deadlocks,failures";
  for (const std::string& name : plan.observation.measures) text += fmt::format(",{0},{0}.low,{0}.high", name);
  text += '\n';
  const auto number = [](double value) { return std::isfinite(value) ? fmt::format(",{}", value) : std::string(","); };
  for (const SweepRow& row : rows) {
    for (const std::string& value : row.values) text += quoted(value) + ",";
    text += fmt::format("{},{},{}", row.done, row.deadlocks, row.failures);
    for (std::size_t i = 0; i < plan.observation.measures.size(); ++i) {
      if (row.estimates.empty())
        text += ",,,";
      else
        text += number(row.estimates[i].mean) + number(row.estimates[i].low()) + number(row.estimates[i].high());
    }
    text += '\n';
  }
  return text;
}

std::string sweep_json(const SweepPlan& plan, const std::vector<SweepRow>& rows, std::string_view version) {
  json::object all_settings;
  for (const Setting& setting : settings())
    if (const auto text = setting.get(plan.grid.base())) all_settings[setting.name] = *text;
  json::array axes;
  for (const Axis& axis : plan.grid.axes()) {
    all_settings.erase(axis.setting->name);
    axes.push_back({{"setting", axis.setting->name}, {"values", json::value_from(axis.values)}});
  }
  json::array all_rows;
  for (const SweepRow& row : rows) {
    json::object values;
    for (std::size_t i = 0; i < row.values.size(); ++i) values[plan.grid.axes()[i].setting->name] = row.values[i];
    json::object figures;
    for (std::size_t i = 0; i < row.estimates.size(); ++i) {
      const Estimate& estimate = row.estimates[i];
      figures[plan.observation.measures[i]] = {
          {"mean", estimate.mean}, {"low", number_or_null(estimate.low())}, {"high", number_or_null(estimate.high())}};
    }
    all_rows.push_back({{"values", std::move(values)},
                        {"done", row.done},
                        {"deadlocks", row.deadlocks},
                        {"failures", row.failures},
                        {"measures", std::move(figures)}});
  }
  const json::object all{{"schema", 1},
                         {"version", version},
                         {"settings", std::move(all_settings)},
                         {"axes", std::move(axes)},
                         {"replications", plan.replications},
                         {"warmup", plan.observation.warmup},
                         {"confidence", 0.95},
                         {"rows", std::move(all_rows)}};
  return json::serialize(all) + "\n";
}

}  // namespace pcsim::app
