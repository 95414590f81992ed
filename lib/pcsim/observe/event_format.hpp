#pragma once

#include <pcsim/model/happening.hpp>

#include <array>
#include <optional>
#include <string_view>

// A file of events has a line for each thing that takes place in a run, in the order in which it does:
//
//   column   what it holds
//   at       when, in seconds, exactly: the shortest text that is read as the same double
//   event    blocked put got consumed timed_out failed cancelled stopped ready stopping done: what the full trace shows;
//            exited: an actor's life is over, and this is the last line about it, but for a pause;
//            produce work lock: a delay begins; pause: somebody has blocked the loop until now;
//            end: the run is over, always the last line, which only a run that was broken off does not have
//   actor    P1, C2: who; none for ready, stopping, done and end
//   item     its number; none where there is no item, or, with produce, none yet
//   seconds  how long the delay is, or the pause was, as exactly; none for any other event
//
// As JSON Lines each line is an object, without what there is none of; as CSV, after a line with the columns' names, what there
// is none of is empty.

namespace pcsim {

enum class EventFormat { jsonl, csv };

/// By the ending of the path, `.jsonl` or `.csv`; standard output, `-`, is JSON Lines. Nothing for any other.
std::optional<EventFormat> event_format(std::string_view path);

inline constexpr std::string_view event_columns = "at,event,actor,item,seconds";

/// By Happening::Kind.
inline constexpr std::array<std::string_view, 11> happening_names{"blocked",   "put",     "got",   "consumed", "timed_out", "failed",
                                                                  "cancelled", "stopped", "ready", "stopping", "done"};
/// By Draw::Purpose.
inline constexpr std::array<std::string_view, 3> draw_names{"produce", "work", "lock"};
inline constexpr std::string_view pause_name = "pause";
inline constexpr std::string_view exit_name = "exited";
inline constexpr std::string_view end_name = "end";

}  // namespace pcsim
