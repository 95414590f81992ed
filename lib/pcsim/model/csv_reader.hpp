#pragma once

#include <csv.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace pcsim {

/// Reads a CSV file (RFC 4180, UTF-8 with or without a byte order mark) row by row, strictly, and in constant memory however long
/// it is. Space around a field that is not in quotes does not count; lines with nothing on them are passed over.
class CsvReader {
public:
  /// Throws BadValue if it cannot be opened, or is no regular file.
  explicit CsvReader(std::string path);
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;
  ~CsvReader();

  /// Reads the next row; false at the end. Throws BadValue, as fail() does.
  bool next();

  /// Of the row that was read.
  const std::vector<std::string>& fields() const { return fields_; }

  /// Throws BadValue "PATH:LINE: MESSAGE", for the line on which the row begins.
  [[noreturn]] void fail(std::string_view message) const;

private:
  static constexpr std::size_t longest_row = 1 << 20;

  bool read_line();
  void parse_line();

  std::string path_;
  std::ifstream file_;
  csv_parser parser_{};
  std::array<char, 1 << 16> line_;  // with a newline at its end
  std::size_t length_ = 0;
  std::uint64_t lines_ = 0;
  std::uint64_t row_line_ = 0;
  std::vector<std::string> fields_;
  std::size_t count_ = 0;  // of the fields that the row has so far
  bool complete_ = false;
};

}  // namespace pcsim
