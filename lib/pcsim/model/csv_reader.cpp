#include <pcsim/model/csv_reader.hpp>

#include <pcsim/model/bad_value.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <new>

namespace pcsim {

CsvReader::CsvReader(const InputFile& file) : file_(file) {
  csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI);
  csv_set_blk_size(&parser_, 4096);
  // A carriage return before the newline is space; alone it ends no line.
  csv_set_term_func(&parser_, [](unsigned char c) -> int { return c == '\n'; });
  csv_set_space_func(&parser_, [](unsigned char c) -> int { return c == ' ' || c == '\t' || c == '\r'; });
}

CsvReader::~CsvReader() { csv_free(&parser_); }

bool CsvReader::next() {
  complete_ = false;
  count_ = 0;
  row_line_ = lines_ + 1;
  for (std::size_t size = 0; !complete_;) {
    if (!read_line()) {
      if (csv_fini(&parser_, nullptr, nullptr, nullptr) != 0) fail("a quoted field is not closed");
      return false;
    }
    if (size == 0 && std::string_view(line_.data(), length_).find_first_not_of(" \t\r\n") == std::string_view::npos) {
      ++row_line_;
      continue;
    }
    size += length_;
    if (size > longest_row) fail(fmt::format("a quoted field that begins here is longer than {} bytes", longest_row));
    parse_line();
  }
  fields_.resize(count_);
  return true;
}

bool CsvReader::read_line() {
  length_ = 0;
  for (bool ended = false; !ended;) {
    if (rest_.empty()) read_block();
    if (rest_.empty() && length_ == 0) return false;
    const auto newline = rest_.find('\n');
    ended = newline != std::string_view::npos || rest_.empty();  // the last line need not have a newline
    const std::string_view part = rest_.substr(0, newline);
    if (length_ == 0) ++lines_;
    if (part.size() >= line_.size() - length_) fail(fmt::format("this line is longer than {} bytes", line_.size() - 1));
    part.copy(line_.data() + length_, part.size());
    length_ += part.size();
    rest_.remove_prefix(std::min(rest_.size(), part.size() + 1));
  }
  line_[length_++] = '\n';
  if (constexpr std::string_view mark = "\xEF\xBB\xBF"; lines_ == 1 && std::string_view(line_.data(), length_).starts_with(mark)) {
    length_ -= mark.size();
    std::memmove(line_.data(), line_.data() + mark.size(), length_);
  }
  return true;
}

void CsvReader::read_block() {
  rest_ = {block_.data(), file_.read(offset_, block_)};
  offset_ += rest_.size();
  if (!rest_.empty()) digest_ = digest_ * 31 + std::hash<std::string_view>()(rest_);
}

void CsvReader::parse_line() {
  const auto on_field = [](void* text, std::size_t size, void* self) {
    auto& reader = *static_cast<CsvReader*>(self);
    if (reader.count_ == reader.fields_.size()) reader.fields_.emplace_back();
    reader.fields_[reader.count_++].assign(static_cast<const char*>(text), size);
  };
  const auto on_row = [](int, void* self) { static_cast<CsvReader*>(self)->complete_ = true; };
  if (csv_parse(&parser_, line_.data(), length_, on_field, on_row, this) == length_) return;
  if (csv_error(&parser_) != CSV_EPARSE) throw std::bad_alloc();
  fail("this is no line of CSV: a quote stands where none belongs");
}

void CsvReader::fail(std::string_view message) const {
  throw BadValue(fmt::format("{}:{}: {}", file_.name(), row_line_, message));
}

}  // namespace pcsim
