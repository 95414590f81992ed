#include <pcsim/observe/html_export.hpp>

#include "simulation.hpp"

#include <pcsim/model/setting.hpp>
#include <pcsim/observe/measures.hpp>
#include <support/count.hpp>
#include <support/random_scenario.hpp>
#include <support/recorded_run.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pcsim {
namespace {

namespace json = boost::json;

constexpr std::string_view data_begins = "<script id=\"data\" type=\"application/json\">";

struct Page {
  std::string text;
  std::string data_text;
  json::object data;
};

Page page_of(const Scenario& scenario, Statistics& statistics, const std::string& title = "a title",
             std::vector<Observer*> others = {}) {
  const ScratchFile file(".html");
  Output output(file.path(), Output::Way::in_place);
  HtmlExport exporter(scenario, statistics, {title, "1.2.3"}, output);
  others.push_back(&statistics);
  others.push_back(&exporter);
  const Outcome outcome = simulate(scenario, others);
  statistics.end(outcome.at);
  exporter.end(&outcome);
  Page page{file.read(), {}, {}};
  const auto begin = page.text.find(data_begins) + data_begins.size();
  page.data_text = page.text.substr(begin, page.text.find("</script>", begin) - begin);
  page.data = json::parse(page.data_text).as_object();
  return page;
}

Page page_of(const Scenario& scenario, const std::string& title = "a title") {
  Statistics statistics(scenario);
  return page_of(scenario, statistics, title);
}

// Boost.JSON reads some numbers with their last bit wrong.
bool same_number(const json::value& value, double expected) {
  return std::abs(value.to_number<double>() - expected) <= 4e-16 * std::abs(expected);
}

std::size_t digit_of(char c) {
  return std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_").find(c);
}

std::vector<double> column(const json::value& value, std::size_t count) {
  if (!value.is_string()) return std::vector<double>(count, value.to_number<double>());
  std::vector<double> numbers;
  double number = 0, scale = 1;
  for (const char c : value.as_string()) {
    const std::size_t digit = digit_of(c);
    REQUIRE(digit != std::string_view::npos);
    number += static_cast<double>(digit % 32) * scale;
    scale *= 32;
    if (digit >= 32) continue;
    numbers.push_back(number);
    number = 0;
    scale = 1;
  }
  REQUIRE(numbers.size() == count);
  return numbers;
}

TEST_CASE("the page refers to nothing outside itself, and forbids the browser to load anything") {
  const std::string text = page_of(scenario_of({})).text;
  for (const char* reference : {"http:", "https:", "//", "src=", "href", "<link", "<img", "<iframe", "@import", "url(", "fetch("}) {
    CAPTURE(reference);
    std::string without_comments = text;
    for (auto at = without_comments.find("// "); at != std::string::npos; at = without_comments.find("// ", at))
      without_comments.erase(at, without_comments.find('\n', at) - at);
    CHECK(without_comments.find(reference) == std::string::npos);
  }
  CHECK(text.find("content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\"") != std::string::npos);
}

TEST_CASE("the page is whole: it begins and ends as a document does, and no hole of the template is left") {
  const std::string text = page_of(scenario_of({})).text;
  CHECK(text.starts_with("<!doctype html>\n<html lang=\"en\">"));
  CHECK(text.ends_with("</html>\n"));
  CHECK(text.find("{{data}}") == std::string::npos);
  CHECK(text.find(".js@") == std::string::npos);
  CHECK(text.find(".css@") == std::string::npos);
  for (const char* tag : {"html", "head", "body", "style", "header", "main", "section", "footer", "script", "template"}) {
    CAPTURE(tag);
    const auto count = [&](const std::string& what) {
      std::size_t found = 0;
      for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
      return found;
    };
    const std::string name(tag);
    CHECK(count("<" + name + ">") + count("<" + name + " ") == count("</" + name + ">"));
  }
}

TEST_CASE("the page's figures are the measures, in their order, and its settings those in force") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(100); ++i) {
    const Scenario scenario = random_scenario(rng);
    CAPTURE(text_of(scenario));
    Statistics statistics(scenario, rng() % 5);
    const Page page = page_of(scenario, statistics);
    const json::array& figures = page.data.at("measures").as_array();
    const auto expected = measures(statistics);
    REQUIRE(figures.size() == expected.size());
    for (std::size_t m = 0; m < expected.size(); ++m) {
      CHECK(figures[m].at(0).as_string() == expected[m].name);
      CHECK(same_number(figures[m].at(1), expected[m].value));
      CHECK(figures[m].at(2) == expected[m].whole);
    }
    std::size_t s = 0;
    const json::array& shown = page.data.at("settings").as_array();
    for (const Setting& setting : settings())
      if (const auto text = setting.get(scenario)) {
        REQUIRE(s < shown.size());
        CHECK(shown[s].at(0).as_string() == setting.name);
        CHECK(shown[s].at(1).as_string() == *text);
        ++s;
      }
    CHECK(s == shown.size());
  }
}

TEST_CASE("the stories in the page are those of the run, to a tick, and the actors' figures those of the statistics") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(300); ++i) {
    const Scenario scenario = random_scenario(rng);
    CAPTURE(text_of(scenario));
    Statistics statistics(scenario);
    Recorder recorder;
    const Page page = page_of(scenario, statistics, "a title", {&recorder});
    CHECK(page.data.if_contains("afar") == nullptr);
    const json::object& timeline = page.data.at("timeline").as_object();
    const auto count = timeline.at("count").to_number<std::size_t>();
    const double tick = 1 / timeline.at("ticks").to_number<double>();
    CHECK(tick <= 1e-9 + 1e-9 * statistics.makespan());
    const auto read = [&](const char* name) { return column(timeline.at("stories").at(name), count); };
    const auto offered = read("offered"), blocked = read("blocked"), wait = read("wait"), line = read("line"), work = read("work"),
               lock_line = read("lockLine"), lock = read("lock"), consumer = read("consumer"), producer = read("producer");
    std::vector<double> put(count), got(count), done(count);
    double at = 0;
    for (std::size_t k = 0; k < count; ++k) {
      at += offered[k];
      put[k] = at + blocked[k];
      got[k] = put[k] + wait[k];
      done[k] = got[k] + line[k] + work[k] + lock_line[k] + lock[k];
    }
    const auto same_time = [&](double ticks, double seconds) { return std::abs(ticks * tick - seconds) <= 0.501 * tick; };
    std::size_t fates[6] = {};
    for (std::size_t k = 0; k < count; ++k) ++fates[static_cast<std::size_t>(consumer[k]) % 8];
    CHECK(fates[0] == statistics.consumed());
    CHECK(fates[1] == statistics.timed_out());
    CHECK(fates[2] == statistics.failed());
    CHECK(fates[3] == statistics.unfinished());
    CHECK(fates[4] == statistics.queued());
    for (const Happening& h : recorder.happenings) {
      if (h.item == 0) continue;
      const std::size_t k = h.item - 1;
      REQUIRE(k < count);
      switch (h.kind) {
        case Happening::Kind::put:
          CHECK(same_time(put[k], h.at));
          CHECK(producer[k] == h.who.number);
          break;
        case Happening::Kind::got:
          CHECK(same_time(got[k], h.at));
          CHECK(std::floor(consumer[k] / 8) == h.who.number);
          break;
        case Happening::Kind::blocked: break;
        default: CHECK(same_time(done[k], h.at)); break;
      }
    }
    for (std::size_t c = 0; c < scenario.consumers; ++c) {
      const json::value& line_of = page.data.at("consumers").at("lines").at(c);
      CHECK(line_of.at(0) == statistics.consumers()[c].items);
      CHECK(same_number(line_of.at(1), statistics.consumers()[c].busy));
      CHECK(same_number(line_of.at(2), statistics.consumers()[c].waiting));
      CHECK(same_number(line_of.at(3), statistics.consumers()[c].gone));
    }
    for (std::size_t p = 0; p < scenario.producers; ++p)
      CHECK(same_number(page.data.at("producers").at("lines").at(p).at(3), statistics.producers()[p].gone));
  }
}

TEST_CASE("a histogram holds each value once, in the bin where it belongs, but for a long tail that is left out") {
  for (const char* delay : {"0.02,0.08", "exp:0.05", "pareto:1.2,0.01", "0.05", "0"}) {
    CAPTURE(delay);
    const Scenario scenario = scenario_of({{"items", "5000"}, {"maxsize", "3"}, {"consume-delay", delay}});
    Statistics statistics(scenario);
    Recorder recorder;
    const Page page = page_of(scenario, statistics, "a title", {&recorder});
    std::vector<double> got(5001), services;
    for (const Happening& h : recorder.happenings) {
      if (h.kind == Happening::Kind::got) got[h.item] = h.at;
      if (h.kind == Happening::Kind::consumed) services.push_back(h.at - got[h.item]);
    }
    const json::value& histogram = page.data.at("distributions").at(1);
    CHECK(histogram.at("name") == "service");
    CHECK(histogram.at("count") == services.size());
    const double width = histogram.at("width").to_number<double>();
    const json::array& counts = histogram.at("counts").as_array();
    CHECK(counts.size() <= 50);
    double up_to = 0;
    for (std::size_t bin = 0; bin < counts.size(); ++bin) {
      up_to += counts[bin].to_number<double>();
      const double edge = width * static_cast<double>(bin + 1);
      // A bucket of the distribution that lies across the edge is counted with its middle.
      const auto below = [&](double limit) {
        return std::count_if(services.begin(), services.end(), [&](double seconds) { return seconds <= limit; });
      };
      CHECK(up_to >= static_cast<double>(below(edge * 0.995)));
      CHECK(up_to <= static_cast<double>(below(edge * 1.005)));
    }
    if (counts.empty())
      CHECK(statistics.service().max() == 0);
    else
      CHECK(up_to >= 0.985 * static_cast<double>(services.size()));
  }
}

TEST_CASE("up to 1,000 items, each is in its bin exactly") {
  for (const char* delay : {"0.02,0.08", "exp:0.05", "pareto:1.2,0.01", "0.1"}) {
    CAPTURE(delay);
    const Scenario scenario = scenario_of({{"items", "1000"}, {"maxsize", "3"}, {"consume-delay", delay}});
    Statistics statistics(scenario);
    Recorder recorder;
    const Page page = page_of(scenario, statistics, "a title", {&recorder});
    std::vector<double> put(1001), waits;
    for (const Happening& h : recorder.happenings) {
      if (h.kind == Happening::Kind::put) put[h.item] = h.at;
      if (h.kind == Happening::Kind::got) waits.push_back(h.at - put[h.item]);
    }
    const json::value& histogram = page.data.at("distributions").at(0);
    const double width = histogram.at("width").to_number<double>();
    std::int64_t up_to = 0;
    double edge = 0;
    for (const json::value& count : histogram.at("counts").as_array()) {
      up_to += count.to_number<std::int64_t>();
      edge += width;
      // Neither is a wait that lies where a bin ends by rounding.
      CHECK(up_to >= std::count_if(waits.begin(), waits.end(), [&](double wait) { return wait <= edge * (1 - 1e-12); }));
      CHECK(up_to <= std::count_if(waits.begin(), waits.end(), [&](double wait) { return wait <= edge * (1 + 1e-12); }));
    }
    CHECK(up_to > 900);
  }
}

TEST_CASE("delays of any size make a page of numbers") {
  for (const char* delay : {"5e-324", "1e-323,1e-310", "1e-200", "lognormal:50,50", "pareto:0.1,1e9"}) {
    CAPTURE(delay);
    const Scenario scenario =
        scenario_of({{"items", "1500"}, {"maxsize", "3"}, {"produce-delay", delay}, {"consume-delay", delay}});
    Statistics statistics(scenario);
    const Page page = page_of(scenario, statistics);
    for (const char* none : {"inf", "nan", "Inf", "NaN"})
      CHECK(page.data_text.find(std::string(":") + none) == std::string::npos);
    for (const json::value& histogram : page.data.at("distributions").as_array()) {
      CHECK(histogram.at("counts").as_array().size() <= 100);
      CHECK(histogram.at("width").to_number<double>() >= 0);
    }
  }
}

TEST_CASE("nothing that a user names can end the script, or begin another") {
  const std::string title = "</script><script>alert(1)</script><!-- \"quoted\" & '\\' \n";
  const Page page = page_of(scenario_of({}), title);
  CHECK(page.data_text.find('<') == std::string::npos);
  CHECK(page.data.at("title").as_string() == title);
  CHECK(page.text.find("alert(1)</script>") == std::string::npos);
}

TEST_CASE("the same run gives the same bytes") {
  for (const char* items : {"100", "150000"}) {
    const Scenario scenario = scenario_of({{"items", items}, {"producers", "3"}, {"maxsize", "2"}});
    CHECK(page_of(scenario).text == page_of(scenario).text);
  }
}

TEST_CASE("a page is smaller than 3 MB, with every item of 100,000, and for more of them") {
  constexpr std::size_t most = 3'000'000;
  const std::vector<std::vector<std::pair<std::string_view, std::string_view>>> runs{
      {},
      {{"produce-delay", "0.0005,0.0015"}},
      {{"producers", "100"}, {"consumers", "1000"}, {"maxsize", "64"}, {"produce-delay", "0.001,0.005"}},
      {{"producers", "5000"}, {"consumers", "50000"}, {"maxsize", "1"}, {"produce-delay", "exp:1000"}, {"consume-delay", "exp:9"}},
      {{"consumers", "20"}, {"limit", "7"}, {"lock-delay", "exp:1ms"}, {"timeout", "70ms"}, {"maxsize", "5"}},
  };
  for (auto settings : runs)
    for (const char* items : {"100000", "400000"}) {
      settings.emplace_back("items", items);
      const Scenario scenario = scenario_of(settings);
      CAPTURE(text_of(scenario));
      const Page page = page_of(scenario);
      CHECK(page.text.size() < most);
      CHECK((page.data.if_contains("afar") == nullptr) == (scenario.items == 100'000));
      if (scenario.items == 100'000) CHECK(page.data.at("timeline").at("step") == 1);
      settings.pop_back();
    }
}

TEST_CASE("a page that is thinned out still shows what everybody did: the shares of a row add up to its actors' time") {
  const Scenario scenario =
      scenario_of({{"producers", "7"}, {"consumers", "230"}, {"items", "300000"}, {"maxsize", "30"}, {"produce-delay", "0.0008,0.002"}});
  Statistics statistics(scenario);
  const Page page = page_of(scenario, statistics);
  const json::object& afar = page.data.at("afar").as_object();
  const double span = afar.at("span").to_number<double>(), makespan = statistics.makespan();
  const auto count = afar.at("count").to_number<std::size_t>();
  CHECK(count <= 1024);
  CHECK(count >= 512);
  const auto seconds = [&](const json::value& shares, double actors) {
    double sum = 0;
    std::size_t i = 0;
    for (const char c : shares.as_string()) {
      const double from = span * static_cast<double>(i++);
      sum += static_cast<double>(digit_of(c)) / 63 * actors * (std::min(from + span, makespan) - from);
    }
    CHECK(i <= count);
    return sum;
  };
  const json::value& consumers = afar.at("consumers");
  CHECK(consumers.at("size") == 5);
  REQUIRE(consumers.at("working").as_array().size() == 46);
  for (std::size_t row = 0; row < 46; ++row) {
    double busy = 0;
    for (std::size_t c = 5 * row; c < 5 * row + 5; ++c) busy += statistics.consumers()[c].busy;
    CHECK(seconds(consumers.at("working").at(row), 5) == doctest::Approx(busy).epsilon(0.01));
  }
  for (std::size_t p = 0; p < 7; ++p) {
    CHECK(seconds(afar.at("producers").at("working").at(p), 1) == doctest::Approx(statistics.producers()[p].busy).epsilon(0.01));
    CHECK(seconds(afar.at("producers").at("blocked").at(p), 1) ==
          doctest::Approx(statistics.producers()[p].blocked).epsilon(0.02));
  }
  const auto mean = column(afar.at("depth").at("hundredths"), count), most = column(afar.at("depth").at("most"), count),
             least = column(afar.at("depth").at("least"), count);
  double area = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double from = span * static_cast<double>(i);
    area += mean[i] / 100 * (std::min(from + span, makespan) - from);
    CHECK(least[i] <= mean[i] / 100 + 0.01);
    CHECK(mean[i] / 100 <= most[i] + 0.01);
  }
  CHECK(area == doctest::Approx(statistics.mean_depth() * makespan).epsilon(0.01));
  CHECK(*std::max_element(most.begin(), most.end()) == static_cast<double>(statistics.max_depth()));
}

TEST_CASE("the outcome tells how the run ended") {
  const auto kind = [](const std::vector<std::pair<std::string_view, std::string_view>>& settings) {
    return std::string(page_of(scenario_of(settings)).data.at("outcome").at("kind").as_string());
  };
  CHECK(kind({}) == "done");
  CHECK(kind({{"sentinels", "1"}}) == "deadlock");
  CHECK(kind({{"stop-after", "0.1"}}) == "stopped");
  CHECK(kind({{"fail-at", "3"}}) == "failed");
  CHECK(kind({{"fail-at", "3"}, {"on-failure", "continue"}}) == "done");
  const Page failed = page_of(scenario_of({{"fail-at", "3"}}));
  CHECK(failed.data.at("outcome").at("failure").at("item") == 3);
  const Page stuck = page_of(scenario_of({{"sentinels", "1"}}));
  CHECK(stuck.data.at("outcome").at("report").as_string().starts_with("deadlock at "));
}

TEST_CASE("a run that was broken off is a page, too") {
  const Scenario scenario = scenario_of({});
  const ScratchFile file(".html");
  Statistics statistics(scenario);
  Output output(file.path(), Output::Way::in_place);
  HtmlExport exporter(scenario, statistics, {"a title", "1.2.3"}, output);
  exporter.on({0.5, Happening::Kind::put, {Actor::Role::producer, 1}, 1});
  statistics.on({0.5, Happening::Kind::put, {Actor::Role::producer, 1}, 1});
  statistics.end(1);
  exporter.end(nullptr);
  CHECK(file.read().find("\"interrupted\"") != std::string::npos);
}

TEST_CASE("a run of nothing is a page, too") {
  const Page page = page_of(scenario_of({{"items", "0"}, {"produce-delay", "0"}}));
  CHECK(page.data.at("timeline").at("count") == 0);
  CHECK(page.data.at("distributions").at(0).at("counts").as_array().empty());
}

}  // namespace
}  // namespace pcsim
