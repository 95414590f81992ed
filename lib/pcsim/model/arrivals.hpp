#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace pcsim {

class InputFile;

/// An item of a log: when it came, and how long it was worked on.
struct Arrival {
  double at;                      ///< seconds since the start
  std::optional<double> service;  ///< seconds; nothing if the log does not say
};

/// A log of arrivals that was read through once. Whoever reads it again finds what was found then, or is told that it has
/// changed. For any number of runs, in several threads.
class CountedLog {
public:
  /// Opens it and reads it to its end: a file, a pipe, or `-`, which is standard input. Throws BadValue, which names the file,
  /// and the line if there is one.
  explicit CountedLog(const std::string& path, double speed = 1);

  /// Reads a file that is open.
  explicit CountedLog(std::shared_ptr<const InputFile> file, double speed = 1);

  const std::shared_ptr<const InputFile>& file() const { return file_; }
  std::uint64_t count() const { return count_; }  ///< of the items
  bool has_service() const { return has_service_; }

  /// The columns that mean nothing here, as a list for a message; empty if there are none.
  const std::string& other_columns() const { return other_columns_; }

private:
  friend class ArrivalLog;

  std::shared_ptr<const InputFile> file_;
  std::uint64_t count_ = 0;
  std::size_t digest_ = 0;
  bool has_service_ = false;
  std::string other_columns_;
};

/// Reads a log of arrivals, one at a time, in constant memory however long it is: CSV with a column `at` and perhaps a column
/// `service`, in any order and among others. `at` is in seconds, or an ISO 8601 time in all lines, which then count from the
/// first; seconds do so, too, where the first is above 1e8: they are since 1970. Times never go back. `service` is a duration.
class ArrivalLog {
public:
  /// Opens it. With a speed of 2 everything comes in half the time. Throws BadValue, which names the file, and the line if there
  /// is one.
  explicit ArrivalLog(const std::string& path, double speed = 1);

  /// Reads it again. Throws BadValue if it is not what it was.
  explicit ArrivalLog(std::shared_ptr<const CountedLog> log, double speed = 1);

  ArrivalLog(ArrivalLog&&) noexcept;
  ArrivalLog& operator=(ArrivalLog&&) noexcept;
  ~ArrivalLog();

  bool has_service() const;

  /// The next item, or nothing at the end. Throws BadValue.
  std::optional<Arrival> next();

private:
  friend class CountedLog;
  struct Reader;

  std::unique_ptr<Reader> reader_;
};

}  // namespace pcsim
