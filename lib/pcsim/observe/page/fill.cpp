#include <pcsim/observe/page/pages.hpp>

#include <pcsim/model/setting.hpp>

#include <boost/json.hpp>

namespace pcsim::page {

std::string fill(std::string_view page, std::string_view json) {
  constexpr std::string_view place = "{{data}}";
  const auto hole = page.find(place);
  std::string text(page.substr(0, hole));
  // Nothing in the data ends the element that it is in.
  for (const char c : json) {
    if (c == '<')
      text += "\\u003c";
    else
      text += c;
  }
  return text.append(page.substr(hole + place.size()));
}

boost::json::array settings_of(const Scenario& scenario, const Scenario& defaults) {
  boost::json::array all;
  for (const Setting& setting : settings())
    if (const auto text = setting.get(scenario))
      all.push_back(boost::json::array{setting.name, *text, text == setting.get(defaults)});
  return all;
}

}  // namespace pcsim::page
