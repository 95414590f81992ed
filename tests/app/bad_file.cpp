#include "files.hpp"
#include "process.hpp"
#include "refusal.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace pcsim {
namespace {

struct Broken {
  std::string bytes;
  int line;                        // the one to blame; 0: none
  std::vector<std::string> parts;  // of the message
};

// Whether the file is replayed or compared, the message is the same.
void check_broken(const std::vector<Broken>& all) {
  const TemporaryFolder folder;
  for (const Broken& broken : all)
    for (const std::string command : {"replay", "compare"}) {
      CAPTURE(broken.bytes);
      CAPTURE(command);
      const std::string file = folder.write("broken.toml", broken.bytes);
      const Ended run = pcsim({command, file});
      const std::string where = broken.line > 0 ? ':' + std::to_string(broken.line) : "";
      CHECK(run.err.starts_with("pcsim: " + file + where + ": "));
      check_refused(run, broken.parts);
    }
}

TEST_CASE("in a scenario file an unknown key is refused with the nearest one") {
  check_broken({
      {"item = 1\n", 1, {"item: unknown key", "items?"}},
      {"# a comment\n\nconsumer = 3\n", 3, {"consumer: unknown key", "consumers?"}},
      {"Items = 1\n", 1, {"Items: unknown key", "items?"}},
      {"items = 3\nproduce_delay = 1\n", 2, {"produce_delay: unknown key", "produce-delay?"}},
      {"xyzzy = 1\n", 1, {"xyzzy: unknown key", "--help"}},
      {"--items = 1\n", 1, {"--items: unknown key", "items?"}},
      {"\"\" = 1\n", 1, {"unknown key"}},
      {"\"a\\nb\" = 1\n", 1, {"unknown key"}},
      {"FILE = \"lesson.toml\"\n", 1, {"FILE: unknown key"}},
  });
}

TEST_CASE("in a scenario file a key given twice is refused") {
  check_broken({
      {"items = 1\nseed = 2\nitems = 1\n", 3, {"items"}},
      {"items = 1\n\"items\" = 2\n", 2, {"items"}},
      {"consumers = 1\nconsumers = 2\n", 2, {"consumers"}},
  });
}

TEST_CASE("in a scenario file a value of the wrong type is refused with what it must be") {
  check_broken({
      {"items = 1.5\n", 1, {"items: ", "whole number"}},
      {"items = true\n", 1, {"items: ", "whole number"}},
      {"seed = 7\nitems = [1]\n", 2, {"items: ", "whole number"}},
      {"items = 2024-01-01\n", 1, {"items: ", "whole number"}},
      {"produce-delay = true\n", 1, {"produce-delay: ", "10ms,50ms"}},
      {"produce-delay = [0.1, 0.5]\n", 1, {"produce-delay: ", "10ms,50ms"}},
      {"timeout = 12:30:00\n", 1, {"timeout: ", "50ms"}},
      {"produce-first = 1\n", 1, {"produce-first: ", "true or false"}},
      {"produce-first = \"true\"\n", 1, {"produce-first: ", "true or false"}},
      {"shutdown = 3\n", 1, {"shutdown: ", "text"}},
      {"clock = false\n", 1, {"clock: ", "text"}},
      {"speed = [2]\n", 1, {"speed: ", "number"}},
      {"fail-at = 3.5\n", 1, {"fail-at: ", "list of whole numbers"}},
      {"fail-at = [1, [2]]\n", 1, {"fail-at: ", "list of whole numbers"}},
      {"fail-at = [1, 2.0]\n", 1, {"fail-at: ", "list of whole numbers"}},
  });
}

TEST_CASE("in a scenario file a value that the flag would not take is refused as there") {
  check_broken({
      {"consumers = 0\n", 1, {"consumers: ", "'0'", "from 1 to 10000000"}},
      {"items = -1\n", 1, {"items: ", "'-1'", "from 0 to 3000000000"}},
      {"items = \"12abc\"\n", 1, {"items: ", "'12abc'", "whole number"}},
      {"items = \"\"\n", 1, {"items: ", "empty"}},
      {"fail-at = []\n", 1, {"fail-at: ", "empty"}},
      {"seed = 1\nfail-at = [0]\n", 2, {"fail-at: ", "'0'"}},
      {"produce-delay = -0.1\n", 1, {"produce-delay: ", "-0.1"}},
      {"produce-delay = inf\n", 1, {"produce-delay: ", "'inf'"}},
      {"consume-delay = nan\n", 1, {"consume-delay: ", "'nan'"}},
      {"consume-delay = \"5,1\"\n", 1, {"consume-delay: ", "'5,1'", "low end above its high end"}},
      {"consume-delay = \"gauss:1,2\"\n", 1, {"consume-delay: ", "'gauss:1,2'", "unknown distribution"}},
      {"lock-delay = \"5h\"\n", 1, {"lock-delay: ", "'5h'", "ns us ms s min"}},
      {"speed = 0\n", 1, {"speed: ", "'0'", "above 0"}},
      {"ready-after = 0\n", 1, {"ready-after: ", "'0'", "above 0"}},
      {"# the shutdown\nshutdown = \"now\"\n", 2, {"shutdown: ", "'now'", "sentinel, join-sentinel, join-cancel"}},
      {"seed = \"1\\n2\"\n", 1, {"seed: "}},
      {"seed = \"1\\u0000\"\n", 1, {"seed: "}},
  });
}

TEST_CASE("in a scenario file settings that do not go together are refused where the one to blame is") {
  check_broken({
      {"sentinels = 1\nshutdown = \"join-cancel\"\n", 1, {"sentinels: ", "join-cancel"}},
      {"clock = \"virtual\"\nspeed = 2\n", 2, {"speed: ", "virtual"}},
      {"items = 3\nthreads = 2\n", 2, {"threads: ", "--work thread"}},
      {"fail-at = [4]\nitems = 3\n", 1, {"fail-at: ", "no item 4"}},
  });
}

TEST_CASE("in a scenario file a section means nothing") {
  check_broken({
      {"items = 1\n[producers]\ndelay = 1\n", 2, {"producers: ", "section"}},
      {"[[items]]\n", 1, {"items: ", "section"}},
      {"items = {n = 1}\n", 1, {"items: ", "section"}},
      {"seed = 1\nproduce.delay = 1\n", 2, {"produce: ", "section"}},
      {"[pcsim]\n", 1, {"pcsim: ", "section"}},
  });
}

TEST_CASE("in a scenario file what is for the command line only is refused") {
  check_broken({
      {"help = true\n", 1, {"help: "}},
      {"items = 1\nsave = \"x\"\n", 2, {"save: "}},
      {"verify = \"x\"\n", 1, {"verify: "}},
      {"export-json = \"x\"\n", 1, {"export-json: "}},
  });
}

TEST_CASE("what is no TOML is refused at its line") {
  check_broken({
      {"items\n", 1, {}},
      {"items =\n", 1, {}},
      {"= 1\n", 1, {}},
      {"items = 1 seed = 2\n", 1, {}},
      {"\nitems = 010\n", 2, {}},
      {"items = 99999999999999999999\n", 1, {"99999999999999999999"}},
      {"clock = virtual\n", 1, {}},
      {"seed = 1\nclock = \"virtual\n", 2, {}},
      {"fail-at = [1, 2\n", 1, {}},
      {"this is no scenario\n", 1, {}},
      {"items: 3\n", 1, {}},
      {"items = 3\n[section\n", 2, {}},
      {"items = 3\x01\n", 1, {}},
      {std::string("items = 3\0\n", 11), 1, {}},
      {std::string(5000, '['), 1, {}},
  });
}

TEST_CASE("bytes that are not UTF-8 are refused") {
  check_broken({
      {"items = 3 # \xff\xfe\n", 1, {"utf-8"}},
      {"seed = 1\nshutdown = \"\xe2\x82\"\n", 2, {"utf-8"}},
      {"\xff\xfe", 1, {}},
      {"\x80", 1, {"utf-8"}},
  });
}

TEST_CASE("a file without a setting is refused") {
  check_broken({{"", 0, {"no setting"}}, {"\n\n", 0, {"no setting"}}, {"# nothing but this\n", 0, {"no setting"}}});
}

TEST_CASE("a directory and a file that cannot be read are refused") {
  const TemporaryFolder folder;
  for (const std::string command : {"replay", "compare"}) {
    check_refused(pcsim({command, folder.path("")}), {folder.path(""), "directory"});
    check_refused(pcsim({command, folder.path("none.toml")}), {folder.path("none.toml") + ": ", "No such file or directory"});
    check_refused(pcsim({command, scenario_file("lesson") + "/x"}), {"Not a directory"});
    check_refused(pcsim({command, "/proc/self/mem"}), {"/proc/self/mem: "});  // it can be opened, but not read
  }
}

TEST_CASE("what is too long for a scenario is refused, wherever it comes from") {
  check_refused(pcsim({"replay", "/dev/zero"}), {"/dev/zero: this is longer than 64 MiB"});
  check_refused(pcsim({"sweep", "/dev/zero"}), {"/dev/zero: this is longer than 64 MiB"});
  check_refused(pcsim({"replay", "-"}, {.in = "/dev/zero"}), {"standard input: this is longer than 64 MiB"});
}

TEST_CASE("a scenario can come from stdin, and is refused in the same way") {
  const TemporaryFolder folder;
  const std::string good = folder.write("good.toml", "items = 3\nclock = \"virtual\"\n");
  CHECK(pcsim({"replay", "-"}, {.in = good}).out == pcsim({"replay", good}).out);
  const std::string bad = folder.write("bad.toml", "items = 3\nclok = \"virtual\"\n");
  check_refused(pcsim({"replay", "-"}, {.in = bad}), {"standard input:2: clok: ", "clock?"});
}

TEST_CASE("line ends and a byte order mark as other systems write them are no error") {
  const TemporaryFolder folder;
  const std::string file = folder.write("file.toml", "\xef\xbb\xbfitems = 3\r\nclock = \"virtual\"\r\n");
  CHECK(pcsim({"replay", file}).out == pcsim({"--items", "3", "--clock", "virtual"}).out);
}

}  // namespace
}  // namespace pcsim
