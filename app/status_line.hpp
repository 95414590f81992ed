#pragma once

#include <string_view>

namespace pcsim::app {

/// A line on stderr that is written over again and again. Where stderr is a terminal that cannot take a line back, or is none,
/// nothing is ever written. The line is gone when this is destroyed.
///
/// Not thread-safe; there is one at a time.
class StatusLine {
public:
  StatusLine();
  ~StatusLine();
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  /// Whether the line can be seen at all.
  bool can_be_seen() const { return can_be_seen_; }

  /// "WHAT [####      ] 3.2 s left": what is going on, which share of it was done in the seconds that have passed, and how long
  /// the rest takes at this pace. A negative share: nobody knows.
  void show(std::string_view what, double share, double passed);

  /// Takes the line back, so that something else can be written.
  void erase();

  /// The same for a handler of the signal that ends the program, whichever line there is; safe there.
  static void take_back() noexcept;

private:
  bool can_be_seen_;
};

}  // namespace pcsim::app
