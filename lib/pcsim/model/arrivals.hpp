#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace pcsim {

/// An item of a log: when it came, and how long it was worked on.
struct Arrival {
  double at;                      ///< seconds since the start
  std::optional<double> service;  ///< seconds; nothing if the log does not say
};

/// Reads a log of arrivals, one at a time, in constant memory however long it is: CSV with a column `at` and perhaps a column
/// `service`, in any order and among others. `at` is in seconds, or an ISO 8601 time in all lines, which then count from the
/// first; times never go back. `service` is a duration.
class ArrivalLog {
public:
  /// Opens it. With a speed of 2 everything comes in half the time. Throws BadValue, which names the file, and the line if there
  /// is one.
  explicit ArrivalLog(const std::string& path, double speed = 1);
  ArrivalLog(ArrivalLog&&) noexcept;
  ArrivalLog& operator=(ArrivalLog&&) noexcept;
  ~ArrivalLog();

  bool has_service() const;

  /// The next item, or nothing at the end. Throws BadValue.
  std::optional<Arrival> next();

private:
  struct Reader;
  std::unique_ptr<Reader> reader_;
};

/// Reads a whole log to see that it can be read. Returns how many items there are; throws BadValue.
std::uint64_t count_arrivals(const std::string& path, double speed);

}  // namespace pcsim
