#include "promise.hpp"
#include "scratch.hpp"
#include "targets.hpp"

#include <pcsim/model/bad_value.hpp>
#include <pcsim/observe/output.hpp>
#include <pcsim/study/part.hpp>

#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>

namespace pcsim {

namespace {

constexpr const char* version = "1";
constexpr const char* file = "part";

// What is written of the sweep that a part is of, with the gaps that are left; nothing where it is no part.
std::optional<std::string> rewritten(const Scratch& scratch, std::string_view bytes) {
  std::istringstream text{std::string(bytes)};
  Merger merger(version);
  try {
    merger.add(text, file);
  } catch (const BadValue& error) {
    promise_place(error.what(), file);
    return std::nullopt;
  }
  const std::string path = scratch.folder() + "/part";
  Output output(path, Output::Way::in_place);
  write_part(merger.plan(), {1, 1}, version, merger.results(), output);
  output.close();
  std::ifstream written(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(written), {});
}

}  // namespace

void fuzz_part(std::string_view bytes) {
  static const Scratch scratch;
  const auto once = rewritten(scratch, bytes);
  if (once) promise(rewritten(scratch, *once) == once, "it is not read back as it was written", *once);
}

}  // namespace pcsim
