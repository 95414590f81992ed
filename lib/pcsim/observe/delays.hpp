#pragma once

#include <pcsim/model/happening.hpp>
#include <pcsim/model/scenario.hpp>

#include <algorithm>
#include <vector>

namespace pcsim {

/// The sums of a run's delays, in seconds.
class Delays {
public:
  explicit Delays(const Scenario& scenario);

  /// Work is added as long as it lasted: at most the scenario's timeout. Returns what was added.
  double add(const Draw& draw) {
    double seconds = draw.seconds;
    switch (draw.purpose) {
      case Draw::Purpose::produce: produce_[draw.who.number - 1] += seconds; break;
      case Draw::Purpose::work:
        seconds = std::min(seconds, timeout_);
        work_ += seconds;
        break;
      case Draw::Purpose::lock: lock_ += seconds; break;
    }
    total_ += seconds;
    return seconds;
  }

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
