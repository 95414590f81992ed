#pragma once

#include <pcsim/model/happening.hpp>
#include <pcsim/model/scenario.hpp>

#include <optional>
#include <stdexcept>
#include <string>

namespace pcsim {

/// A file of events that cannot be of a run. The message begins with FILE:LINE.
class BadEvents : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Reads what EventExport has written, and tells `observer` all of it, as the run did. Of the scenario it takes who there is and how
/// many items, which the file does not say. Returns when the run was over; nothing if it was broken off. Throws BadEvents, or
/// std::system_error that names the file if it cannot be opened.
std::optional<double> import_events(const std::string& path, const Scenario& scenario, Observer& observer);

}  // namespace pcsim
