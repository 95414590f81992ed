#pragma once

#include <pcsim/assert.hpp>
#include <pcsim/observe/output.hpp>
#include <pcsim/study/sweep.hpp>

#include <cstddef>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pcsim {

/// Writes a share of a sweep: a line of JSON with the schema, the version and the plan, then a line for each piece that was run:
/// its number, how it ended, its values.
void write_part(const SweepPlan& plan, Shard shard, std::string_view version, const SweepResults& results, Output& output);

/// Puts the parts of a sweep together.
class Merger {
public:
  /// Parts of another version of the program are refused.
  explicit Merger(std::string version) : version_(std::move(version)) {}

  /// A part may have gaps, and end within a line, which then counts for nothing. Throws BadValue, with name and line, if the text
  /// is no part, or none of the same sweep, or if the same share was there before.
  void add(std::istream& text, const std::string& name);

  /// Of the sweep. REQUIRES: a part was added.
  const SweepPlan& plan() const {
    PCSIM_ASSERT(plan_);
    return *plan_;
  }

  /// The results of the whole sweep, with gaps for what is missing. REQUIRES: a part was added.
  const SweepResults& results() const {
    PCSIM_ASSERT(results_);
    return *results_;
  }

  /// What is missing, in a sentence each; nothing if that is nothing. REQUIRES: a part was added.
  std::vector<std::string> missing() const;

private:
  Shard read_head(const std::string& line, const std::string& name);
  void read_piece(std::string_view line, Shard shard);

  std::string version_;
  std::string first_;  // the name of the first part; the others belong to its sweep
  std::string plan_text_;
  std::optional<SweepPlan> plan_;
  std::optional<SweepResults> results_;
  std::vector<std::string> names_;  // of the shares; empty: not there
};

}  // namespace pcsim
