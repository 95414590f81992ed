#include <pcsim/observe/delays.hpp>

#include <limits>

namespace pcsim {

Delays::Delays(const Scenario& scenario) : timeout_(std::numeric_limits<double>::infinity()), produce_(scenario.producers) {
  // Who blocks the loop cannot be given up meanwhile.
  if (scenario.timeout && scenario.work != Scenario::Work::block) timeout_ = *scenario.timeout;
}

}  // namespace pcsim
