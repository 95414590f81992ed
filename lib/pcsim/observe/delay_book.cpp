#include <pcsim/observe/delay_book.hpp>

namespace pcsim {

DelayBook::DelayBook(const Scenario& scenario)
    : produce_first_(scenario.produce_first), sums_(scenario), items_(scenario.items), producers_(scenario.producers) {}

void DelayBook::on_draw(const Draw& draw) {
  const double seconds = sums_.add(draw);
  switch (draw.purpose) {
    case Draw::Purpose::produce: {
      Producer& producer = producers_[draw.who.number - 1];
      if (produce_first_)
        items_.at(producer.last_put - 1).produce = seconds;
      else
        producer.next = seconds;
      break;
    }
    case Draw::Purpose::work: items_.at(draw.item - 1).work = seconds; break;
    case Draw::Purpose::lock: items_.at(draw.item - 1).lock = seconds; break;
  }
}

void DelayBook::on(const Happening& happening) {
  if (happening.kind != Happening::Kind::put) return;
  Producer& producer = producers_[happening.who.number - 1];
  producer.last_put = happening.item;
  if (!produce_first_) items_.at(happening.item - 1).produce = producer.next;
}

}  // namespace pcsim
