#include "files.hpp"
#include "process.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace pcsim {
namespace {

// As a shell does where there is nothing but quotes.
Texts words_of_command(std::string_view line) {
  Texts words;
  std::string word;
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c != ' ' || quoted) {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, ""));
    }
  }
  words.push_back(word);
  return words;
}

TEST_CASE("what the README shows is what the program prints") {
  const std::string text = read_file(PCSIM_SCENARIOS "/../README.md");
  constexpr std::string_view begin = "```console\n$ build/pcsim ";
  int shown = 0;
  for (auto at = text.find(begin); at != std::string::npos; at = text.find(begin, at + 1), ++shown) {
    const auto output = text.find('\n', at + begin.size()) + 1;
    const std::string command = text.substr(at + begin.size(), output - 1 - (at + begin.size()));
    CAPTURE(command);
    Texts arguments = words_of_command(command);
    if (std::find(arguments.begin(), arguments.end(), "--clock") == arguments.end())
      arguments = with(arguments, {"--clock", "virtual"});
    const Ended ended = pcsim(arguments, {.environment = {{"LC_ALL", "C.UTF-8"}}});
    const std::string printed = ended.out + ended.err;
    CAPTURE(printed);
    CHECK(printed.starts_with(text.substr(output, text.find("```", output) - output)));
  }
  CHECK(shown > 4);
}

}  // namespace
}  // namespace pcsim
