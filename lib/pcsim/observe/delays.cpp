#include <pcsim/observe/delays.hpp>

#include <algorithm>
#include <limits>

namespace pcsim {

Delays::Delays(const Scenario& scenario) : timeout_(std::numeric_limits<double>::infinity()), produce_(scenario.producers) {
  // Who blocks the loop cannot be given up meanwhile.
  if (scenario.timeout && scenario.work != Scenario::Work::block) timeout_ = *scenario.timeout;
}

double Delays::add(const Draw& draw) {
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

}  // namespace pcsim
