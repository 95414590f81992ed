#pragma once

#include <pcsim/study/sweep.hpp>

#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace pcsim {

/// A share of a sweep as text: a line of JSON with the schema, the version and the plan, then a line for each piece that was run:
/// its number, how it ended, its values.
std::string write_part(const SweepPlan& plan, Shard shard, std::string_view version, const SweepResults& results);

/// A share of a sweep that was read.
struct Part {
  std::string name;  ///< for messages
  std::string plan;  ///< as text, without the share: equal for parts that belong together
  Shard shard;
  std::vector<std::pair<std::size_t, Replication>> pieces;
};

/// Throws BadValue, with name and line, if the text is no part, or one of another schema or version.
Part read_part(std::istream& text, const std::string& name, std::string_view version);

/// The plan of a part. Throws BadValue if it makes no sense.
SweepPlan plan_of(const Part& part);

/// Puts the parts of a sweep together. Throws BadValue if they are of different sweeps, if one is there twice, or if pieces are
/// missing.
SweepResults merge_parts(const SweepPlan& plan, const std::vector<Part>& parts);

}  // namespace pcsim
