#include <pcsim/observe/tally.hpp>

#include <algorithm>

namespace pcsim {

void Tally::on(const Happening& happening) {
  using Kind = Happening::Kind;
  switch (happening.kind) {
    case Kind::put:
      ++produced_;
      max_depth_ = std::max(max_depth_, queued());
      break;
    case Kind::got: {
      ++got_;
      Consumer& consumer = consumers_[happening.who.number - 1];
      consumer.got_at = happening.at;
      consumer.item = happening.item;
      break;
    }
    case Kind::consumed:
      ++consumers_[happening.who.number - 1].consumed;
      end_of_work(happening, consumed_);
      break;
    case Kind::timed_out: end_of_work(happening, timed_out_); break;
    case Kind::failed: end_of_work(happening, failed_); break;
    default: break;
  }
}

void Tally::end_of_work(const Happening& happening, std::uint64_t& count) {
  ++count;
  Consumer& consumer = consumers_[happening.who.number - 1];
  consumer.busy += happening.at - consumer.got_at;
  consumer.item = 0;
}

}  // namespace pcsim
