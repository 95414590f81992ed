#include <pcsim/observe/html_export.hpp>

#include <pcsim/model/setting.hpp>
#include <pcsim/observe/bottleneck.hpp>
#include <pcsim/observe/measures.hpp>
#include <pcsim/observe/page/pages.hpp>
#include <pcsim/observe/report.hpp>

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

namespace pcsim {

namespace {

namespace json = boost::json;

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// A column of whole numbers as text: five bits a digit, the least first; the sixth bit says that more follow. A column of equal
// numbers is that number.
class Column {
public:
  void add(std::uint64_t number) {
    if (text_.empty()) first_ = number;
    if (number != first_) constant_ = false;
    for (; number >= 32; number >>= 5) text_ += digits[32 | (number & 31)];
    text_ += digits[number];
  }

  std::size_t size() const { return constant_ ? 1 : text_.size(); }
  json::value value() const { return constant_ ? json::value(first_) : json::value(json::string(text_)); }

private:
  std::uint64_t first_ = 0;
  bool constant_ = true;
  std::string text_;
};

// Times in whole ticks. A length is that between two rounded times, so that rounding does not add up.
class Ruler {
public:
  explicit Ruler(double ticks_per_second) : ticks_per_second_(ticks_per_second) {}

  std::uint64_t at(double seconds) const { return static_cast<std::uint64_t>(std::llround(seconds * ticks_per_second_)); }
  std::uint64_t between(double from, double to) const { return at(to) - std::min(at(from), at(to)); }

private:
  double ticks_per_second_;
};

struct StoryTable {
  Column offered;  // since the one before
  Column lag;      // between the production and the queue
  Column produced;
  Column producer;
  Column blocked;
  Column wait;
  Column line;
  Column work;
  Column lock_line;
  Column lock;
  Column consumer;  // and, in the lowest three bits, the fate

  StoryTable(const std::vector<Story>& stories, const Ruler& ruler, bool produce_first) {
    double before = 0;
    for (const Story& story : stories) {
      offered.add(ruler.between(std::exchange(before, story.offered), story.offered));
      lag.add(produce_first ? ruler.between(story.put, story.produce_from) : ruler.between(story.produce_to, story.offered));
      produced.add(ruler.between(story.produce_from, story.produce_to));
      producer.add(story.producer);
      blocked.add(ruler.between(story.offered, story.put));
      wait.add(ruler.between(story.put, story.got));
      line.add(ruler.between(story.got, story.work_from));
      work.add(ruler.between(story.work_from, story.work_to));
      lock_line.add(ruler.between(story.work_to, story.lock_from));
      lock.add(ruler.between(story.lock_from, story.done));
      consumer.add(std::uint64_t{story.consumer} << 3 | static_cast<std::uint64_t>(story.fate));
    }
  }

  std::size_t size() const {
    std::size_t sum = 0;
    for (const Column* column :
         {&offered, &lag, &produced, &producer, &blocked, &wait, &line, &work, &lock_line, &lock, &consumer})
      sum += column->size();
    return sum;
  }

  json::object value() const {
    return {{"offered", offered.value()},     {"lag", lag.value()},   {"produced", produced.value()},
            {"producer", producer.value()},   {"wait", wait.value()}, {"blocked", blocked.value()},
            {"line", line.value()},           {"work", work.value()}, {"lockLine", lock_line.value()},
            {"consumer", consumer.value()}, {"lock", lock.value()}};
  }
};

// Nanoseconds, unless the run is too long for ten digits of them.
double finest_ticks(double makespan) {
  double ticks = 1e9;
  while (makespan * ticks > 1e10) ticks /= 10;
  return ticks;
}

// The stories take 2.4 MB of the page at most: first the times are rounded, then stories left out.
json::object timeline(Stories& stories, double makespan, bool produce_first) {
  constexpr std::size_t most = 2'400'000;
  for (double ticks = finest_ticks(makespan);;) {
    const Ruler ruler(ticks);
    const StoryTable table(stories.items(), ruler, produce_first);
    if (table.size() > most) {
      if (makespan * ticks > 1e7)
        ticks /= 10;
      else
        stories.thin_out();
      continue;
    }
    Column cut_producer, cut_from, cut_length;
    for (const Slice& slice : stories.cut()) {
      cut_producer.add(slice.who.number);
      cut_from.add(ruler.at(slice.from));
      cut_length.add(ruler.between(slice.from, slice.to));
    }
    return {{"ticks", ticks},
            {"end", ruler.at(makespan)},
            {"step", stories.step()},
            {"count", stories.items().size()},
            {"stories", table.value()},
            {"cuts", stories.cut().size()},
            {"cut", {{"producer", cut_producer.value()}, {"from", cut_from.value()}, {"length", cut_length.value()}}}};
  }
}

// Shares of the time of all who are in a row, a digit each; nothing where all are 0.
json::value shares(const TimeBuckets<Activity::Time>& row, double Activity::Time::*what, std::uint64_t actors, double makespan) {
  std::string text;
  bool any = false;
  double from = 0;
  for (const Activity::Time& time : row.cells()) {
    const double whole = (std::min(from + row.width(), makespan) - from) * static_cast<double>(actors);
    const double share = whole > 0 ? std::clamp(time.*what / whole, 0.0, 1.0) : 0;
    const auto digit = static_cast<std::size_t>(std::lround(63 * share));
    text += digits[digit];
    any = any || digit > 0;
    from += row.width();
  }
  if (!any) text.clear();
  return json::string(text);
}

json::object rows(const Activity::Groups& groups, std::uint64_t actors, double makespan) {
  json::array working, blocked;
  std::uint64_t first = 0;
  for (const auto& row : groups.rows) {
    const std::uint64_t members = std::min(groups.size, actors - first);
    working.push_back(shares(row, &Activity::Time::working, members, makespan));
    blocked.push_back(shares(row, &Activity::Time::blocked, members, makespan));
    first += groups.size;
  }
  return {{"size", groups.size}, {"working", std::move(working)}, {"blocked", std::move(blocked)}};
}

json::object from_afar(const Activity& activity, const Scenario& scenario, double makespan) {
  Column least, most, mean;
  double from = 0;
  for (const Activity::Depth& depth : activity.depth().cells()) {
    const double seconds = std::min(from + activity.span(), makespan) - from;
    least.add(std::min(depth.least, depth.most));
    most.add(depth.most);
    mean.add(seconds > 0 ? static_cast<std::uint64_t>(std::llround(100 * depth.area / seconds)) : 100 * depth.most);
    from += activity.span();
  }
  return {{"span", activity.span()},
          {"count", activity.depth().cells().size()},
          {"producers", rows(activity.producers(), scenario.producers, makespan)},
          {"consumers", rows(activity.consumers(), scenario.consumers, makespan)},
          {"depth", {{"least", least.value()}, {"most", most.value()}, {"hundredths", mean.value()}}}};
}

// 1, 2 or 5 times a power of ten: the least that is not below this, as near as denormalized numbers are.
double round_up(double value) {
  if (value < std::numeric_limits<double>::min()) return std::max(value, std::numeric_limits<double>::denorm_min());
  const double ten = std::pow(10, std::floor(std::log10(value)));
  for (const double step : {1.0, 2.0, 5.0})
    if (value <= step * ten * (1 + 1e-12)) return step * ten;
  return 10 * ten;
}

// In bins of a round width, from 0 on, more of them for more values; a long tail that would press all else together is only
// counted.
json::object histogram(std::string_view name, const Distribution& distribution) {
  json::array counts;
  double width = 0;
  if (distribution.max() > 0) {
    const double p99 = distribution.percentile(0.99);
    const double end = p99 > 0 && distribution.max() > 3 * p99 ? p99 : distribution.max();
    width = round_up(end / std::clamp(2 * std::cbrt(static_cast<double>(distribution.count())), 8.0, 50.0));
    std::uint64_t before = 0;
    for (int bin = 1; width * (bin - 1) < end; ++bin) {
      const std::uint64_t now = distribution.at_most(width * bin);
      counts.push_back(now - before);
      before = now;
    }
  }
  return {{"name", name}, {"count", distribution.count()}, {"width", width}, {"counts", std::move(counts)}};
}

// Each actor's line in the table; neighbours share one where they are many.
template <class Actors, class Idle>
json::object actor_table(const std::vector<Actors>& actors, Idle idle) {
  constexpr std::uint64_t most = 1000;
  const std::uint64_t size = group_size(actors.size(), most);
  json::array lines;
  for (std::size_t first = 0; first < actors.size(); first += size) {
    std::uint64_t items = 0;
    double busy = 0;
    double rest = 0;
    double gone = 0;
    for (std::size_t i = first; i < std::min(first + size, actors.size()); ++i) {
      items += actors[i].items;
      busy += actors[i].busy;
      rest += actors[i].*idle;
      gone += actors[i].gone;
    }
    lines.push_back(json::array{items, busy, rest, gone});
  }
  return {{"count", actors.size()}, {"size", size}, {"lines", std::move(lines)}};
}

}  // namespace

HtmlExport::HtmlExport(const Scenario& scenario, const Statistics& statistics, About about, Output& output)
    : scenario_(scenario),
      statistics_(statistics),
      about_(std::move(about)),
      output_(output),
      stories_(most_stories),
      activity_(scenario),
      slicer_(scenario, [this](const Slice& slice) {
        stories_.on(slice);
        activity_.on(slice);
      }) {}

void HtmlExport::on(const Happening& happening) {
  stories_.on(happening);
  activity_.on(happening);
  slicer_.on(happening);
  if (happening.kind == Happening::Kind::failed && first_failure_.item == 0) first_failure_ = happening;
  if (happening.kind == Happening::Kind::stopping) stopped_ = true;
}

void HtmlExport::on_draw(const Draw& draw) { slicer_.on_draw(draw); }

void HtmlExport::end(const Outcome* outcome) {
  const double makespan = statistics_.makespan();
  stories_.end(makespan);
  slicer_.end(makespan);
  activity_.end(makespan);

  json::object run{{"kind", outcome == nullptr  ? "interrupted"
                            : outcome->deadlock ? "deadlock"
                            : outcome->failed   ? "failed"
                            : stopped_          ? "stopped"
                                                : "done"},
                   {"limits", bottleneck(scenario_, statistics_)}};
  if (outcome != nullptr && outcome->deadlock) run["report"] = deadlock_report(*outcome);
  if (outcome != nullptr && outcome->failed)
    run["failure"] = {{"at", first_failure_.at}, {"consumer", first_failure_.who.number}, {"item", first_failure_.item}};

  json::array figures;
  for (const Measure& measure : measures(statistics_))
    figures.push_back(json::array{measure.name, measure.value, measure.whole});

  json::object page{{"title", about_.title},
                    {"version", about_.version},
                    {"outcome", std::move(run)},
                    {"settings", page::settings_of(scenario_, Scenario())},
                    {"warmup", about_.warmup},
                    {"measures", std::move(figures)},
                    {"distributions",
                     {histogram("wait", statistics_.wait()), histogram("service", statistics_.service()),
                      histogram("latency", statistics_.latency()), histogram("blocked", statistics_.blocked())}},
                    {"producers", actor_table(statistics_.producers(), &Statistics::Producer::blocked)},
                    {"consumers", actor_table(statistics_.consumers(), &Statistics::Consumer::waiting)},
                    {"timeline", timeline(stories_, makespan, scenario_.produce_first)}};
  if (!stories_.complete()) page["afar"] = from_afar(activity_, scenario_, makespan);

  output_.buffer().append(page::fill(page::run, json::serialize(page)));
  output_.complete();
}

}  // namespace pcsim
