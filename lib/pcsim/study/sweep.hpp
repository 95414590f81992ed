#pragma once

#include <pcsim/assert.hpp>
#include <pcsim/study/estimate.hpp>
#include <pcsim/study/grid.hpp>
#include <pcsim/study/replication.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace pcsim {

/// What a sweep is to do: every combination of a grid, so many times, with seeds that follow the scenario's own.
struct SweepPlan {
  Grid grid;
  std::size_t replications = 20;
  Observation observation;

  static constexpr std::size_t most_pieces = 10'000'000;

  /// Throws BadValue, which names the option, if it cannot be carried out: it is too large, seeds run out, or settings of a
  /// combination do not go together. The rest of the functions REQUIRES that it can.
  void check() const;

  /// A sweep is made of pieces: a combination's replications, then the next one's.
  std::size_t pieces() const { return grid.size() * replications; }
  Scenario scenario_of(std::size_t piece) const;
};

/// The K-th of N equal shares of the pieces, K from 1: every N-th of them.
struct Shard {
  static constexpr std::size_t most = 1'000'000;

  std::size_t k = 1;
  std::size_t n = 1;
  bool has(std::size_t piece) const { return piece % n == k - 1; }
  std::size_t share_of(std::size_t pieces) const { return (pieces + n - k) / n; }
};

/// What is known of a sweep: its pieces' results, with gaps for what has not been run.
///
/// Different pieces may be set by different threads at the same time.
class SweepResults {
public:
  explicit SweepResults(const SweepPlan& plan);

  std::size_t size() const { return ends_.size(); }
  std::size_t count() const;  ///< of the pieces that are there

  bool has(std::size_t piece) const { return ends_[piece] != missing; }
  void set(std::size_t piece, const Replication& result);

  // REQUIRES: has(piece).

  Replication::End end(std::size_t piece) const {
    PCSIM_ASSERT(has(piece));
    return static_cast<Replication::End>(ends_[piece]);
  }
  std::span<const double> values(std::size_t piece) const {
    PCSIM_ASSERT(has(piece));
    return {values_.data() + piece * width_, width_};
  }

private:
  static constexpr unsigned char missing = 255;

  std::size_t width_;
  std::vector<unsigned char> ends_;
  std::vector<double> values_;
};

/// Runs a share of a sweep on `jobs` threads, into `results`. They do not depend on the number of threads. `done` is called after
/// every piece, from any of the threads, one at a time. Ends early where `stop` is requested, and throws what a run threw:
/// `results` has all that was done until then.
void run_sweep(const SweepPlan& plan, Shard shard, std::size_t jobs, std::stop_token stop, SweepResults& results,
               const std::function<void()>& done);

/// A combination's results.
struct SweepRow {
  std::vector<std::string> values;  ///< of the axes
  std::size_t done = 0;             ///< replications, by how they ended
  std::size_t deadlocks = 0;
  std::size_t failures = 0;
  std::vector<Estimate> estimates;  ///< of the measures, over the replications that were done; none if there are none

  bool sound() const { return deadlocks + failures == 0; }
};

/// The rows of all combinations that are complete.
std::vector<SweepRow> sweep_rows(const SweepPlan& plan, const SweepResults& results);

}  // namespace pcsim
