#pragma once

#include <pcsim/model/happening.hpp>
#include <pcsim/model/scenario.hpp>

#include <fmt/format.h>

namespace pcsim {

/// The trace that people read: a line for each thing that happens, opened by its time in seconds. `lesson` leaves out what every
/// consumer gets and every producer waits for.
class TraceFormat {
public:
  explicit TraceFormat(const Scenario& scenario)
      : full_(scenario.trace == Scenario::Trace::full), name_producers_(scenario.producers > 1) {}

  /// Appends its line, with the newline. False if it has none.
  bool append(fmt::memory_buffer& text, const Happening& happening) const;

private:
  bool full_;
  bool name_producers_;
};

}  // namespace pcsim
