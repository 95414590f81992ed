#include <pcsim/model/setting.hpp>
#include <pcsim/study/grid.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pcsim {
namespace {

const Setting* setting(std::string_view name) {
  for (const Setting& one : settings())
    if (one.name == name) return &one;
  return nullptr;
}

TEST_CASE("a grid has every combination once, the last axis fastest") {
  const Grid grid(Scenario(), {{setting("consumers"), {"4", "2"}},
                               {setting("maxsize"), {"0", "7", "9"}},
                               {setting("consume-delay"), {"1", "exp:2"}}});
  std::size_t index = 0;
  for (const std::string consumers : {"4", "2"})
    for (const std::string maxsize : {"0", "7", "9"})
      for (const std::string delay : {"1", "exp:2"}) {
        CHECK(grid.values(index) == std::vector<std::string>{consumers, maxsize, delay});
        const Scenario scenario = grid.scenario(index);
        CHECK(std::to_string(scenario.consumers) == consumers);
        CHECK(std::to_string(scenario.maxsize) == maxsize);
        CHECK(scenario.consume_delay.text() == delay);
        ++index;
      }
  CHECK(grid.size() == index);
}

TEST_CASE("a grid without axes is its base") {
  Scenario base;
  base.items = 77;
  const Grid grid(base, {});
  CHECK(grid.size() == 1);
  CHECK(grid.values(0).empty());
  CHECK(grid.scenario(0).items == 77);
}

TEST_CASE("a grid that is too large to be counted says so, and not some small number") {
  const std::vector<std::string> many(std::size_t{1} << 16, "1");
  std::vector<Axis> axes;
  for (const auto* name : {"consumers", "items", "maxsize", "limit"}) axes.push_back({setting(name), many});
  CHECK(Grid(Scenario(), axes).size() == SIZE_MAX);
  axes.push_back({setting("producers"), {"1"}});
  CHECK(Grid(Scenario(), axes).size() == SIZE_MAX);
}

}  // namespace
}  // namespace pcsim
