#include <pcsim/study/grid.hpp>

#include <pcsim/assert.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace pcsim {

Grid::Grid(Scenario base, std::vector<Axis> axes) : base_(std::move(base)), axes_(std::move(axes)) {
  PCSIM_ASSERT(std::none_of(axes_.begin(), axes_.end(), [](const Axis& axis) { return axis.values.empty(); }));
  for (const Axis& axis : axes_) size_ = size_ > SIZE_MAX / axis.values.size() ? SIZE_MAX : size_ * axis.values.size();
}

std::vector<std::string> Grid::values(std::size_t index) const {
  PCSIM_ASSERT(index < size());
  std::vector<std::string> values(axes_.size());
  for (std::size_t i = axes_.size(); i-- > 0;) {
    const auto& all = axes_[i].values;
    values[i] = all[index % all.size()];
    index /= all.size();
  }
  return values;
}

Scenario Grid::scenario(std::size_t index) const {
  Scenario scenario = base_;
  const auto chosen = values(index);
  for (std::size_t i = 0; i < axes_.size(); ++i) axes_[i].setting->set(scenario, chosen[i]);
  return scenario;
}

}  // namespace pcsim
