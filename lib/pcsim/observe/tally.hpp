#pragma once

#include <pcsim/model/happening.hpp>
#include <pcsim/model/scenario.hpp>

#include <cstdint>
#include <vector>

namespace pcsim {

/// The books of a run: where every item is, who did what, and how long it took. Sentinels are no items: they count nowhere.
class Tally final : public Observer {
public:
  struct Consumer {
    std::uint64_t consumed = 0;
    double busy = 0;         ///< seconds from getting an item to the end of the work on it, added up
    double got_at = 0;       ///< when it took what it has in hand
    std::uint64_t item = 0;  ///< what it has in hand
  };

  explicit Tally(const Scenario& scenario) : items_(scenario.items), consumers_(scenario.consumers) {}

  void on(const Happening& happening) override;
  void on_draw(const Draw& draw) override { delays_ += draw.seconds; }

  std::uint64_t produced() const { return produced_; }
  std::uint64_t consumed() const { return consumed_; }
  std::uint64_t timed_out() const { return timed_out_; }
  std::uint64_t failed() const { return failed_; }
  std::uint64_t unfinished() const { return got_ - consumed_ - timed_out_ - failed_; }  ///< a consumer still has them in hand
  std::uint64_t queued() const { return produced_ - got_; }
  std::uint64_t never_put() const { return items_ - produced_; }

  std::uint64_t max_depth() const { return max_depth_; }  ///< of the queue
  double delays() const { return delays_; }               ///< seconds: all that were drawn, one after another
  const std::vector<Consumer>& consumers() const { return consumers_; }

private:
  void end_of_work(const Happening& happening, std::uint64_t& count);

  std::uint64_t items_;
  std::uint64_t produced_ = 0;
  std::uint64_t got_ = 0;
  std::uint64_t consumed_ = 0;
  std::uint64_t timed_out_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t max_depth_ = 0;
  double delays_ = 0;
  std::vector<Consumer> consumers_;
};

}  // namespace pcsim
