#pragma once

#include <pcsim/model/scenario.hpp>
#include <pcsim/observe/activity.hpp>
#include <pcsim/observe/export.hpp>
#include <pcsim/observe/output.hpp>
#include <pcsim/observe/slices.hpp>
#include <pcsim/observe/statistics.hpp>
#include <pcsim/observe/stories.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace pcsim {

/// Writes a run as one self-contained page: its timeline, the queue, the distributions, the figures and the settings. What it keeps
/// in mind, and the page's size, is bounded however many items there are: beyond most_stories, the page has the stories of some
/// items and the Activity of all.
class HtmlExport final : public Export {
public:
  struct About {
    std::string title;         ///< what was run
    std::string version;       ///< of the program
    std::uint64_t warmup = 0;  ///< items that are left out of the distributions
  };

  static constexpr std::size_t most_stories = 1 << 17;

  /// REQUIRES: `scenario`, `statistics` and `output` outlive this; statistics.end() has been called before end() is.
  HtmlExport(const Scenario& scenario, const Statistics& statistics, About about, Output& output);

  void on(const Happening& happening) override;
  void on_draw(const Draw& draw) override;
  void end(const Outcome* outcome) override;

private:
  const Scenario& scenario_;
  const Statistics& statistics_;
  About about_;
  Output& output_;
  Stories stories_;
  Activity activity_;
  Slicer slicer_;
  Happening first_failure_{};
  bool stopped_ = false;
};

}  // namespace pcsim
