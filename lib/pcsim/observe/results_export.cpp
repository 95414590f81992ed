#include <pcsim/observe/results_export.hpp>

#include <pcsim/model/number.hpp>
#include <pcsim/model/setting.hpp>
#include <pcsim/observe/measures.hpp>
#include <pcsim/observe/ratio.hpp>

#include <fmt/format.h>
#include <boost/json.hpp>

#include <string_view>
#include <utility>

namespace pcsim {

namespace {

namespace json = boost::json;

// A setting's text as the value that it is.
json::value value_of(Setting::Kind kind, const std::string& text) {
  switch (kind) {
    case Setting::Kind::flag: return text == "true";
    case Setting::Kind::whole: return parse_whole(text, 0, UINT64_MAX);
    case Setting::Kind::decimal:
    case Setting::Kind::duration: return parse_decimal(text, "a number");
    case Setting::Kind::list: {
      json::array list;
      for (std::string_view rest = text;;) {
        const auto comma = rest.find(',');
        list.emplace_back(parse_whole(rest.substr(0, comma), 0, UINT64_MAX));
        if (comma == std::string_view::npos) return list;
        rest.remove_prefix(comma + 1);
      }
    }
    case Setting::Kind::delay:
    case Setting::Kind::choice:
    case Setting::Kind::path: break;
  }
  return json::string(text);
}

json::object scenario_object(const Scenario& scenario) {
  json::object object;
  for (const Setting& setting : settings())
    if (const auto text = setting.get(scenario)) object[setting.name] = value_of(setting.kind, *text);
  return object;
}

void add_measures(json::object& results, const Statistics& statistics) {
  for (const Measure& measure : measures(statistics)) {
    json::object* inner = &results;
    std::string_view name = measure.name;
    for (auto dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
      json::value& group = (*inner)[name.substr(0, dot)];
      inner = group.is_object() ? &group.get_object() : &group.emplace_object();
      name.remove_prefix(dot + 1);
    }
    if (measure.whole)
      (*inner)[name] = static_cast<std::uint64_t>(measure.value);
    else
      (*inner)[name] = measure.value;
  }
}

json::array stuck_array(const std::vector<Outcome::Stuck>& all) {
  json::array array;
  for (const Outcome::Stuck& one : all) {
    const Actor who = one.who;
    const std::string name = who.role == Actor::Role::none
                                 ? "shutdown"
                                 : fmt::format("{}{}", who.role == Actor::Role::producer ? 'P' : 'C', who.number);
    array.push_back({{"who", name}, {"in", one.what}, {"since", one.since}});
  }
  return array;
}

}  // namespace

ResultsExport::ResultsExport(const Scenario& scenario, const Statistics& statistics, std::uint64_t warmup, std::string version,
                             Output& output)
    : scenario_(scenario), statistics_(statistics), warmup_(warmup), version_(std::move(version)), output_(output) {}

void ResultsExport::on(const Happening& happening) {
  if (happening.kind == Happening::Kind::stopping) stopped_ = true;
}

void ResultsExport::end(const Outcome* outcome) {
  const auto word = [&] {
    if (outcome == nullptr) return "interrupted";
    if (outcome->deadlock) return "deadlock";
    if (outcome->failed) return "failed";
    return stopped_ ? "stopped" : "done";
  };

  json::object results{{"schema", 1},
                       {"version", version_},
                       {"scenario", scenario_object(scenario_)},
                       {"clock", scenario_.clock == Scenario::Clock::wall ? "wall" : "virtual"},
                       {"warmup", warmup_},
                       {"outcome", word()}};
  if (outcome != nullptr && outcome->deadlock) results["stuck"] = stuck_array(outcome->stuck);
  add_measures(results, statistics_);

  const double makespan = statistics_.makespan();
  json::array producers;
  for (const Statistics::Producer& p : statistics_.producers())
    producers.push_back({{"items", p.items}, {"busy", p.busy}, {"blocked", p.blocked}, {"utilization", ratio(p.busy, makespan)}});
  json::array consumers;
  for (const Statistics::Consumer& c : statistics_.consumers())
    consumers.push_back({{"items", c.items}, {"busy", c.busy}, {"waiting", c.waiting}, {"utilization", ratio(c.busy, makespan)}});
  results["producers"] = std::move(producers);
  results["consumers"] = std::move(consumers);

  output_.buffer().append(json::serialize(results));
  output_.buffer().push_back('\n');
  output_.complete();
}

}  // namespace pcsim
