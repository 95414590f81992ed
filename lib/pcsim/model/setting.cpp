#include <pcsim/model/setting.hpp>

#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/number.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace pcsim {

namespace {

template <class E>
struct Choice {
  std::string_view name;
  E value;
};
template <class E>
Choice(std::string_view, E) -> Choice<E>;  // which clang 14 does not find by itself

// The choices of each enumeration, in the order of their documentation.
constexpr std::array streams{Choice{"shared", Scenario::Streams::shared}, Choice{"per-actor", Scenario::Streams::per_actor},
                             Choice{"per-item", Scenario::Streams::per_item}};
constexpr std::array shutdowns{Choice{"sentinel", Scenario::Shutdown::sentinel},
                               Choice{"join-sentinel", Scenario::Shutdown::join_sentinel},
                               Choice{"join-cancel", Scenario::Shutdown::join_cancel}};
constexpr std::array works{Choice{"async", Scenario::Work::async}, Choice{"block", Scenario::Work::block},
                           Choice{"thread", Scenario::Work::thread}};
constexpr std::array failures{Choice{"stop", Scenario::OnFailure::stop}, Choice{"continue", Scenario::OnFailure::carry_on}};
constexpr std::array stops{Choice{"cancel", Scenario::OnStop::cancel}, Choice{"finish", Scenario::OnStop::finish},
                           Choice{"drain", Scenario::OnStop::drain}};
constexpr std::array clocks{Choice{"wall", Scenario::Clock::wall}, Choice{"virtual", Scenario::Clock::virtual_time}};
constexpr std::array traces{Choice{"lesson", Scenario::Trace::lesson}, Choice{"full", Scenario::Trace::full},
                            Choice{"none", Scenario::Trace::none}};

using Kind = Setting::Kind;
using Text = std::optional<std::string>;

// Makers of a Setting for a member of each type. The member is a template argument, so that a Setting is made of plain functions.

template <auto member>
void reset(Scenario& scenario) {
  scenario.*member = Scenario().*member;
}

template <auto member, std::uint64_t least, std::uint64_t most>
constexpr Setting whole(std::string_view name, std::string_view help) {
  return {name,
          Kind::whole,
          "N",
          help,
          [](Scenario& scenario, std::string_view text) { scenario.*member = parse_whole(text, least, most); },
          [](const Scenario& scenario) -> Text {
            const std::optional<std::uint64_t> value = scenario.*member;
            return value ? Text(std::to_string(*value)) : std::nullopt;
          },
          reset<member>};
}

constexpr Setting unbounded_by_zero(Setting setting) {
  setting.zero_is_unbounded = true;
  return setting;
}

template <auto member>
constexpr Setting delay(std::string_view name, std::string_view help) {
  return {name,
          Kind::delay,
          "DELAY",
          help,
          [](Scenario& scenario, std::string_view text) { scenario.*member = Delay::parse(text); },
          [](const Scenario& scenario) -> Text {
            const std::optional<Delay> value = scenario.*member;
            return value ? Text(value->text()) : std::nullopt;
          },
          reset<member>};
}

template <auto member>
constexpr Setting duration(std::string_view name, std::string_view help) {
  return {name,
          Kind::duration,
          "T",
          help,
          [](Scenario& scenario, std::string_view text) {
            const double seconds = parse_duration(text);
            if (seconds <= 0) throw BadValue(fmt::format("'{}' is not above 0", text));
            scenario.*member = seconds;
          },
          [](const Scenario& scenario) -> Text { return scenario.*member ? Text(to_text(*(scenario.*member))) : std::nullopt; },
          reset<member>};
}

template <auto member>
constexpr Setting flag(std::string_view name, std::string_view help) {
  return {name,
          Kind::flag,
          "",
          help,
          [](Scenario& scenario, std::string_view text) {
            if (text != "true" && text != "false") throw BadValue(fmt::format("'{}' is neither true nor false", text));
            scenario.*member = text == "true";
          },
          [](const Scenario& scenario) -> Text { return scenario.*member ? "true" : "false"; },
          reset<member>};
}

template <auto member, const auto& choices>
constexpr Setting choice(std::string_view name, std::string_view value, std::string_view help) {
  return {name,
          Kind::choice,
          value,
          help,
          [](Scenario& scenario, std::string_view text) {
            const auto found = std::find_if(choices.begin(), choices.end(), [&](const auto& c) { return c.name == text; });
            if (found == choices.end()) {
              std::array<std::string_view, choices.size()> names;
              std::transform(choices.begin(), choices.end(), names.begin(), [](const auto& c) { return c.name; });
              throw BadValue(fmt::format("'{}' is none of {}", text, fmt::join(names, ", ")));
            }
            scenario.*member = found->value;
          },
          [](const Scenario& scenario) -> Text {
            return std::string(
                std::find_if(choices.begin(), choices.end(), [&](const auto& c) { return c.value == scenario.*member; })->name);
          },
          reset<member>};
}

double parse_speed(std::string_view text) {
  constexpr double most = 1e9;
  const double speed = parse_decimal(text, "a number above 0");
  if (speed <= 0 || speed > most) throw BadValue(fmt::format("'{}' is not above 0 and at most {}", text, to_text(most)));
  return speed;
}

void set_speed(Scenario& scenario, std::string_view text) { scenario.speed = parse_speed(text); }

Text get_speed(const Scenario& scenario) {
  return scenario.clock == Scenario::Clock::wall ? Text(to_text(scenario.speed.value_or(1))) : std::nullopt;
}

void set_arrivals(Scenario& scenario, std::string_view text) {
  scenario.arrivals = text;
  scenario.log.reset();
}

void reset_arrivals(Scenario& scenario) { set_arrivals(scenario, ""); }

Text get_arrivals(const Scenario& scenario) { return scenario.arrivals.empty() ? std::nullopt : Text(scenario.arrivals); }

void set_arrivals_speed(Scenario& scenario, std::string_view text) { scenario.arrivals_speed = parse_speed(text); }

Text get_arrivals_speed(const Scenario& scenario) {
  return scenario.arrivals_speed ? Text(to_text(*scenario.arrivals_speed)) : std::nullopt;
}

void set_fail_at(Scenario& scenario, std::string_view text) {
  std::vector<std::uint64_t> ids;
  for (std::string_view rest = text;;) {
    const auto comma = rest.find(',');
    ids.push_back(parse_whole(rest.substr(0, comma), 1, Scenario::most_items));
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  scenario.fail_at = std::move(ids);
}

Text get_fail_at(const Scenario& scenario) {
  return scenario.fail_at.empty() ? std::nullopt : Text(fmt::format("{}", fmt::join(scenario.fail_at, ",")));
}

constexpr std::array all{
    whole<&Scenario::producers, 1, Scenario::most_actors>("producers", "how many producers there are (default 1)"),
    whole<&Scenario::consumers, 1, Scenario::most_actors>("consumers", "how many consumers there are (default 2)"),
    whole<&Scenario::items, 0, Scenario::most_items>("items", "items in all, shared out evenly over the producers (default 12)"),
    unbounded_by_zero(
        whole<&Scenario::maxsize, 0, Scenario::most_items>("maxsize", "room in the queue; 0, the default: unbounded")),
    delay<&Scenario::produce_delay>("produce-delay", "time to produce an item (default 0.01,0.05)"),
    flag<&Scenario::produce_first>("produce-first", "put the item, then sleep"),
    delay<&Scenario::consume_delay>("consume-delay", "time to work on an item (default 0.02,0.08)"),
    whole<&Scenario::seed, 0, Scenario::most_seed>("seed", "of the random numbers, as Python's random.seed (default 42)"),
    choice<&Scenario::streams, streams>(
        "streams", "shared|per-actor|per-item",
        "whose random numbers: one stream for all (the default), one for each actor, or one for each "
        "producer that draws the work on its items too"),
    choice<&Scenario::shutdown, shutdowns>(
        "shutdown", "sentinel|join-sentinel|join-cancel",
        "the last producer sends sentinels (the default); or, once all is consumed, sentinels are "
        "sent or the consumers are cancelled"),
    whole<&Scenario::sentinels, 0, Scenario::most_actors>("sentinels", "how many are sent (default: one for each consumer)"),
    duration<&Scenario::ready_after>("ready-after", "the consumers begin at this time, when an event is set"),
    whole<&Scenario::limit, 1, Scenario::most_actors>("limit", "how many consumers may work at once: a semaphore"),
    delay<&Scenario::lock_delay>("lock-delay", "time that every item also spends in one lock"),
    duration<&Scenario::timeout>("timeout", "time limit on the work on an item, which is then given up"),
    choice<&Scenario::work, works>(
        "work", "async|block|thread",
        "how an item is worked on: awaiting (the default), blocking the loop, or on a thread of a pool"),
    whole<&Scenario::threads, 1, Scenario::most_actors>("threads", "with --work thread: threads in the pool (default 4)"),
    Setting{"fail-at", Kind::list, "ID,ID", "items on which a consumer fails", set_fail_at, get_fail_at,
            reset<&Scenario::fail_at>},
    choice<&Scenario::on_failure, failures>("on-failure", "stop|continue",
                                            "a failure ends the run (the default), or costs that item only"),
    duration<&Scenario::stop_after>("stop-after", "end the run early, at this time"),
    choice<&Scenario::on_stop, stops>(
        "on-stop", "cancel|finish|drain",
        "how a run is ended early: all are cancelled (the default), consumers finish what they have in "
        "hand, or they consume all that is queued"),
    Setting{"arrivals", Kind::path, "FILE",
            "the items of a log, CSV with columns at and perhaps service, instead of a producer's own (-: stdin)", set_arrivals,
            get_arrivals, reset_arrivals},
    Setting{"arrivals-speed", Kind::decimal, "F", "with --arrivals: F times as fast as the log (default 1)", set_arrivals_speed,
            get_arrivals_speed, reset<&Scenario::arrivals_speed>},
    choice<&Scenario::clock, clocks>("clock", "wall|virtual", "time really passes (the default), or jumps to the next event"),
    Setting{"speed", Kind::decimal, "F", "with the wall clock: F times as fast as real time (default 1)", set_speed, get_speed,
            reset<&Scenario::speed>},
    choice<&Scenario::trace, traces>("trace", "lesson|full|none",
                                     "what is printed: the lesson's lines (the default), every step, or nothing"),
};

}  // namespace

std::span<const Setting> settings() { return all; }

std::optional<Conflict> find_conflict(const Scenario& scenario) {
  if (scenario.sentinels && scenario.shutdown == Scenario::Shutdown::join_cancel)
    return Conflict{"sentinels", fmt::format("{} cannot be sent, as --shutdown join-cancel sends none", *scenario.sentinels),
                    true};
  if (scenario.threads && scenario.work != Scenario::Work::thread)
    return Conflict{"threads", fmt::format("{} means nothing without --work thread", *scenario.threads), true};
  if (scenario.arrivals_speed && scenario.arrivals.empty())
    return Conflict{"arrivals-speed", fmt::format("{} means nothing without --arrivals", to_text(*scenario.arrivals_speed)),
                    true};
  if (!scenario.arrivals.empty() && scenario.producers != 1)
    return Conflict{"producers", fmt::format("{} cannot be, as --arrivals has one producer", scenario.producers), true};
  if (!scenario.arrivals.empty() && scenario.produce_first)
    return Conflict{"produce-first", "this means nothing with --arrivals, which says when items come", true};
  if (scenario.speed && scenario.clock == Scenario::Clock::virtual_time)
    return Conflict{"speed", fmt::format("{} means nothing with --clock virtual, which does not wait", to_text(*scenario.speed)),
                    true};
  const bool items_are_known = scenario.arrivals.empty() || scenario.log;
  if (!scenario.fail_at.empty() && items_are_known && scenario.fail_at.back() > scenario.items)
    return Conflict{"fail-at", fmt::format("there is no item {}, the last one is {}", scenario.fail_at.back(), scenario.items),
                    false};
  return std::nullopt;
}

}  // namespace pcsim
