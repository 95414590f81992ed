#pragma once

#include "process.hpp"

namespace pcsim {

/// Checks that a program has refused what it was given: exit status 2, nothing on stdout, and one line on stderr that begins with
/// `pcsim: ` and has each of these parts.
void check_refused(const Ended& ended, const Texts& parts);

}  // namespace pcsim
