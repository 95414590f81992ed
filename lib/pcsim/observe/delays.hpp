#pragma once

#include <pcsim/model/happening.hpp>
#include <pcsim/model/scenario.hpp>

#include <vector>

namespace pcsim {

/// The sums of a run's delays, in seconds.
class Delays {
public:
  explicit Delays(const Scenario& scenario);

  /// Work is added as long as it lasted: at most the scenario's timeout. Returns what was added.
  double add(const Draw& draw);

  const std::vector<double>& produce() const { return produce_; }  ///< by producer
  double work() const { return work_; }
  double lock() const { return lock_; }

  /// All one after another, in the order in which they were drawn.
  double total() const { return total_; }

private:
  double timeout_;
  std::vector<double> produce_;
  double work_ = 0;
  double lock_ = 0;
  double total_ = 0;
};

}  // namespace pcsim
