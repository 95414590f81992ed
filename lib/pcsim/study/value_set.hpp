#pragma once

#include <pcsim/model/setting.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pcsim {

/// Whether a setting can take a set of values: whether it is a number or a delay.
bool takes_set(const Setting& setting);

/// The values of a set, each as text for the setting: `1,4,16` or `1:8` or `1:8:2` (from, to, by) for numbers, `0.1|exp:50ms` for
/// delays; one value is a set too. Whole numbers are in plain digits, all else is as it was written. Throws BadValue if one of
/// them is nothing for the setting, or if one is given twice.
std::vector<std::string> expand_set(const Setting& setting, std::string_view text);

/// Puts the values of a setting that is a whole number in ascending order: 0 is the last where it stands for no bound.
void sort_values(const Setting& setting, std::vector<std::string>& values);

}  // namespace pcsim
