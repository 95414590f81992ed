#include "sweep_table.hpp"

#include <pcsim/model/number.hpp>
#include <pcsim/model/setting.hpp>
#include <pcsim/observe/page/pages.hpp>

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>

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

json::array rows_to_json(const SweepPlan& plan, const std::vector<SweepRow>& rows) {
  json::array all;
  for (const SweepRow& row : rows) {
    json::object values;
    for (std::size_t i = 0; i < row.values.size(); ++i) values[plan.grid.axes()[i].setting->name] = row.values[i];
    json::object figures;
    for (std::size_t i = 0; i < row.estimates.size(); ++i) {
      const Estimate& estimate = row.estimates[i];
      figures[plan.observation.measures[i]] = {
          {"mean", estimate.mean}, {"low", number_or_null(estimate.low())}, {"high", number_or_null(estimate.high())}};
    }
    all.push_back({{"values", std::move(values)},
                   {"done", row.done},
                   {"deadlocks", row.deadlocks},
                   {"failures", row.failures},
                   {"measures", std::move(figures)}});
  }
  return all;
}

// What the values of an axis are as numbers, times in seconds; nothing if they are no numbers.
json::array numbers_of(const Axis& axis) {
  using Kind = Setting::Kind;
  json::array numbers;
  for (const std::string& value : axis.values) {
    if (axis.setting->kind == Kind::duration) numbers.push_back(parse_duration(value));
    if (axis.setting->kind == Kind::whole || axis.setting->kind == Kind::decimal)
      numbers.push_back(parse_decimal(value, "a number"));
  }
  return numbers;
}

std::string_view name_of(Setting::Kind kind) {
  switch (kind) {
    case Setting::Kind::whole: return "whole";
    case Setting::Kind::duration: return "duration";
    case Setting::Kind::delay: return "delay";
    case Setting::Kind::decimal: return "decimal";
    default: throw std::logic_error("a setting of this kind takes no set");
  }
}

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
  const json::object all{{"schema", 1},
                         {"version", version},
                         {"settings", std::move(all_settings)},
                         {"axes", std::move(axes)},
                         {"replications", plan.replications},
                         {"warmup", plan.observation.warmup},
                         {"confidence", 0.95},
                         {"rows", rows_to_json(plan, rows)}};
  return json::serialize(all) + "\n";
}

std::string sweep_html(const SweepPlan& plan, const std::vector<SweepRow>& rows, std::string_view version) {
  Scenario defaults;
  defaults.clock = Scenario::Clock::virtual_time;
  defaults.streams = Scenario::Streams::per_item;
  json::array axes;
  for (const Axis& axis : plan.grid.axes()) {
    json::object one{
        {"setting", axis.setting->name}, {"kind", name_of(axis.setting->kind)}, {"values", json::value_from(axis.values)}};
    if (json::array numbers = numbers_of(axis); !numbers.empty()) one["numbers"] = std::move(numbers);
    axes.push_back(std::move(one));
  }
  json::array all_settings;
  for (json::value& setting : page::settings_of(plan.grid.base(), defaults)) {
    const std::string_view name = setting.at(0).as_string();
    const auto& varying = plan.grid.axes();
    if (std::none_of(varying.begin(), varying.end(), [&](const Axis& axis) { return axis.setting->name == name; }))
      all_settings.push_back(std::move(setting));
  }
  const json::object all{{"version", version},
                         {"settings", std::move(all_settings)},
                         {"axes", std::move(axes)},
                         {"measures", json::value_from(plan.observation.measures)},
                         {"replications", plan.replications},
                         {"warmup", plan.observation.warmup},
                         {"combinations", plan.grid.size()},
                         {"rows", rows_to_json(plan, rows)}};
  return page::fill(page::sweep, json::serialize(all));
}

}  // namespace pcsim::app
