#include <pcsim/study/part.hpp>

#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/number.hpp>
#include <pcsim/observe/measures.hpp>

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <span>

namespace pcsim {

namespace json = boost::json;

namespace {

constexpr int schema = 1;
constexpr std::array ends{"done", "deadlock", "failed"};  // as Replication::End

json::object plan_to_json(const SweepPlan& plan) {
  json::object all_settings;
  for (const Setting& setting : settings())
    if (const auto text = setting.get(plan.grid.base())) all_settings[setting.name] = *text;
  json::array axes;
  for (const Axis& axis : plan.grid.axes())
    axes.push_back({{"setting", axis.setting->name}, {"values", json::value_from(axis.values)}});
  return {{"settings", all_settings},
          {"axes", axes},
          {"replications", plan.replications},
          {"warmup", plan.observation.warmup},
          {"measures", json::value_from(plan.observation.measures)}};
}

const Setting& find_setting(std::string_view name) {
  for (const Setting& setting : settings())
    if (setting.name == name) return setting;
  throw BadValue(fmt::format("'{}' is no setting", name));
}

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  for (std::size_t end; (end = line.find(',')) != std::string_view::npos; line.remove_prefix(end + 1))
    fields.push_back(line.substr(0, end));
  fields.push_back(line);
  return fields;
}

double read_value(std::string_view text) {
  const bool negative = text.starts_with('-');
  const double size = parse_decimal(negative ? text.substr(1) : text, "a number");
  return negative ? -size : size;
}

std::pair<std::size_t, Replication> read_piece(std::string_view line) {
  const auto fields = fields_of(line);
  if (fields.size() < 2) throw BadValue(fmt::format("'{}' is no piece of a sweep", line));
  Replication result;
  const auto end = std::find(ends.begin(), ends.end(), fields[1]);
  if (end == ends.end()) throw BadValue(fmt::format("'{}' is no end of a run", fields[1]));
  result.end = static_cast<Replication::End>(end - ends.begin());
  for (std::size_t i = 2; i < fields.size(); ++i) result.values.push_back(read_value(fields[i]));
  return {parse_whole(fields[0], 0, SIZE_MAX), std::move(result)};
}

}  // namespace

std::string write_part(const SweepPlan& plan, Shard shard, std::string_view version, const SweepResults& results) {
  const json::object head{
      {"pcsim-part", schema}, {"version", version}, {"shard", {{"k", shard.k}, {"n", shard.n}}}, {"plan", plan_to_json(plan)}};
  std::string text = json::serialize(head) + "\n";
  for (std::size_t piece = 0; piece < results.size(); ++piece) {
    if (!results[piece]) continue;
    fmt::format_to(std::back_inserter(text), "{},{}", piece, ends[static_cast<std::size_t>(results[piece]->end)]);
    for (const double value : results[piece]->values) fmt::format_to(std::back_inserter(text), ",{}", to_text(value));
    text += '\n';
  }
  return text;
}

Part read_part(std::istream& text, const std::string& name, std::string_view version) {
  Part part;
  part.name = name;
  std::string line;
  std::size_t number = 1;
  try {
    std::getline(text, line);
    boost::system::error_code error;
    const json::value head = json::parse(line, error);
    if (error || !head.is_object() || !head.as_object().contains("pcsim-part")) throw BadValue("this is no part of a sweep");
    try {
      if (head.at("pcsim-part").to_number<int>() != schema)
        throw BadValue(
            fmt::format("this part has schema {}, and this program reads {}", json::serialize(head.at("pcsim-part")), schema));
      if (head.at("version").as_string() != version)
        throw BadValue(
            fmt::format("this part is of version {}, and this program is {}", head.at("version").as_string().c_str(), version));
      part.shard = {head.at("shard").at("k").to_number<std::size_t>(), head.at("shard").at("n").to_number<std::size_t>()};
      part.plan = json::serialize(head.at("plan"));
    } catch (const boost::system::system_error&) {
      throw BadValue("the first line does not describe a part");
    }
    while (std::getline(text, line)) {
      ++number;
      if (text.eof()) throw BadValue("the file ends within this line");
      part.pieces.push_back(read_piece(line));
    }
  } catch (const BadValue& error) {
    throw BadValue(fmt::format("{}:{}: {}", name, number, error.what()));
  }
  return part;
}

SweepPlan plan_of(const Part& part) {
  try {
    const json::value plan = json::parse(part.plan);
    Scenario base;
    for (const auto& [name, text] : plan.at("settings").as_object()) find_setting(name).set(base, text.as_string());
    std::vector<Axis> axes;
    for (const json::value& axis : plan.at("axes").as_array()) {
      const Setting& setting = find_setting(axis.at("setting").as_string());
      auto values = json::value_to<std::vector<std::string>>(axis.at("values"));
      for (Scenario scratch; const std::string& value : values) setting.set(scratch, value);
      axes.push_back({&setting, std::move(values)});
    }
    Observation observation{json::value_to<std::vector<std::string>>(plan.at("measures")),
                            plan.at("warmup").to_number<std::uint64_t>()};
    return {Grid(std::move(base), std::move(axes)), plan.at("replications").to_number<std::size_t>(), std::move(observation)};
  } catch (const std::exception& error) {
    throw BadValue(fmt::format("{}:1: this is no plan of a sweep: {}", part.name, error.what()));
  }
}

SweepResults merge_parts(const SweepPlan& plan, const std::vector<Part>& parts) {
  SweepResults results(plan.pieces());
  for (const Part& part : parts) {
    if (part.plan != parts.front().plan)
      throw BadValue(fmt::format("{}: this is a part of another sweep than {}", part.name, parts.front().name));
    if (part.shard.n != parts.front().shard.n)
      throw BadValue(fmt::format("{}: this is one of {} parts, and {} is one of {}", part.name, part.shard.n, parts.front().name,
                                 parts.front().shard.n));
    for (const auto& [piece, result] : part.pieces) {
      if (piece >= results.size() || !part.shard.has(piece) || result.values.size() != plan.observation.measures.size())
        throw BadValue(fmt::format("{}: piece {} is none of this part's", part.name, piece));
      if (results[piece]) throw BadValue(fmt::format("{}: this part is there twice (piece {})", part.name, piece));
      results[piece] = result;
    }
  }
  const auto missing = std::find_if(results.begin(), results.end(), [](const auto& result) { return !result.has_value(); });
  if (missing != results.end()) {
    const std::size_t n = parts.front().shard.n;
    throw BadValue(
        fmt::format("part {}/{} is missing, or not complete", static_cast<std::size_t>(missing - results.begin()) % n + 1, n));
  }
  return results;
}

}  // namespace pcsim
