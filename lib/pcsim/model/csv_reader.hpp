#pragma once

#include <pcsim/model/input_file.hpp>

#include <csv.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pcsim {

/// Reads a CSV file (RFC 4180, UTF-8 with or without a byte order mark) row by row, strictly, and in constant memory however long
/// it is. Space around a field that is not in quotes does not count; lines with nothing on them are passed over.
class CsvReader {
public:
  /// REQUIRES: the file outlives this.
  explicit CsvReader(const InputFile& file);
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;
  ~CsvReader();

  /// Reads the next row; false at the end. Throws BadValue, as fail() does, or as InputFile::read() does.
  bool next();

  /// Of the row that was read.
  const std::vector<std::string>& fields() const { return fields_; }

  /// Of all the bytes that were read. At the end of two files, or of one that was read twice, it is the same if they are.
  std::size_t digest() const { return digest_; }

  /// Throws BadValue "NAME:LINE: MESSAGE", for the line on which the row begins.
  [[noreturn]] void fail(std::string_view message) const;

private:
  static constexpr std::size_t longest_row = 1 << 20;

  bool read_line();
  void read_block();
  void parse_line();

  const InputFile& file_;
  csv_parser parser_{};
  std::array<char, 1 << 15> block_;  // of the file
  std::string_view rest_;            // of the block, that is in no line yet
  std::uint64_t offset_ = 0;         // where the next block begins
  std::size_t digest_ = 0;
  std::array<char, 1 << 16> line_;  // with a newline at its end
  std::size_t length_ = 0;
  std::uint64_t lines_ = 0;
  std::uint64_t row_line_ = 0;
  std::vector<std::string> fields_;
  std::size_t count_ = 0;  // of the fields that the row has so far
  bool complete_ = false;
};

}  // namespace pcsim
