#pragma once

#include <pcsim/model/happening.hpp>
#include <pcsim/model/scenario.hpp>
#include <pcsim/observe/output.hpp>

namespace pcsim {

/// The trace that people read: a line for each thing that happens, opened by its time in seconds.
class TextTrace final : public Observer {
public:
  /// REQUIRES: `output` outlives this.
  TextTrace(const Scenario& scenario, Output& output)
      : output_(output), full_(scenario.trace == Scenario::Trace::full), name_producers_(scenario.producers > 1) {}

  void on(const Happening& happening) override;

private:
  Output& output_;
  bool full_;
  bool name_producers_;
};

}  // namespace pcsim
