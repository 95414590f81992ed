#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pcsim {

/// A line of a trace: `0.072 C1 id=1 payload=1`.
struct TraceLine {
  double at;         ///< 0.072
  std::string what;  ///< the rest
};

/// Where all items of a run are.
struct Books {
  std::uint64_t items = 0;  ///< what the six add up to
  std::uint64_t consumed = 0;
  std::uint64_t timed_out = 0;
  std::uint64_t failed = 0;
  std::uint64_t unfinished = 0;
  std::uint64_t queued = 0;
  std::uint64_t never_put = 0;

  std::uint64_t sum() const { return consumed + timed_out + failed + unfinished + queued + never_put; }
  friend bool operator==(const Books&, const Books&) = default;
};

std::vector<std::string> lines_of(std::string_view text);

/// Throws std::runtime_error at a line that is none of a trace, or is not ended by a newline.
std::vector<TraceLine> read_trace(std::string_view text);

/// The lines without their times.
std::vector<std::string> without_times(std::string_view trace);

/// The books as the summary on stderr has them. Throws std::runtime_error if there are none.
Books read_books(std::string_view err);

/// The same from a trace of a run that has ended in order or early, and had so many items to produce. Throws std::runtime_error
/// if an item is put twice, or brought to an end that was not put or has been brought to one.
Books books_of(std::string_view trace, std::uint64_t items);

}  // namespace pcsim
