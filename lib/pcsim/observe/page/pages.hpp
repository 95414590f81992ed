#pragma once

#include <pcsim/model/scenario.hpp>

#include <boost/json/array.hpp>

#include <string>
#include <string_view>

namespace pcsim::page {

/// The pages that show a run, and a sweep. The files beside this one are built into the program.
extern const std::string_view run;
extern const std::string_view sweep;

/// A page with its data.
std::string fill(std::string_view page, std::string_view json);

/// The settings in force as the pages have them: name, value, whether that is the one in `defaults`.
boost::json::array settings_of(const Scenario& scenario, const Scenario& defaults);

}  // namespace pcsim::page
