#include <pcsim/study/part.hpp>

#include <pcsim/assert.hpp>
#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/number.hpp>
#include <pcsim/model/read_line.hpp>
#include <pcsim/observe/measures.hpp>

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <new>
#include <utility>

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

SweepPlan plan_from_json(const json::value& plan) {
  Scenario base;
  for (const auto& [name, text] : plan.at("settings").as_object()) find_setting(name).set(base, text.as_string());
  std::vector<Axis> axes;
  for (const json::value& axis : plan.at("axes").as_array()) {
    const Setting& setting = find_setting(axis.at("setting").as_string());
    auto values = json::value_to<std::vector<std::string>>(axis.at("values"));
    for (Scenario scratch; const std::string& value : values) setting.set(scratch, value);
    if (values.empty()) throw BadValue(fmt::format("'{}' has no value", setting.name));
    if (std::any_of(axes.begin(), axes.end(), [&](const Axis& other) { return other.setting == &setting; }))
      throw BadValue(fmt::format("'{}' varies twice", setting.name));
    axes.push_back({&setting, std::move(values)});
  }
  auto measures = json::value_to<std::vector<std::string>>(plan.at("measures"));
  const auto known = measure_names();
  for (auto name = measures.begin(); name != measures.end(); ++name) {
    if (std::find(known.begin(), known.end(), *name) == known.end()) throw BadValue(fmt::format("'{}' is no measure", *name));
    if (std::find(measures.begin(), name, *name) != name) throw BadValue(fmt::format("'{}' is there twice", *name));
  }
  const auto replications = plan.at("replications").to_number<std::size_t>();
  if (replications == 0) throw BadValue("there are no replications");
  SweepPlan result{
      Grid(std::move(base), std::move(axes)), replications, {std::move(measures), plan.at("warmup").to_number<std::uint64_t>()}};
  result.check();
  return result;
}

// Takes the text before the next comma off the front.
std::string_view take_field(std::string_view& line) {
  const auto end = line.find(',');
  const std::string_view field = line.substr(0, end);
  line = end == std::string_view::npos ? std::string_view() : line.substr(end + 1);
  return field;
}

double read_value(std::string_view text) {
  const bool negative = text.starts_with('-');
  const double size = parse_decimal(negative ? text.substr(1) : text, "a number");
  return negative ? -size : size;
}

// Ascending numbers, as briefly as it goes: 1,3-7.
std::string ranges_of(const std::vector<std::size_t>& numbers) {
  std::string text;
  for (std::size_t first = 0, last = 0; first < numbers.size(); first = ++last) {
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    if (!text.empty()) text += ',';
    text += first == last ? fmt::format("{}", numbers[first]) : fmt::format("{}-{}", numbers[first], numbers[last]);
  }
  return text;
}

}  // namespace

void write_part(const SweepPlan& plan, Shard shard, std::string_view version, const SweepResults& results, Output& output) {
  const json::object head{
      {"pcsim-part", schema}, {"version", version}, {"shard", {{"k", shard.k}, {"n", shard.n}}}, {"plan", plan_to_json(plan)}};
  output.buffer().append(json::serialize(head) + "\n");
  for (std::size_t piece = 0; piece < results.size(); ++piece) {
    if (!results.has(piece)) continue;
    const auto out = std::back_inserter(output.buffer());
    fmt::format_to(out, "{},{}", piece, ends[static_cast<std::size_t>(results.end(piece))]);
    for (const double value : results.values(piece)) fmt::format_to(out, ",{}", to_text(value));
    output.buffer().push_back('\n');
    output.wrote();
  }
}

void Merger::add(std::istream& text, const std::string& name) {
  std::size_t number = 1;
  try {
    std::string line;
    read_line(text, line);
    const Shard shard = read_head(line, name);
    while (read_line(text, line)) {
      ++number;
      if (text.eof()) break;  // it ends within this line, which may say anything
      read_piece(line, shard);
    }
  } catch (const BadValue& error) {
    throw BadValue(fmt::format("{}:{}: {}", name, number, error.what()));
  }
}

Shard Merger::read_head(const std::string& line, const std::string& name) {
  boost::system::error_code error;
  const json::value head = json::parse(line, error);
  if (error || !head.is_object() || !head.as_object().contains("pcsim-part")) throw BadValue("this is no part of a sweep");
  try {
    if (const int its_schema = head.at("pcsim-part").to_number<int>(); its_schema != schema)
      throw BadValue(fmt::format("this part has schema {}, and this program reads {}", its_schema, schema));
    if (const std::string_view its_version = head.at("version").as_string(); its_version != version_)
      throw BadValue(fmt::format("this part is of version {}, and this program is {}", its_version, version_));
    const Shard shard{head.at("shard").at("k").to_number<std::size_t>(), head.at("shard").at("n").to_number<std::size_t>()};
    if (shard.k < 1 || shard.k > shard.n || shard.n > Shard::most)
      throw BadValue(fmt::format("there is no part {}/{}", shard.k, shard.n));
    const std::string plan_text = json::serialize(head.at("plan"));
    if (!plan_) {
      plan_ = plan_from_json(head.at("plan"));
      plan_text_ = plan_text;
      results_.emplace(*plan_);
      names_.resize(shard.n);
      first_ = name;
    }
    if (plan_text != plan_text_) throw BadValue(fmt::format("this is a part of another sweep than {}", first_));
    if (shard.n != names_.size())
      throw BadValue(fmt::format("this is one of {} parts, and {} is one of {}", shard.n, first_, names_.size()));
    std::string& its_name = names_[shard.k - 1];
    if (!its_name.empty()) throw BadValue(fmt::format("part {}/{} is there twice: {} is it too", shard.k, shard.n, its_name));
    its_name = name;
    return shard;
  } catch (const BadValue&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {  // whatever the JSON library throws where something is missing or of another type
    throw BadValue("the first line does not describe a part");
  }
}

void Merger::read_piece(std::string_view line, Shard shard) {
  const std::size_t piece = parse_whole(take_field(line), 0, SIZE_MAX);
  const auto end = std::find(ends.begin(), ends.end(), take_field(line));
  if (end == ends.end()) throw BadValue("this is no end of a run");
  Replication result{static_cast<Replication::End>(end - ends.begin()), {}};
  for (std::size_t i = plan_->observation.measures.size(); i > 0; --i) result.values.push_back(read_value(take_field(line)));
  if (!line.empty()) throw BadValue("there are more values than measures");
  if (piece >= results_->size() || !shard.has(piece)) throw BadValue(fmt::format("piece {} is none of this part's", piece));
  if (results_->has(piece)) throw BadValue(fmt::format("piece {} is there twice", piece));
  results_->set(piece, result);
}

std::vector<std::string> Merger::missing() const {
  PCSIM_ASSERT(results_);
  const std::size_t n = names_.size();
  std::vector<std::size_t> gaps(n);
  for (std::size_t piece = 0; piece < results_->size(); ++piece) gaps[piece % n] += !results_->has(piece);
  std::vector<std::string> missing;
  std::vector<std::size_t> parts;
  for (std::size_t i = 0; i < n; ++i) {
    if (names_[i].empty())
      parts.push_back(i + 1);
    else if (gaps[i] > 0)
      missing.push_back(fmt::format("{}: {} of this part's {} runs are missing", names_[i], gaps[i],
                                    Shard{i + 1, n}.share_of(results_->size())));
  }
  if (!parts.empty()) missing.push_back(fmt::format("of {} parts these are missing: {}", n, ranges_of(parts)));
  return missing;
}

}  // namespace pcsim
