#include <pcsim/observe/delay_book.hpp>

#include <algorithm>

namespace pcsim {

DelayBook::DelayBook(const Scenario& scenario, Items items) : scenario_(scenario), produce_(scenario.producers) {
  if (items == Items::forget) return;
  items_.resize(scenario.items);
  next_produce_.resize(scenario.producers);
  last_put_.resize(scenario.producers);
}

void DelayBook::on_draw(const Draw& draw) {
  double seconds = draw.seconds;
  switch (draw.purpose) {
    case Draw::Purpose::produce: {
      const std::size_t producer = draw.who.number - 1;
      produce_[producer] += seconds;
      if (items_.empty()) break;
      if (scenario_.produce_first)
        items_[last_put_[producer] - 1].produce = seconds;
      else
        next_produce_[producer] = seconds;
      break;
    }
    case Draw::Purpose::work:
      if (scenario_.timeout) seconds = std::min(seconds, *scenario_.timeout);
      work_ += seconds;
      if (!items_.empty()) items_[draw.item - 1].work = seconds;
      break;
    case Draw::Purpose::lock:
      lock_ += seconds;
      if (!items_.empty()) items_[draw.item - 1].lock = seconds;
      break;
  }
  total_ += seconds;
}

void DelayBook::on(const Happening& happening) {
  if (items_.empty() || happening.kind != Happening::Kind::put) return;
  const std::size_t producer = happening.who.number - 1;
  last_put_[producer] = happening.item;
  if (!scenario_.produce_first) items_[happening.item - 1].produce = next_produce_[producer];
}

}  // namespace pcsim
