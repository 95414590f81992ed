#pragma once

#include <pcsim/model/scenario.hpp>
#include <pcsim/observe/export.hpp>
#include <pcsim/observe/output.hpp>
#include <pcsim/observe/statistics.hpp>

#include <cstdint>
#include <string>

namespace pcsim {

/// Writes the figures of a run as one JSON object, times in seconds:
///
///   schema       1
///   version      of the program
///   scenario     every setting that is in force, by its name
///   clock        wall, virtual
///   warmup       items that are left out of the distributions
///   outcome      done, failed, deadlock; stopped: ended early, in order; interrupted: ended at once
///   stuck        with deadlock: who waits, in what, since when
///   producers    items, busy, blocked, utilization of each
///   consumers    items, busy, waiting, utilization of each
///
/// and all measures() between them, nested at their dots.
class ResultsExport final : public Export {
public:
  /// REQUIRES: `scenario`, `statistics` and `output` outlive this; statistics.end() has been called before end() is.
  ResultsExport(const Scenario& scenario, const Statistics& statistics, std::uint64_t warmup, std::string version,
                Output& output);

  void on(const Happening& happening) override;
  void end(const Outcome* outcome) override;

private:
  const Scenario& scenario_;
  const Statistics& statistics_;
  std::uint64_t warmup_;
  std::string version_;
  Output& output_;
  bool stopped_ = false;
};

}  // namespace pcsim
