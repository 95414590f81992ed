#include <pcsim/model/scenario.hpp>

#include <algorithm>

namespace pcsim {

std::uint64_t Scenario::works_at_once() const {
  if (work == Work::block) return 1;
  const std::uint64_t permitted = std::min(consumers, limit.value_or(consumers));
  return work == Work::thread ? std::min(permitted, pool_size()) : permitted;
}

}  // namespace pcsim
