#include "files.hpp"
#include "process.hpp"

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <string_view>

namespace pcsim {
namespace {

namespace json = boost::json;

json::object data_of(std::string_view page) {
  constexpr std::string_view begins = "<script id=\"data\" type=\"application/json\">";
  const auto begin = page.find(begins) + begins.size();
  return json::parse(page.substr(begin, page.find("</script>", begin) - begin)).as_object();
}

TEST_CASE("the page of a sweep has every row of its table, and what it is a table of") {
  TemporaryFolder folder;
  const std::string html = folder.path("page.html");
  const std::string other = folder.path("table.json");
  const Ended ended = pcsim({"sweep",
                             "--consumers",
                             "1:3",
                             "--consume-delay",
                             "20ms|exp:30ms",
                             "--timeout",
                             "100ms,200ms",
                             "--sentinels",
                             "1,3",
                             "--items",
                             "20",
                             "--seed",
                             "5",
                             "--replications",
                             "3",
                             "--warmup",
                             "2",
                             "--measure",
                             "wait.mean,items.timed_out",
                             "--export-html",
                             html,
                             "--export-json",
                             other});
  REQUIRE(ended.status == 0);
  const json::object page = data_of(read_file(html));
  const json::object table = json::parse(read_file(other)).as_object();
  REQUIRE(table.at("rows").as_array().size() == 24);
  for (const char* what : {"rows", "replications", "warmup", "version"}) CHECK(page.at(what) == table.at(what));
  CHECK(page.at("combinations") == 24);
  CHECK(page.at("measures") == json::array{"wait.mean", "items.timed_out"});
  CHECK(page.at("axes") ==
        json::array{{{"setting", "consumers"}, {"kind", "whole"}, {"values", {"1", "2", "3"}}, {"numbers", {1., 2., 3.}}},
                    {{"setting", "consume-delay"}, {"kind", "delay"}, {"values", {"20ms", "exp:30ms"}}},
                    {{"setting", "sentinels"}, {"kind", "whole"}, {"values", {"1", "3"}}, {"numbers", {1., 3.}}},
                    {{"setting", "timeout"}, {"kind", "duration"}, {"values", {"100ms", "200ms"}}, {"numbers", {0.1, 0.2}}}});
  for (const json::value& setting : page.at("settings").as_array()) {
    CAPTURE(json::serialize(setting));
    const auto& name = setting.at(0).as_string();
    CHECK(setting.at(1) == table.at("settings").at(name));
    CHECK(setting.at(2) == (name != "items" && name != "seed"));
  }
  CHECK(page.at("settings").as_array().size() == table.at("settings").as_object().size());
}

TEST_CASE("the page of a sweep refers to nothing outside itself, and forbids the browser to load anything") {
  std::string text = pcsim({"sweep", "--items", "5", "--replications", "2", "--export-html", "-"}).out;
  CHECK(text.starts_with("<!doctype html>"));
  CHECK(text.find("content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\"") != std::string::npos);
  for (auto at = text.find("// "); at != std::string::npos; at = text.find("// ", at)) text.erase(at, text.find('\n', at) - at);
  for (const char* reference :
       {"http:", "https:", "//", "src=", "href", "<link", "<img", "<iframe", "@import", "url(", "fetch("}) {
    CAPTURE(reference);
    CHECK(text.find(reference) == std::string::npos);
  }
}

TEST_CASE("nothing that a user names can end the script of a sweep's page, or begin another") {
  TemporaryFolder folder;
  const std::string name = "<script>alert(1)<!-- \"quoted\" & '\\'.csv";
  const std::string log = folder.write(name, "at\n1\n2\n");
  const Ended ended = pcsim({"sweep", "--arrivals", log, "--consumers", "1,2", "--replications", "2", "--export-html", "-"});
  REQUIRE(ended.status == 0);
  CHECK(ended.out.find("<script>alert") == std::string::npos);
  CHECK(ended.out.find("<!--") == std::string::npos);
  bool found = false;
  const json::object data = data_of(ended.out);
  for (const json::value& setting : data.at("settings").as_array())
    found = found || (setting.at(0) == "arrivals" && setting.at(1).as_string() == log);
  CHECK(found);
}

TEST_CASE("the page of an interrupted sweep has the rows that are complete, and how many there were to be") {
  TemporaryFolder folder;
  const std::string html = folder.path("page.html");
  Process process({"sweep", "--items", "10,3000000000", "--replications", "2", "--jobs", "1", "--export-html", html});
  wait_for_files(process, folder);
  process.wait_for(std::chrono::milliseconds(300));
  process.send(SIGINT);
  CHECK(process.end().status == 130);
  const json::object page = data_of(read_file(html));
  CHECK(page.at("combinations") == 2);
  CHECK(page.at("rows").as_array().size() <= 1);
  for (const json::value& row : page.at("rows").as_array()) CHECK(row.at("values").at("items") == "10");
}

}  // namespace
}  // namespace pcsim
