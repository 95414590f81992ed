#include "files.hpp"
#include "generated.hpp"
#include "process.hpp"

#include <support/count.hpp>
#include <support/seed.hpp>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

// What is in the files after all that can go wrong while they are written: each is the one that was there, or the whole new one,
// or, if it is followed while it is written, a number of whole lines.

namespace pcsim {
namespace {

using Seconds = std::chrono::duration<double>;

// A file that a command is told to write.
struct File {
  std::string option;
  std::string name;
};

// A command, and what it writes.
struct Command {
  Texts arguments;
  std::vector<File> files;
};

class Random {
public:
  std::uint64_t whole(std::uint64_t least, std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>(least, most)(engine);
  }
  bool chance(std::uint64_t percent) { return whole(1, 100) <= percent; }
  Seconds within(Seconds most) { return Seconds(std::uniform_real_distribution<double>(0, most.count())(engine)); }

  std::mt19937_64 engine{test_seed()};
};

Command some_run(Random& random) {
  Texts arguments = with(generated_flags(random.engine), {"--clock", "virtual"});
  if (random.chance(30))
    arguments = {"--clock", "virtual", "--consumers", "3", "--items", std::to_string(random.whole(1, 20000))};
  std::vector<File> files{{"--save", "scenario.toml"},
                          {"--export-json", "results.json"},
                          {"--export-perfetto", "perfetto.json"},
                          {"--export-html", "page.html"},
                          {"--export-events", random.chance(50) ? "events.csv" : "events.jsonl"}};
  std::shuffle(files.begin(), files.end(), random.engine);
  files.resize(random.whole(1, files.size()));
  return {arguments, files};
}

Command some_comparison(Random& random) {
  return {{"compare", "--clock", "virtual", "--consumers", "1,2,3", "--items", std::to_string(random.whole(1, 5000))},
          {{"--export-json", "table.json"}, {"--export-csv", "table.csv"}}};
}

const Texts small_sweep{"sweep", "--consumers", "1:4", "--maxsize", "0,1", "--replications"};

Command some_sweep(Random& random) {
  return {with(small_sweep, {std::to_string(random.whole(2, 40))}),
          {{"--export-json", "table.json"}, {"--export-csv", "table.csv"}, {"--export-html", "page.html"}}};
}

Command some_part(Random& random) {
  return {with(small_sweep, {std::to_string(random.whole(2, 40)), "--shard", "2/3"}), {{"--part", "part"}}};
}

Texts arguments_in(const TemporaryFolder& folder, const Command& command) {
  Texts arguments = command.arguments;
  for (const File& file : command.files) arguments.insert(arguments.end(), {file.option, folder.path(file.name)});
  return arguments;
}

using Contents = std::map<std::string, std::string>;

Contents contents_of(const TemporaryFolder& folder) {
  Contents all;
  for (const std::string& name : folder.names()) all[name] = read_file(folder.path(name));
  return all;
}

// What a command writes where nothing goes wrong, and how long that takes.
struct Undisturbed {
  explicit Undisturbed(const Command& command) {
    const TemporaryFolder folder;
    const auto begin = std::chrono::steady_clock::now();
    run = pcsim(arguments_in(folder, command));
    time = std::chrono::steady_clock::now() - begin;
    files = contents_of(folder);
  }
  Ended run;
  Seconds time{};
  Contents files;
};

std::string old_text(const std::string& name) { return "the old " + name + " without an end of line"; }

// Some of the files are there before.
void write_old(const TemporaryFolder& folder, const Command& command, Random& random) {
  for (const File& file : command.files)
    if (random.chance(60)) folder.write(file.name, old_text(file.name));
}

bool is_stream(const File& file) { return file.option == "--export-events"; }

bool is_json(std::string_view text) {
  boost::system::error_code error;
  boost::json::parse(text, error);
  return !error;
}

// Whole by its form alone, which has no end that could be missing unseen.
bool is_whole(const File& file, const std::string& text) {
  if (file.name.ends_with(".json")) return text.ends_with("\n") && is_json(text);
  if (file.name.ends_with(".html")) return text.starts_with("<!doctype html>") && text.ends_with("</html>\n");
  return text.ends_with("\n");
}

// What an end leaves of a run.
enum class Left {
  nothing,       // files that are replaced are as they were
  old_or_whole,  // each is, or is the one of an undisturbed run
  old_or_short,  // each is, or is the whole one of a run that was stopped
};

// `found` is in the file afterwards, `before` was there.
void check_file(const File& file, const std::optional<std::string>& before, const std::optional<std::string>& found,
                const std::string& whole, Left left, int signal) {
  CAPTURE(file.name);
  if (found == before) return;
  REQUIRE(found);
  CAPTURE(found->size());
  if (is_stream(file)) {
    // The kernel cuts short what SIGKILL meets within a write.
    CHECK((found->empty() || found->ends_with('\n') || signal == SIGKILL));
    if (left != Left::old_or_short) CHECK(whole.starts_with(*found));
  } else {
    CHECK(left != Left::nothing);
    CHECK((*found == whole || (left == Left::old_or_short && file.option != "--save" && is_whole(file, *found))));
  }
}

void check_files(const TemporaryFolder& folder, const Command& command, const Contents& before, const Undisturbed& undisturbed,
                 const Ended& ended, Left left) {
  CAPTURE(command_line(arguments_in(folder, command)));
  CAPTURE(ended.status);
  CAPTURE(ended.signal);
  CAPTURE(ended.err);
  Contents found = contents_of(folder);
  const auto text_in = [](const Contents& all, const std::string& name) {
    const auto at = all.find(name);
    return at == all.end() ? std::nullopt : std::optional(at->second);
  };
  for (const File& file : command.files) {
    check_file(file, text_in(before, file.name), text_in(found, file.name), undisturbed.files.at(file.name), left, ended.signal);
    found.erase(file.name);
  }
  for (const auto& [name, text] : found) {
    CAPTURE(name);
    CHECK(name.starts_with(".pcsim-"));
    CHECK(ended.signal == SIGKILL);
  }
}

// Does a command again and again, and something to it.
template <class Do>
void disturb(Command (*some)(Random&), Do do_it) {
  rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  Random random;
  for (int i = 0; i < test_count(20); ++i) {
    const Command command = some(random);
    const Undisturbed undisturbed(command);
    REQUIRE(undisturbed.files.size() == command.files.size());
    for (const File& file : command.files) CHECK(is_whole(file, undisturbed.files.at(file.name)));
    const TemporaryFolder folder;
    write_old(folder, command, random);
    const Contents before = contents_of(folder);
    const auto [ended, left] = do_it(random, arguments_in(folder, command), undisturbed);
    check_files(folder, command, before, undisturbed, ended, left);
    if (ended.status == undisturbed.run.status && left == Left::old_or_whole)
      for (const File& file : command.files) CHECK(read_file(folder.path(file.name)) == undisturbed.files.at(file.name));
  }
}

using Commands = std::vector<Command (*)(Random&)>;
const Commands commands{some_run, some_run, some_comparison, some_sweep, some_part};

struct End {
  Ended ended;
  Left left;
};

TEST_CASE("where the n-th byte of a file cannot be written, none of a run is replaced, and those of a study by whole ones only") {
  for (const auto some : commands)
    disturb(some, [](Random& random, const Texts& arguments, const Undisturbed& undisturbed) {
      std::uint64_t longest = 0;
      for (const auto& [name, text] : undisturbed.files) longest = std::max<std::uint64_t>(longest, text.size());
      const std::uint64_t limit = random.chance(20) ? longest : random.whole(0, longest);
      const Ended ended = pcsim(arguments, {.file_size_limit = limit});
      CAPTURE(limit);
      CAPTURE(ended.err);
      CHECK(ended.signal == 0);
      if (limit == longest) {
        CHECK(ended.status == undisturbed.run.status);
        return End{ended, Left::old_or_whole};
      }
      CHECK(ended.status == 1);
      CHECK(ended.err.find("File too large") != std::string::npos);
      const bool study = arguments.front() == "compare" || arguments.front() == "sweep";
      return End{ended, study ? Left::old_or_whole : Left::nothing};
    });
}

TEST_CASE("killed at any moment, a file is the old one or the new one") {
  for (const auto some : commands)
    disturb(some, [](Random& random, const Texts& arguments, const Undisturbed& undisturbed) {
      Process process(arguments);
      process.wait_for(random.within(undisturbed.time));
      process.send(SIGKILL);
      return End{process.end(), Left::old_or_whole};
    });
}

TEST_CASE("whatever signal comes, and comes again, a file is the old one or a whole new one, and nothing is left beside it") {
  static const std::vector<int> stopping{SIGINT, SIGTERM, SIGHUP};
#ifdef __SANITIZE_ADDRESS__  // which takes SIGSEGV for itself
  static const std::vector<int> ending{SIGUSR1, SIGALRM, SIGQUIT, SIGXCPU, SIGABRT};
#else
  static const std::vector<int> ending{SIGUSR1, SIGALRM, SIGQUIT, SIGXCPU, SIGABRT, SIGSEGV};
#endif
  for (const auto some : commands)
    disturb(some, [](Random& random, const Texts& arguments, const Undisturbed& undisturbed) {
      Process process(arguments);
      for (std::uint64_t more = random.whole(1, 3); more > 0; --more) {
        const auto& signals = random.chance(70) ? stopping : ending;
        process.wait_for(random.within(undisturbed.time));
        process.send(signals[random.whole(0, signals.size() - 1)]);
      }
      return End{process.end(), Left::old_or_short};
    });
}

TEST_CASE("when the reader of stdout goes at any moment, a file is the old one or the new one") {
  for (const auto some : commands)
    disturb(some, [](Random& random, const Texts& arguments, const Undisturbed& undisturbed) {
      Process process(arguments);
      process.wait_for(random.within(undisturbed.time));
      process.close_output();
      const Ended ended = process.end();
      CHECK((ended.signal == SIGPIPE || ended.status == undisturbed.run.status));
      return End{ended, Left::old_or_whole};
    });
}

}  // namespace
}  // namespace pcsim
