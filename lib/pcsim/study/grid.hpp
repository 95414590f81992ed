#pragma once

#include <pcsim/model/scenario.hpp>
#include <pcsim/model/setting.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace pcsim {

/// A setting that varies, and its values.
struct Axis {
  const Setting* setting;
  std::vector<std::string> values;
};

/// All combinations of the values of some settings, the last axis fastest.
class Grid {
public:
  /// REQUIRES: every axis has a value.
  Grid(Scenario base, std::vector<Axis> axes);

  /// How many there are; SIZE_MAX if they are more than can be counted.
  std::size_t size() const { return size_; }
  const std::vector<Axis>& axes() const { return axes_; }
  const Scenario& base() const { return base_; }

  /// A combination's values, one for each axis. REQUIRES: index < size().
  std::vector<std::string> values(std::size_t index) const;
  Scenario scenario(std::size_t index) const;

private:
  Scenario base_;
  std::vector<Axis> axes_;
  std::size_t size_ = 1;
};

}  // namespace pcsim
