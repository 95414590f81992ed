#include "refusal.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>

namespace pcsim {

void check_refused(const Ended& ended, const Texts& parts) {
  CAPTURE(ended.err);
  CHECK(ended.status == 2);
  CHECK(ended.out == "");
  CHECK(ended.err.starts_with("pcsim: "));
  const auto control = [](unsigned char c) { return std::iscntrl(c) != 0; };
  CHECK(std::count_if(ended.err.begin(), ended.err.end(), control) == 1);
  CHECK(ended.err.ends_with('\n'));
  for (const std::string& part : parts) {
    CAPTURE(part);
    CHECK(ended.err.find(part) != std::string::npos);
  }
}

}  // namespace pcsim
