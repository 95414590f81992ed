#include "files.hpp"
#include "process.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which take far more of it for themselves

namespace pcsim {
namespace {

TEST_CASE("a run that is out of memory says so, whatever it was needed for, exits with 1, and leaves files as they were") {
  const Surroundings cramped{.memory = 100'000'000};
  const TemporaryFolder folder;
  const std::string json = folder.write("results.json", "old");
  for (const Texts& arguments : std::vector<Texts>{{"--consumers", "3000000"},
                                                   {"--producers", "3000000", "--items", "3000000"},
                                                   {"--items", "1000000000", "--produce-delay", "0"},
                                                   {"--items", "10000000", "--produce-delay", "0", "--shutdown", "join-cancel"}})
    for (const std::string clock : {"virtual", "wall"}) {
      CAPTURE(command_line(arguments));
      const Ended ended = pcsim(with(arguments, {"--clock", clock, "--trace", "none", "--export-json", json}), cramped);
      CHECK(ended.status == 1);
      CHECK(ended.err == "pcsim: out of memory\n");
      CHECK(read_file(json) == "old");
    }
  CHECK(folder.names() == Texts{"results.json"});
}

}  // namespace
}  // namespace pcsim

#endif
