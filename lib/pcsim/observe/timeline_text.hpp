#pragma once

#include <pcsim/observe/timeline.hpp>

#include <cstddef>
#include <string>

namespace pcsim {

/// What can be shown where a text goes to.
struct TextStyle {
  std::size_t width = 100;  ///< columns
  bool utf8 = true;         ///< or ASCII
  bool colour = false;
};

/// A picture of a run: a row per actor (or group of actors), the queue's depth, an axis of time, and what the glyphs mean. No
/// line is wider than the style says, but that a very narrow one has some columns for the picture all the same. Lines end with a
/// newline.
std::string to_text(const Timeline& timeline, const TextStyle& style);

}  // namespace pcsim
