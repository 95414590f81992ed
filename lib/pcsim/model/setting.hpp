#pragma once

#include <pcsim/model/scenario.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pcsim {

/// One setting of a Scenario, by the name it has as a flag and as a key of a file. All that reads or writes settings by name goes
/// over settings(), so that a new one is everywhere at once.
struct Setting {
  enum class Kind { flag, whole, decimal, duration, delay, choice, list, path };

  std::string_view name;
  Kind kind;
  std::string_view value;  ///< a placeholder for the value, or the choices; empty for a flag
  std::string_view help;

  /// Throws BadValue.
  void (*set)(Scenario& scenario, std::string_view text);

  /// Text that set() takes; nothing where the setting is not in force.
  std::optional<std::string> (*get)(const Scenario& scenario);

  /// Back to its default.
  void (*reset)(Scenario& scenario);

  bool zero_is_unbounded = false;  ///< 0 stands for no bound, and so for more than any other value
};

/// All of them, in the order in which they are documented.
std::span<const Setting> settings();

/// Two settings that do not go together.
struct Conflict {
  std::string_view setting;  ///< the one to blame
  std::string message;       ///< with its value, and the way out
  bool idle;                 ///< it would merely have no effect beside the other
};

/// What no single setting can tell: the first conflict, if there is any.
std::optional<Conflict> find_conflict(const Scenario& scenario);

}  // namespace pcsim
