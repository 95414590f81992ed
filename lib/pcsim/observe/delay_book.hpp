#pragma once

#include <pcsim/model/happening.hpp>
#include <pcsim/model/scenario.hpp>
#include <pcsim/observe/delays.hpp>

#include <cstdint>
#include <vector>

namespace pcsim {

/// The delays of a run, item by item, in seconds. Throws std::out_of_range where it is told of an item that the scenario has not.
class DelayBook final : public Observer {
public:
  struct Item {
    double produce = 0;
    double work = 0;  ///< as long as it was worked on: at most the scenario's timeout
    double lock = 0;
  };

  explicit DelayBook(const Scenario& scenario);

  void on(const Happening& happening) override;
  void on_draw(const Draw& draw) override;

  /// In the order of their ids.
  const std::vector<Item>& items() const { return items_; }
  const Delays& sums() const { return sums_; }

private:
  struct Producer {
    double next = 0;             // what was drawn for the item that it puts next
    std::uint64_t last_put = 0;  // the item that it has put
  };

  bool produce_first_;
  Delays sums_;
  std::vector<Item> items_;
  std::vector<Producer> producers_;
};

}  // namespace pcsim
