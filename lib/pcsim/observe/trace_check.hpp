#pragma once

#include <pcsim/model/happening.hpp>
#include <pcsim/observe/trace_format.hpp>

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>

namespace pcsim {

/// Holds the trace against a recorded one.
class TraceCheck final : public Observer {
public:
  enum class Times { compare, ignore };

  /// The first line that differs; nothing where one trace has ended.
  struct Difference {
    std::uint64_t line;
    std::optional<std::string> recorded;
    std::optional<std::string> now;
    bool cut = false;  ///< no newline is at the end of the recorded line
  };

  /// Opens the recorded trace; throws std::system_error that names it.
  TraceCheck(TraceFormat format, const std::string& path, Times times);

  void on(const Happening& happening) override;

  /// To be called after the run. Throws BadValue that names the file, as the run does, if it cannot be read.
  std::optional<Difference> difference();

private:
  bool read(std::string& line);
  bool same(const std::string& recorded, const std::string& now) const;

  TraceFormat format_;
  std::string path_;
  Times times_;
  std::ifstream file_;
  std::uint64_t line_ = 0;
  std::optional<Difference> difference_;
};

/// Both lines, for a terminal: what one would not see, carriage returns and such, is shown as \xNN.
std::string to_text(const TraceCheck::Difference& difference);

}  // namespace pcsim
