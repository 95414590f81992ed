#include "request.hpp"

namespace pcsim::app {

std::string Request::name_of(const std::string& option) const {
  const auto place = places.find(option);
  return flags.contains(option) || place == places.end() ? "--" + option : place->second + ": " + option;
}

}  // namespace pcsim::app
