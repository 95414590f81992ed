#pragma once

#include <pcsim/model/happening.hpp>
#include <pcsim/model/scenario.hpp>

#include <cstdint>
#include <vector>

namespace pcsim {

/// The delays of a run, in seconds: their sums, and if wanted those of every item.
class DelayBook final : public Observer {
public:
  struct Item {
    double produce = 0;
    double work = 0;  ///< as long as it was worked on: at most the scenario's timeout
    double lock = 0;
  };
  enum class Items { forget, keep };

  DelayBook(const Scenario& scenario, Items items);

  void on(const Happening& happening) override;
  void on_draw(const Draw& draw) override;

  const std::vector<double>& produce() const { return produce_; }  ///< by producer
  double work() const { return work_; }
  double lock() const { return lock_; }

  /// All one after another, added up in the order in which they were drawn.
  double total() const { return total_; }

  /// In the order of their ids, if they were to be kept.
  const std::vector<Item>& items() const { return items_; }

private:
  const Scenario& scenario_;
  std::vector<double> produce_;
  double work_ = 0;
  double lock_ = 0;
  double total_ = 0;
  std::vector<Item> items_;
  std::vector<double> next_produce_;     // by producer: for the item that it puts next
  std::vector<std::uint64_t> last_put_;  // by producer
};

}  // namespace pcsim
