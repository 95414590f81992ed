#include "files.hpp"
#include "process.hpp"
#include "refusal.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace pcsim {
namespace {

struct Bad {
  Texts arguments;
  Texts parts;  // of the one line on stderr
};

void check_all(const std::vector<Bad>& all) {
  for (const Bad& bad : all) {
    CAPTURE(command_line(bad.arguments));
    check_refused(pcsim(bad.arguments), bad.parts);
  }
}

TEST_CASE("a number that an option cannot take is refused with what is allowed") {
  const std::string most_actors = "from 1 to 10000000";
  check_all({
      {{"--producers", "0"}, {"--producers", "'0'", most_actors}},
      {{"--producers", "-1"}, {"--producers", "'-1'", most_actors}},
      {{"--consumers", "0"}, {"--consumers", "'0'", most_actors}},
      {{"--consumers=-3"}, {"--consumers", "'-3'", most_actors}},
      {{"--consumers", "10000001"}, {"--consumers", "'10000001'", most_actors}},
      {{"--consumers", "2.5"}, {"--consumers", "'2.5'", "whole number"}},
      {{"--consumers", "0x2"}, {"--consumers", "'0x2'", "whole number"}},
      {{"--consumers", "+2"}, {"--consumers", "'+2'", "whole number"}},
      {{"--consumers", "1,2"}, {"--consumers", "'1,2'", "whole number"}},
      {{"--items", "-1"}, {"--items", "'-1'", "from 0 to 3000000000"}},
      {{"--items", "3000000001"}, {"--items", "'3000000001'", "from 0 to 3000000000"}},
      {{"--items", "12abc"}, {"--items", "'12abc'", "whole number"}},
      {{"--items", "nan"}, {"--items", "'nan'", "whole number"}},
      {{"--items", "1e3"}, {"--items", "'1e3'", "whole number"}},
      {{"--items", " 3"}, {"--items", "' 3'", "whole number"}},
      {{"--items", "99999999999999999999"}, {"--items", "'99999999999999999999'", "from 0 to 3000000000"}},
      {{"--maxsize", "-1"}, {"--maxsize", "'-1'", "from 0 to"}},
      {{"--seed", "-1"}, {"--seed", "'-1'", "from 0 to 9223372036854775807"}},
      {{"--seed", "9223372036854775808"}, {"--seed", "'9223372036854775808'", "from 0 to 9223372036854775807"}},
      {{"--sentinels", "-1"}, {"--sentinels", "'-1'", "from 0 to 10000000"}},
      {{"--limit", "0"}, {"--limit", "'0'", most_actors}},
      {{"--work", "thread", "--threads", "0"}, {"--threads", "'0'", most_actors}},
      {{"--speed", "0"}, {"--speed", "'0'", "above 0"}},
      {{"--speed", "-1"}, {"--speed", "'-1'", "above 0"}},
      {{"--speed", "nan"}, {"--speed", "'nan'", "above 0"}},
      {{"--speed", "inf"}, {"--speed", "'inf'", "above 0"}},
      {{"--speed", "1e400"}, {"--speed", "'1e400'"}},
      {{"--speed", "2x"}, {"--speed", "'2x'", "a number above 0"}},
  });
}

TEST_CASE("a delay or a duration that is none is refused") {
  const std::string units = "ns us ms s min";
  const std::string forms = "0.1 | 0.01,0.05 | exp:MEAN | lognormal:MU,SIGMA | pareto:ALPHA,MIN";
  for (const std::string option : {"--produce-delay", "--consume-delay", "--lock-delay"})
    check_all({
        {{option, "-1"}, {option, "'-1'", units}},
        {{option, "-0.5ms"}, {option, "'-0.5ms'", units}},
        {{option, "5,1"}, {option, "'5,1'", "low end above its high end", forms}},
        {{option, "1s,5ms"}, {option, "'1s,5ms'", "low end above its high end", forms}},
        {{option, "1,2,3"}, {option, "'1,2,3'"}},
        {{option, "1,"}, {option, "'1,'", units}},
        {{option, ",1"}, {option, "',1'", units}},
        {{option, "nan"}, {option, "'nan'", units}},
        {{option, "inf"}, {option, "'inf'", units}},
        {{option, "1e400"}, {option, "'1e400'"}},
        {{option, "1e10"}, {option, "'1e10'", "1e9"}},
        {{option, "12abc"}, {option, "'12abc'", units}},
        {{option, "0x1p3"}, {option, "'0x1p3'", units}},
        {{option, "5 ms"}, {option, "'5 ms'", units}},
        {{option, "5h"}, {option, "'5h'", units}},
        {{option, "5MS"}, {option, "'5MS'", units}},
        {{option, "ms"}, {option, "'ms'", units}},
        {{option, "gauss:1,2"}, {option, "'gauss:1,2'", "unknown distribution", forms}},
        {{option, ":1"}, {option, "':1'", "unknown distribution", forms}},
        {{option, "exp:0"}, {option, "'exp:0'", "not above 0"}},
        {{option, "exp:-1"}, {option, "'exp:-1'"}},
        {{option, "exp:"}, {option, "'exp:'"}},
        {{option, "exp:1,2"}, {option, "'exp:1,2'", "exp takes one"}},
        {{option, "lognormal:1"}, {option, "'lognormal:1'", "lognormal takes two"}},
        {{option, "lognormal:51,1"}, {option, "MU is 51", "from -50 to 50"}},
        {{option, "lognormal:-51,1"}, {option, "MU is -51", "from -50 to 50"}},
        {{option, "lognormal:0,51"}, {option, "SIGMA is 51", "from 0 to 50"}},
        {{option, "lognormal:0,-1"}, {option, "'lognormal:0,-1'", "SIGMA"}},
        {{option, "lognormal:nan,1"}, {option, "'lognormal:nan,1'", "MU"}},
        {{option, "pareto:0.05,1"}, {option, "ALPHA is 0.05", "from 0.1 to 1000"}},
        {{option, "pareto:1001,1"}, {option, "ALPHA is 1001", "from 0.1 to 1000"}},
        {{option, "pareto:1"}, {option, "'pareto:1'", "pareto takes two"}},
        {{option, "pareto:1,-1"}, {option, "'pareto:1,-1'"}},
    });
  for (const std::string option : {"--ready-after", "--timeout", "--stop-after"})
    check_all({
        {{option, "0"}, {option, "'0'", "above 0"}},
        {{option, "0ms"}, {option, "'0ms'", "above 0"}},
        {{option, "-1"}, {option, "'-1'"}},
        {{option, "nan"}, {option, "'nan'", units}},
        {{option, "1e10"}, {option, "'1e10'", "1e9"}},
        {{option, "exp:1"}, {option, "'exp:1'", units}},
        {{option, "1,2"}, {option, "'1,2'", units}},
    });
  check_all({{{"--slow-callback", "-1"}, {"--slow-callback", "'-1'", units}}});
}

TEST_CASE("a choice that there is not is refused with those that there are") {
  check_all({
      {{"--streams", "own"}, {"--streams", "'own'", "shared, per-actor, per-item"}},
      {{"--shutdown", "now"}, {"--shutdown", "'now'", "sentinel, join-sentinel, join-cancel"}},
      {{"--work", "await"}, {"--work", "'await'", "async, block, thread"}},
      {{"--on-failure", "retry"}, {"--on-failure", "'retry'", "stop, continue"}},
      {{"--on-stop", "kill"}, {"--on-stop", "'kill'", "cancel, finish, drain"}},
      {{"--clock", "real"}, {"--clock", "'real'", "wall, virtual"}},
      {{"--clock", "Virtual"}, {"--clock", "'Virtual'", "wall, virtual"}},
      {{"--trace", "all"}, {"--trace", "'all'", "lesson, full, none"}},
      {{"--summary", "json"}, {"--summary", "'json'", "text", "none"}},
      {{"--produce-first=maybe"}, {"--produce-first", "maybe", "true", "false"}},
  });
}

TEST_CASE("ids to fail at that are not there are refused") {
  check_all({
      {{"--fail-at", "0"}, {"--fail-at", "'0'", "from 1"}},
      {{"--fail-at", "13"}, {"--fail-at", "13", "12"}},
      {{"--fail-at", "3,13"}, {"--fail-at", "13", "12"}},
      {{"--fail-at", "1", "--items", "0"}, {"--fail-at", "no item 1"}},
      {{"--fail-at", "1,,2"}, {"--fail-at", "''", "whole number"}},
      {{"--fail-at", "-1"}, {"--fail-at", "'-1'", "whole number"}},
      {{"--fail-at", "x"}, {"--fail-at", "'x'", "whole number"}},
  });
}

TEST_CASE("an empty or missing value is refused, and the option named") {
  for (const std::string option : {"--producers", "--items", "--produce-delay", "--seed", "--shutdown", "--timeout", "--fail-at",
                                   "--clock", "--speed", "--summary", "--save", "--verify"}) {
    check_all({{{option, ""}, {option, "empty"}}, {{option + "="}, {option, "empty"}}, {{option}, {option, "missing"}}});
  }
}

TEST_CASE("flags that mean nothing together are refused") {
  check_all({
      {{"--sentinels", "1", "--shutdown", "join-cancel"}, {"--sentinels", "1", "join-cancel"}},
      {{"--speed", "2", "--clock", "virtual"}, {"--speed", "2", "virtual"}},
      {{"--threads", "2"}, {"--threads", "2", "--work thread"}},
      {{"--threads", "2", "--work", "block"}, {"--threads", "2", "--work thread"}},
  });
}

TEST_CASE("--on-stop and --on-failure are fine where nothing can trigger them") {
  CHECK(pcsim({"--clock", "virtual", "--on-stop", "drain", "--on-failure", "continue"}).status == 0);
}

TEST_CASE("an unknown flag is refused with the nearest one") {
  check_all({
      {{"--consumer", "3"}, {"--consumer:", "--consumers?"}},
      {{"--cosnumers=3"}, {"--cosnumers:", "--consumers?"}},
      {{"--producer-delay", "1"}, {"--producer-delay:", "--produce-delay?"}},
      {{"--max-size", "1"}, {"--max-size:", "--maxsize?"}},
      {{"--spee", "2"}, {"--spee:", "--speed?"}},
      {{"--xyzzy"}, {"--xyzzy:", "--help"}},
      {{"-c", "2"}, {"-c:"}},
      {{"compare", "--save", "x"}, {"--save:", "pcsim compare --help"}},
      {{"replay", "lesson.toml", "--export-everything"}, {"--export-everything:"}},
  });
}

TEST_CASE("what is neither flag nor command is refused") {
  check_all({
      {{"lesson.toml"}, {"lesson.toml:", "pcsim replay lesson.toml"}},
      {{"relpay", "x"}, {"relpay:", "pcsim replay"}},
      {{"--items", "3", "more"}, {"more:"}},
      {{"--items", "3", "replay", "x"}, {"replay:", "a command comes first"}},
      {{"replay"}, {"FILE"}},
      {{"compare", "first.toml", "second.toml"}, {"second.toml"}},
      {{""}, {"unknown command"}},
  });
}

TEST_CASE("whatever characters a value has, what is said of it is one line") {
  check_all({
      {{"--seed", "1\n2"}, {"--seed"}},
      {{"--shutdown", "\x1b[31mred\r"}, {"--shutdown"}},
      {{"replay", "no\nsuch\nfile"}, {"No such file"}},
      {{"line\nbreak"}, {"unknown command"}},
  });
}

TEST_CASE("what was bad in one option is told even where another is good") {
  check_all({{{"--clock", "virtual", "--items", "3", "--seed", "x", "--save", "/dev/null"}, {"--seed", "'x'"}}});
}

TEST_CASE("numbers are decimal, and the last of an option given twice counts") {
  CHECK(pcsim({"--clock", "virtual", "--items", "010"}).out == pcsim({"--clock", "virtual", "--items", "10"}).out);
  CHECK(pcsim({"--clock", "virtual", "--items", "5", "--items=3"}).out == pcsim({"--clock", "virtual", "--items", "3"}).out);
}

TEST_CASE("the bounds themselves are allowed") {
  for (const Texts& arguments : {Texts{"--seed", "0"},
                                 {"--seed", "9223372036854775807"},
                                 {"--items", "0"},
                                 {"--produce-delay", "1e9"},
                                 {"--consume-delay", "lognormal:50,50"},
                                 {"--consume-delay", "lognormal:-50,0"},
                                 {"--consume-delay", "pareto:0.1,1ns"},
                                 {"--consume-delay", "pareto:1000,1e9"},
                                 {"--consume-delay", "exp:1e9"},
                                 {"--maxsize", "3000000000"}}) {
    CAPTURE(command_line(arguments));
    CHECK(pcsim(with({"--clock", "virtual", "--trace", "none"}, arguments)).status == 0);
  }
}

TEST_CASE("a file that cannot be opened is told before anything has run") {
  const TemporaryFolder folder;
  const std::string nowhere = folder.path("no/such/folder/file");
  check_all({
      {{"--save", nowhere}, {"--save", nowhere, "No such file or directory"}},
      {{"--save", folder.path("")}, {"--save", "directory"}},
      {{"--verify", nowhere}, {"--verify", nowhere, "No such file or directory"}},
      {{"--verify", folder.path("")}, {"--verify", "directory"}},
      {{"compare", "--export-json", nowhere}, {"--export-json", nowhere, "No such file or directory"}},
      {{"compare", "--export-csv", nowhere}, {"--export-csv", nowhere, "No such file or directory"}},
  });
}

TEST_CASE("where a value is refused no file is touched") {
  const TemporaryFolder folder;
  const std::string file = folder.write("kept", "as it was");
  check_all({{{"--save", file, "--items", "x"}, {"--items"}}, {{"compare", "--export-json", file, "--items", "x"}, {"--items"}}});
  CHECK(read_file(file) == "as it was");
}

}  // namespace
}  // namespace pcsim
