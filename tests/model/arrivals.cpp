#include <pcsim/model/arrivals.hpp>
#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/happening.hpp>
#include <pcsim/model/pipeline.hpp>
#include <pcsim/model/timestamp.hpp>
#include <pcsim/observe/statistics.hpp>
#include <pcsim/runtime/clock.hpp>
#include <pcsim/runtime/loop.hpp>

#include <support/count.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <boost/asio/io_context.hpp>

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <queue>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace pcsim {
namespace {

// A log on disk, for as long as it is needed.
class LogFile {
public:
  explicit LogFile(std::string_view bytes) : path_(std::filesystem::temp_directory_path() / "pcsim-log-XXXXXX") {
    const int descriptor = ::mkstemp(path_.data());
    if (descriptor < 0) throw std::runtime_error("no temporary file");
    ::close(descriptor);
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  ~LogFile() { std::filesystem::remove(path_); }

  const std::string& path() const { return path_; }

private:
  std::string path_;
};

std::vector<Arrival> read(const std::string& path, double speed = 1) {
  ArrivalLog log(path, speed);
  std::vector<Arrival> all;
  while (const auto arrival = log.next()) all.push_back(*arrival);
  return all;
}

std::vector<double> times(std::string_view text, double speed = 1) {
  const LogFile file(text);
  std::vector<double> all;
  for (const Arrival& arrival : read(file.path(), speed)) all.push_back(arrival.at);
  return all;
}

// What is wrong with a log, without its path.
std::string refusal(std::string_view text) {
  const LogFile file(text);
  try {
    CountedLog(file.path(), 1);
  } catch (const BadValue& error) {
    const std::string message = error.what();
    CHECK(message.starts_with(file.path() + ":"));
    CHECK(message.find('\n') == std::string::npos);
    return message.substr(std::min(message.size(), file.path().size() + 1));
  }
  return "";
}

// The same seconds in a zone's own time, written in one of the ways of ISO 8601, by the C library's calendar.
std::string written(std::int64_t seconds, std::string_view fraction, int zone_minutes, unsigned way) {
  const time_t local = seconds + zone_minutes * 60;
  tm fields{};
  REQUIRE(::gmtime_r(&local, &fields) != nullptr);
  const auto format = [&](const char* pattern) {
    std::array<char, 64> buffer;
    return std::string(buffer.data(), ::strftime(buffer.data(), buffer.size(), pattern, &fields));
  };
  std::string text = fmt::format("{:04}", fields.tm_year + 1900) + format(way & 1 ? "%m%d" : "-%m-%d");
  text += (way & 2) ? ' ' : (way & 4) ? 't' : 'T';
  text += format(way & 1 ? "%H%M%S" : "%H:%M:%S");
  if (!fraction.empty()) text += fmt::format("{}{}", way & 8 ? ',' : '.', fraction);
  if (zone_minutes == 0 && (way & 16)) return text + ((way & 32) ? "" : (way & 64) ? "z" : "Z");
  const int zone = std::abs(zone_minutes);
  text += fmt::format("{}{:02}", zone_minutes < 0 ? '-' : '+', zone / 60);
  if (zone % 60 != 0 || (way & 32)) text += fmt::format("{}{:02}", way & 1 ? "" : ":", zone % 60);
  return text;
}

TEST_CASE("a time is read from whatever way it is written in, in any zone") {
  std::mt19937_64 rng(test_seed());
  const auto from = [&](std::int64_t low, std::int64_t high) { return std::uniform_int_distribution<std::int64_t>(low, high)(rng); };
  for (int i = 0; i < test_count(20000); ++i) {
    // From the year 1 to 9998, so that no zone leads out of four digits.
    const std::int64_t seconds = i % 2 == 0 ? from(0, 4'000'000'000) : from(-62'000'000'000, 253'000'000'000);
    std::string fraction;
    for (std::int64_t digits = from(0, 12); digits > 0; --digits) fraction += static_cast<char>('0' + from(0, 9));
    const int zone = i % 3 == 0 ? 0 : static_cast<int>(from(-23 * 60 - 59, 23 * 60 + 59));
    const std::string text = written(seconds, fraction, zone, static_cast<unsigned>(rng() & 127));
    CAPTURE(text);
    const Timestamp time = parse_timestamp(text);
    CHECK(time.seconds == seconds);
    CHECK(time.fraction == (fraction.empty() ? 0 : std::stod("0." + fraction)));
  }
}

TEST_CASE("what is not said of a time is zero") {
  const std::int64_t day = parse_timestamp("2026-03-01T00:00:00Z").seconds;
  for (const std::string_view text : {"2026-03-01", "20260301", "2026-03-01T00", "2026-03-01T00:00", "2026-03-01 0000",
                                      "2026-03-01T01+01", "2026-03-01T00:00Z"}) {
    CAPTURE(text);
    CHECK(parse_timestamp(text).seconds == day);
  }
  CHECK(parse_timestamp("2024-02-29").seconds - parse_timestamp("2024-02-28").seconds == 86400);
}

TEST_CASE("a leap second and the end of a day are what POSIX makes of them") {
  // "Seconds Since the Epoch" of POSIX, by its own formula, from the fields as they are written.
  const auto posix = [](const tm& t) {
    const std::int64_t year = t.tm_year;
    return t.tm_sec + t.tm_min * 60 + t.tm_hour * 3600 + t.tm_yday * 86400 + (year - 70) * 31536000 + (year - 69) / 4 * 86400 -
           (year - 1) / 100 * 86400 + (year + 299) / 400 * 86400;
  };
  std::mt19937_64 rng(test_seed());
  const auto from = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(rng); };
  for (int i = 0; i < test_count(1000); ++i) {
    tm t{};
    t.tm_year = from(70, 300);
    t.tm_yday = from(0, 364);
    const time_t day = posix(t);
    REQUIRE(::gmtime_r(&day, &t) != nullptr);
    const bool whole_day = i % 2 == 0;
    t.tm_hour = whole_day ? 24 : 23;
    t.tm_min = whole_day ? 0 : 59;
    t.tm_sec = whole_day ? 0 : 60;
    const std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
                                         t.tm_hour, t.tm_min, t.tm_sec);
    CAPTURE(text);
    CHECK(parse_timestamp(text).seconds == posix(t));
    CHECK(parse_timestamp(text).fraction == 0);
  }
  CHECK(parse_timestamp("2016-12-31T23:59:60.5Z").fraction == 0.5);
  const std::int64_t next_day = parse_timestamp("2026-03-01").seconds;
  for (const char* text :
       {"2026-02-28T24", "2026-02-28T24:00", "2026-02-28T24:00:00.000Z", "20260228T240000", "2026-02-28T24+00"})
    CHECK(parse_timestamp(text).seconds == next_day);
  CHECK(times("at\n2016-12-31T23:59:59Z\n2016-12-31T23:59:60Z\n2016-12-31T24:00:00Z\n2017-01-01T00:00:00Z\n") ==
        std::vector<double>{0, 1, 1, 1});
}

TEST_CASE("what is no time is refused with its text") {
  for (const std::string_view text : {"",
                                      "now",
                                      "2026",
                                      "2026-03",
                                      "2026-3-1",
                                      "2026-13-01",
                                      "2026-00-01",
                                      "2026-02-29",
                                      "2026-04-31",
                                      "2026-03-00",
                                      "26-03-01",
                                      "2026-0301",
                                      "2026/03/01",
                                      "2026-03-01T",
                                      "2026-03-01X12:00",
                                      "2026-03-01T1",
                                      "2026-03-01T1:00",
                                      "2026-03-01T25:00",
                                      "2026-03-01T12:60",
                                      "2026-03-01T12:00:61",
                                      "2026-03-01T12:",
                                      "2026-03-01T12:00:",
                                      "2026-03-01T12:0000",
                                      "2026-03-01T24:00:01",
                                      "2026-03-01T24:01",
                                      "2026-03-01T24:00:00.1",
                                      "2026-03-01T24:00:60",
                                      "2026-03-01T12:00:00.",
                                      "2026-03-01T12:00.5",
                                      "2026-03-01T12:00:00.5.5",
                                      "2026-03-01T12:00:00+",
                                      "2026-03-01T12:00:00+1",
                                      "2026-03-01T12:00:00+24:00",
                                      "2026-03-01T12:00:00+01:60",
                                      "2026-03-01T12:00:00+01:",
                                      "2026-03-01T12:00:00Z+01:00",
                                      "2026-03-01T12:00:00ZZ",
                                      "2026-03-01T12:00:00 Z",
                                      " 2026-03-01",
                                      "2026-03-01 ",
                                      "2026-03-01T-1:00",
                                      "2026-W10-7",
                                      "+2026-03-01",
                                      "2026-03-01T12:00:00,5e3"}) {
    CAPTURE(text);
    try {
      parse_timestamp(text);
      FAIL("it was accepted");
    } catch (const BadValue& error) {
      CHECK(std::string(error.what()).starts_with(fmt::format("'{}' is no time of ISO 8601", text)));
    }
  }
}

TEST_CASE("times are seconds from the start, or count from the first of the dates") {
  CHECK(times("at\n0\n0.5\n0.5\n1e1\n1.25e2\n") == std::vector<double>{0, 0.5, 0.5, 10, 125});
  CHECK(times("at\n3\n4\n") == std::vector<double>{3, 4});
  CHECK(times("at\n2026-03-01T12:30:05.25Z\n2026-03-01T12:30:05.75Z\n2026-03-01T14:30:06+02:00\n2026-03-02\n") ==
        std::vector<double>{0, 0.5, 0.75, 41394.75});
  CHECK(times("at\n20260301T123005\n20260301T123006.5\n") == std::vector<double>{0, 1.5});
  CHECK(times("at\n").empty());
  CHECK(times("at").empty());
}

TEST_CASE("seconds count from the first, too, where that is above 1e8: they are since 1970") {
  CHECK(times("at\n1767225600.5\n1767225600.5\n1767225602\n1767225700.25\n") == std::vector<double>{0, 0, 1.5, 99.75});
  CHECK(times("at\n1767225600.5\n1767225602\n", 2) == std::vector<double>{0, 0.75});
  CHECK(times("at\n1.7672256005e9\n1767225602\n") == std::vector<double>{0, 1.5});
  CHECK(times("at\n1e8\n100000001\n") == std::vector<double>{1e8, 100000001});
  CHECK(times("at\n100000001\n100000002.5\n") == std::vector<double>{0, 1.5});
  // A double does not hold all digits of such a time, but holds those of the difference.
  CHECK(times("at\n1767225600.000000001\n1767225600.000000003\n").at(1) == doctest::Approx(2e-9).epsilon(1e-12));
  // They are the same times as those of ISO 8601.
  std::mt19937_64 rng(test_seed());
  std::string iso = "at\n";
  std::string unix_times = "at\n";
  std::int64_t seconds = 1'700'000'000;
  for (int i = 0; i < 1000; ++i) {
    seconds += static_cast<std::int64_t>(rng() % 100'000);
    const std::string fraction = fmt::format("{:06}", i * 997);
    iso += written(seconds, fraction, 0, 16) + "\n";
    unix_times += fmt::format("{}.{}\n", seconds, fraction);
  }
  CHECK(times(iso) == times(unix_times));
}

TEST_CASE("a speed presses the times together, and leaves the services alone") {
  CHECK(times("at\n1\n3\n", 2) == std::vector<double>{0.5, 1.5});
  CHECK(times("at\n2026-03-01T00:00:00Z\n2026-03-01T00:00:03Z\n", 0.5) == std::vector<double>{0, 6});
  const LogFile file("at,service\n1,5\n");
  CHECK(read(file.path(), 2).at(0).service == 5);
}

TEST_CASE("columns may be in any order and among others, in quotes, with any line ends, and a byte order mark before them") {
  for (const std::string_view text : {
           "at,service\n1,0.5\n2,30ms\n",
           "service,at\n0.5,1\n30ms,2\n",
           "id,at,what,service,rest\n7,1,x,0.5,\n8,2,,30ms,\n",
           "\"at\",\"service\"\n\"1\",\"0.5\"\n\"2\",\"30ms\"\n",
           "what,at,service\n\"a, \"\"b\"\" and\nmore\",1,0.5\nc,2,30ms\n",
           "at,service\r\n1,0.5\r\n2,30ms\r\n",
           "\"at\",\"service\"\r\n\"1\",\"0.5\"\r\n\"2\",\"30ms\"\r\n",
           "\xEF\xBB\xBF" "at,service\n1,0.5\n2,30ms\n",
           "\xEF\xBB\xBF\"at\",service\r\n1,0.5\r\n2,30ms",
           "at,service\n1,0.5\n2,30ms",
           "\n\nat,service\n\n1,0.5\n  \n2,30ms\n\n\n",
           " at ,\tservice\n 1 , 0.5\n2\t,30ms \n",
       }) {
    CAPTURE(text);
    const LogFile file(text);
    ArrivalLog log(file.path());
    CHECK(log.has_service());
    const auto all = read(file.path());
    REQUIRE(all.size() == 2);
    CHECK(all[0].at == 1);
    CHECK(all[0].service == 0.5);
    CHECK(all[1].at == 2);
    CHECK(all[1].service == 0.03);
    CHECK(CountedLog(file.path()).count() == 2);
  }
  const LogFile file("when,at,Service\n1,2,3\n");
  CHECK(!ArrivalLog(file.path()).has_service());
  CHECK(read(file.path()).at(0).service == std::nullopt);
}

TEST_CASE("whatever is wrong with a log is told with its line") {
  struct Case {
    std::string_view text;
    std::string_view begin;
    std::string_view part;
  };
  const std::string long_line = "at,rest\n1," + std::string(100'000, 'x') + "\n";
  const std::string long_field = "at\n" + std::string(3000, '1') + "\n";
  std::string many_columns = "column 0";
  for (int i = 1; i < 1000; ++i) many_columns += fmt::format(",column {}", i);
  std::string long_quote = "at,rest\n1,\"";
  for (int i = 0; i < 100'000; ++i) long_quote += "a line and more\n";
  for (const Case& one : std::vector<Case>{
           {"", "1: ", "empty"},
           {"\n\n", "3: ", "empty"},
           {"time,service\n1,2\n", "1: ", "'at'"},
           {"1\n2\n", "1: ", "'at'"},
           {"at,at\n1,2\n", "1: ", "two columns 'at'"},
           {"at,service,service\n1,2,3\n", "1: ", "two columns 'service'"},
           {"at\n1\nx\n", "3: ", "'x'"},
           {"at\nx\n", "2: ", "'x' is not a time: seconds, or ISO 8601"},
           {"at\n-1\n", "2: ", "'-1'"},
           {"at\n+1\n", "2: ", "'+1'"},
           {"at\nnan\n", "2: ", "'nan'"},
           {"at\ninf\n", "2: ", "'inf'"},
           {"at\n1e400\n", "2: ", "'1e400'"},
           {"at\n0\n1e10\n", "3: ", "1e9"},
           {"at\n1767225600\n2767225601\n", "3: ", "1e9"},
           {"at\n1767225600\n5\n", "3: ", "'5' is before"},
           {"at\n1767225600\nx\n", "3: ", "'x' is not a time in seconds since 1970, as in the lines before"},
           {"at\n1767225600\n2026-03-01\n", "3: ", "cannot mix"},
           {"at\n1767225600500\n", "2: ", "'1767225600500' is beyond the year 9999"},
           {"At,Service\n1,2\n", "1: ", "'At', 'Service'"},
           {many_columns, "1: ", " and 9"},
           {"a\tt,\"b\nc\"\n1,2\n", "1: ", "'a?t', 'b?c'"},
           {"at\n0x10\n", "2: ", "'0x10'"},
           {"at\n5ms\n", "2: ", "'5ms'"},
           {"at\n12:30:05\n", "2: ", "'12:30:05' is no time of ISO 8601"},
           {"at\n1\n2\n1.5\n", "4: ", "'1.5' is before"},
           {"\n\nat\n\n2\n\n1\n", "7: ", "'1' is before"},
           {"at\n2026-03-01T00:00:01Z\n2026-03-01T00:00:00Z\n", "3: ", "is before"},
           {"at\n2026-03-01T00:00:01Z\n2026-03-01T01:00:00+02:00\n", "3: ", "is before"},
           {"at\n2026-03-01T00:00:01Z\n5\n", "3: ", "'5' is not an ISO 8601 time, as in the lines before; a log cannot mix"},
           {"at\n5\n2026-03-01T00:00:01Z\n", "3: ", "is not a time in seconds, as in the lines before; a log cannot mix"},
           {"at\n2026-02-30T00:00:01Z\n", "2: ", "'2026-02-30T00:00:01Z'"},
           {"at,service\n1\n", "2: ", "1 fields"},
           {"at,service\n1,2\n1,2,3\n", "3: ", "3 fields"},
           {"at,service\n1,\n", "2: ", "''"},
           {"at,service\n,1\n", "2: ", "no time"},
           {"at,service\n1,-2\n", "2: ", "'-2'"},
           {"at,service\n1,x\n", "2: ", "'x'"},
           {"at,service\n1,1e10\n", "2: ", "1e9"},
           {"at,service\n1,2026-03-01\n", "2: ", "'2026-03-01'"},
           {"at\n1\n\"2\n3\n", "3: ", "not closed"},
           {"at,rest\n1,a\"b\n", "2: ", "quote"},
           {"at,rest\n1,\"a\"b\n", "2: ", "quote"},
           {"at,rest\n1,\"a\nb\nc\"\n0,x\n", "5: ", "'0' is before"},
           {"at\n1\r2\n", "2: ", "control characters"},
           {std::string_view("at\n1\0\n", 6), "2: ", "control characters"},
           {std::string_view("a\0t\n1\n", 6), "1: ", "'at'"},
           {"at\n\"1\n2\"\n", "2: ", "control characters"},
           {long_line, "2: ", "longer than 65535 bytes"},
           {long_field, "2: ", "3000 bytes"},
           {long_quote, "2: ", "longer than 1048576 bytes"},
       }) {
    CAPTURE(one.text.substr(0, 80));
    const std::string message = refusal(one.text);
    CAPTURE(message.substr(0, 200));
    CHECK(message.starts_with(one.begin));
    CHECK(message.find(one.part) != std::string::npos);
    CHECK(message.size() < 300);
  }
}

TEST_CASE("a log that cannot be opened, or that is no file, is refused") {
  CHECK_THROWS_AS(ArrivalLog("/nowhere/log.csv"), BadValue);
  CHECK_THROWS_AS(ArrivalLog("/dev/null"), BadValue);
  CHECK_THROWS_AS(ArrivalLog(std::filesystem::temp_directory_path().string()), BadValue);
}

TEST_CASE("columns that mean nothing are told") {
  const auto others = [](std::string_view header) {
    return CountedLog(LogFile(fmt::format("{}\n", header)).path()).other_columns();
  };
  CHECK(others("at,service") == "");
  CHECK(others("at,service_ms") == "'service_ms'");
  CHECK(others("id,service,at,Service") == "'id', 'Service'");
}

// All of a log that was counted, and then perhaps changed; or what is said of it.
std::string read_again(const std::shared_ptr<const CountedLog>& log) {
  try {
    std::string all;
    ArrivalLog again(log);
    while (const auto arrival = again.next()) all += fmt::format("{} ", arrival->at);
    return all;
  } catch (const BadValue& error) {
    return error.what();
  }
}

enum class Write { over, at_the_end };

void write(const std::string& path, std::string_view bytes, Write how) {
  std::ofstream(path, how == Write::over ? std::ios::binary : std::ios::binary | std::ios::app) << bytes;
}

// A time of change that is another, however soon after the last one it was written.
void touch(const std::string& path) {
  std::filesystem::last_write_time(path, std::filesystem::last_write_time(path) + std::chrono::seconds(1));
}

TEST_CASE("of a log that grows, what was there when it was counted is read, and nothing else") {
  std::mt19937_64 rng(test_seed());
  for (int i = 0; i < test_count(60); ++i) {
    // Some end somewhere within a block that is read at once, and others at its end or just beside it.
    std::string text = "at\n";
    std::string expected;
    const std::size_t most = i % 6 == 0 ? 20'000 : 1000;
    for (std::size_t line = 0, lines = rng() % most; line < lines; ++line) {
      text += fmt::format("{}\n", line);
      expected += fmt::format("{} ", line);
    }
    if (i % 2 == 0) text.resize((text.size() + 32767) / 32768 * 32768 - rng() % 2, '\n');
    const LogFile file(text);
    const auto log = std::make_shared<const CountedLog>(file.path());
    CHECK(read_again(log) == expected);
    write(file.path(), "1000000\n5\nnonsense\n1", Write::at_the_end);
    CHECK(log->count() == static_cast<std::uint64_t>(std::count(expected.begin(), expected.end(), ' ')));
    REQUIRE(read_again(log) == expected);
  }
  // A last line without a newline is whole, unless it turns out not to be.
  for (const char* more : {"\n3\n", "\r\n3\n"}) {
    const LogFile file("at\n1\n2");
    const auto log = std::make_shared<const CountedLog>(file.path());
    write(file.path(), more, Write::at_the_end);
    CHECK(read_again(log) == "1 2 ");
  }
}

TEST_CASE("a log that is gone, or has another in its place, is what it was") {
  const LogFile file("at\n1\n2\n");
  const auto log = std::make_shared<const CountedLog>(file.path());
  const LogFile other("at\n5\n");
  std::filesystem::rename(other.path(), file.path());
  CHECK(read_again(log) == "1 2 ");
  std::filesystem::remove(file.path());
  CHECK(read_again(log) == "1 2 ");
}

TEST_CASE("a log that has become shorter or different is told, and no item is read that was not counted") {
  struct Change {
    std::string text;
    std::string part;
    Write how = Write::over;
  };
  std::string long_log = "at\n";
  for (int i = 0; i < 20'000; ++i) long_log += fmt::format("{}\n", i);
  std::string out_of_place = long_log;
  out_of_place.replace(out_of_place.find("\n15000\n") + 1, 5, "14000");
  for (const std::string& before : {std::string("at\n1\n2\n3\n"), long_log})
    for (const Change& change : std::vector<Change>{
             {"", ": this has become shorter since it was first read"},
             {"at\n1\n", ": this has become shorter since it was first read"},
             {before, ": this has been written to since it was first read"},
             {std::string(before.size(), '1'), ": this has been written to since it was first read"},
             {"at\n" + std::string(before.size(), '\n') + "7\n", ": the log is not what it was"},
             {(before[3] == '0' ? "at\n1" : "at\n0") + before.substr(4) + "20001\n", ": the log is not what it was"},
             {"at,service\n1,2\n" + std::string(before.size(), '\n'), ": "},
             {"x" + before + "\n", ":1: there is no column 'at'"},
             {out_of_place + "20001\n20002\n", before == long_log ? ":15002: '14000' is before" : ": the log is not what it was"},
         }) {
      const LogFile file(before);
      const auto log = std::make_shared<const CountedLog>(file.path());
      write(file.path(), change.text, change.how);
      touch(file.path());
      const std::string told = read_again(log);
      CAPTURE(before.size());
      CAPTURE(change.text.substr(0, 100));
      CAPTURE(told.substr(0, 200));
      CHECK(told.starts_with(file.path() + ":"));
      CHECK(told.find(change.part) != std::string::npos);
      CHECK(told.find('\n') == std::string::npos);
    }
  const LogFile file("at\n1\n2");
  const auto log = std::make_shared<const CountedLog>(file.path());
  write(file.path(), "5\n", Write::at_the_end);
  CHECK(read_again(log) == file.path() + ": its last line has been added to since it was first read");
}

TEST_CASE("a log can be read by several at once, each at its own place") {
  std::string text = "at\n";
  std::string expected;
  for (int i = 0; i < 20'000; ++i) {
    text += fmt::format("{}\n", i);
    expected += fmt::format("{} ", i);
  }
  const LogFile file(text);
  const auto log = std::make_shared<const CountedLog>(file.path());
  std::array<std::string, 4> all;
  {
    std::vector<std::jthread> threads;
    for (std::string& one : all) threads.emplace_back([&] { one = read_again(log); });
  }
  for (const std::string& one : all) CHECK(one == expected);
}

TEST_CASE("any numbers that are written are read") {
  std::mt19937_64 rng(test_seed());
  std::uniform_real_distribution<double> uniform(0, 3);
  std::string text = "what,service,at\n";
  std::vector<std::pair<double, double>> all;
  double at = 0;
  for (int i = 0; i < 5000; ++i) {
    if (i % 3 != 0) at += uniform(rng);
    all.emplace_back(at, uniform(rng));
    // So many letters that lines begin anywhere in whatever is read at once.
    text += fmt::format("{},{},{}{}", std::string(static_cast<std::size_t>(i) % 60, 'x'), all.back().second, at, i % 2 ? "\r\n" : "\n");
  }
  const LogFile file(text);
  const auto log = read(file.path());
  REQUIRE(log.size() == all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(log[i].at == all[i].first);
    CHECK(log[i].service == all[i].second);
  }
}

// When each item waited, was got and was done.
class Waits final : public Observer {
public:
  void on(const Happening& happening) override {
    if (happening.kind == Happening::Kind::put) put.push_back(happening.at);
    if (happening.kind == Happening::Kind::got) got.push_back(happening.at);
    if (happening.kind == Happening::Kind::consumed) consumed.push_back(happening.at);
  }
  std::vector<double> put;
  std::vector<double> got;
  std::vector<double> consumed;
};

struct Run {
  Waits waits;
  double wait_mean;
  double wait_max;
  double latency_mean;
  double makespan;
};

Run run(const Scenario& scenario) {
  VirtualClock clock;
  boost::asio::io_context host(1);
  Loop loop(host, clock);
  Run result{};
  Statistics statistics(scenario);
  result.makespan = Pipeline(loop, scenario, {&result.waits, &statistics}).run().at;
  statistics.end(result.makespan);
  result.wait_mean = statistics.wait().mean();
  result.wait_max = statistics.wait().max();
  result.latency_mean = statistics.latency().mean();
  return result;
}

struct Job {
  double at;
  double service;
};

std::string to_csv(const std::vector<Job>& jobs) {
  std::string text = "at,service\n";
  for (const Job& job : jobs) text += fmt::format("{},{}\n", job.at, job.service);
  return text;
}

std::vector<Job> random_jobs(std::mt19937_64& rng, double load, bool constant) {
  std::exponential_distribution<double> gap(load);
  std::exponential_distribution<double> service(1);
  std::vector<Job> jobs;
  double at = 0;
  for (int i = 0; i < 3000; ++i) {
    if (i % 50 != 0) at += gap(rng);  // some come together
    jobs.push_back({at, constant ? 1.0 : service(rng)});
  }
  return jobs;
}

TEST_CASE("a run takes no more items from a log than were counted, and not another number of them") {
  const LogFile file("at,service\n1,1\n2,1\n3,1\n");
  Scenario scenario;
  scenario.arrivals = file.path();
  scenario.log = std::make_shared<const CountedLog>(file.path());
  scenario.items = 3;
  const Run before = run(scenario);
  write(file.path(), "4,1\n5,1\n", Write::at_the_end);
  const Run after = run(scenario);
  CHECK(after.waits.put == std::vector<double>{1, 2, 3});
  CHECK(after.waits.consumed == before.waits.consumed);
  scenario.log.reset();
  CHECK_THROWS_WITH_AS(run(scenario), (file.path() + ": the log has 5 items, and not 3").c_str(), BadValue);
  scenario.items = 5;
  CHECK(run(scenario).waits.put.size() == 5);
}

TEST_CASE("a log of one server waits as Lindley's recursion says, of three as a list of free servers does") {
  std::mt19937_64 rng(test_seed());
  for (const std::uint64_t servers : {1U, 3U})
    for (const bool constant : {true, false})
      for (const double speed : {1.0, 2.0}) {
        const auto jobs = random_jobs(rng, 0.8 * static_cast<double>(servers) / speed, constant);
        std::vector<double> expected;
        if (servers == 1) {
          double wait = 0;
          for (std::size_t i = 0; i < jobs.size(); ++i) {
            if (i > 0) wait = std::max(0.0, wait + jobs[i - 1].service - (jobs[i].at - jobs[i - 1].at) / speed);
            expected.push_back(wait);
          }
        } else {
          std::priority_queue<double, std::vector<double>, std::greater<>> free_at;
          for (std::uint64_t i = 0; i < servers; ++i) free_at.push(0);
          for (const Job& job : jobs) {
            const double start = std::max(job.at / speed, free_at.top());
            free_at.pop();
            free_at.push(start + job.service);
            expected.push_back(start - job.at / speed);
          }
        }
        const LogFile file(to_csv(jobs));
        Scenario scenario;
        scenario.arrivals = file.path();
        scenario.arrivals_speed = speed;
        scenario.items = jobs.size();
        scenario.consumers = servers;
        scenario.consume_delay = Delay::constant(77);  // the log's own are in force
        const Run result = run(scenario);
        REQUIRE(result.waits.got.size() == jobs.size());
        double sum = 0;
        double most = 0;
        double longest_error = 0;
        double latencies = 0;
        for (std::size_t i = 0; i < jobs.size(); ++i) {
          CHECK(result.waits.put[i] == doctest::Approx(jobs[i].at / speed).epsilon(1e-12));
          longest_error = std::max(longest_error, std::abs(result.waits.got[i] - result.waits.put[i] - expected[i]));
          sum += expected[i];
          most = std::max(most, expected[i]);
          latencies += expected[i] + jobs[i].service;
        }
        const double n = static_cast<double>(jobs.size());
        CHECK(longest_error < 1e-9);
        CHECK(std::abs(result.wait_mean - sum / n) < 1e-9);
        CHECK(std::abs(result.wait_max - most) < 1e-9);
        CHECK(std::abs(result.latency_mean - latencies / n) < 1e-9);
      }
}

TEST_CASE("before a full queue the producer waits, and puts the next as soon as there is room") {
  std::mt19937_64 rng(test_seed());
  const auto jobs = random_jobs(rng, 0.95, false);
  const LogFile file(to_csv(jobs));
  constexpr std::size_t room = 2;
  Scenario scenario;
  scenario.arrivals = file.path();
  scenario.items = jobs.size();
  scenario.consumers = 1;
  scenario.maxsize = room;
  const Run result = run(scenario);
  // An item is put when it has come, the one before was put, and there is room: those `room` before it were got.
  std::vector<double> put;
  std::vector<double> got;
  double free_at = 0;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    double at = std::max(jobs[i].at, i > 0 ? put[i - 1] : 0);
    if (i >= room) at = std::max(at, got[i - room]);
    put.push_back(at);
    got.push_back(std::max(at, free_at));
    free_at = got[i] + jobs[i].service;
  }
  double longest_error = 0;
  for (std::size_t i = 0; i < jobs.size(); ++i)
    longest_error = std::max({longest_error, std::abs(result.waits.put[i] - put[i]), std::abs(result.waits.got[i] - got[i])});
  CHECK(longest_error < 1e-9);
  CHECK(std::abs(result.makespan - free_at) < 1e-9);
}

TEST_CASE("where a log has no service column, the work is drawn as ever") {
  const LogFile file("at\n0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n");
  Scenario scenario;
  scenario.arrivals = file.path();
  scenario.items = 10;
  scenario.consumers = 1;
  scenario.consume_delay = Delay::constant(0.25);
  CHECK(run(scenario).makespan == 9.25);
  scenario.lock_delay = Delay::constant(0.5);
  for (const auto streams : {Scenario::Streams::shared, Scenario::Streams::per_actor, Scenario::Streams::per_item}) {
    scenario.streams = streams;
    CHECK(run(scenario).makespan == 9.75);
  }
}

}  // namespace
}  // namespace pcsim
