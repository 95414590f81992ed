#include "trace.hpp"

#include <boost/regex.hpp>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

namespace pcsim {

namespace {

// With --trace full there are two more.
const boost::regex line_form(
    R"((\d+\.\d{3}) (PROD \d+( by P\d+)?|C\d+ id=\d+ payload=\d+|C\d+ (TIMEOUT|FAIL|GET) id=\d+|P\d+ BLOCKED id=\d+|)"
    R"([PC]\d+ CANCELLED( id=\d+)?|C\d+ STOP|READY|STOPPING|DONE))");

// The number before these words, or 0.
std::uint64_t number_before(const std::string& words, const std::string& line) {
  boost::smatch found;
  return boost::regex_search(line, found, boost::regex("(\\d+) " + words)) ? std::stoull(found[1]) : 0;
}

}  // namespace

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::vector<TraceLine> read_trace(std::string_view text) {
  if (!text.empty() && text.back() != '\n') throw std::runtime_error("the trace ends within a line");
  std::vector<TraceLine> trace;
  for (const std::string& line : lines_of(text)) {
    boost::smatch parts;
    if (!boost::regex_match(line, parts, line_form)) throw std::runtime_error("no line of a trace: " + line);
    trace.push_back({std::stod(parts[1]), parts[2]});
  }
  return trace;
}

std::vector<std::string> without_times(std::string_view trace) {
  std::vector<std::string> lines;
  for (TraceLine& line : read_trace(trace)) lines.push_back(std::move(line.what));
  return lines;
}

Books read_books(std::string_view err) {
  const auto lines = lines_of(err);
  const auto items = std::find_if(lines.begin(), lines.end(), [](const std::string& line) { return line.starts_with("items "); });
  if (items == lines.end()) throw std::runtime_error("no summary: " + std::string(err));
  Books books;
  books.items = number_before("produced", *items);  // 9 of 12 produced
  books.consumed = number_before("consumed", *items);
  books.timed_out = number_before("timed out", *items);
  books.failed = number_before("failed", *items);
  books.unfinished = number_before("unfinished", *items);
  books.queued = number_before("left in the queue", *items);
  books.never_put = number_before("never put", *items);
  return books;
}

Books books_of(std::string_view trace, std::uint64_t items) {
  static const boost::regex put("PROD (\\d+).*");
  static const boost::regex end("C\\d+ (TIMEOUT |FAIL |CANCELLED |)id=(\\d+).*");
  Books books;
  books.items = items;
  std::map<std::uint64_t, bool> ended;  // by item that was put
  for (const TraceLine& line : read_trace(trace)) {
    boost::smatch parts;
    if (boost::regex_match(line.what, parts, put)) {
      if (!ended.emplace(std::stoull(parts[1]), false).second) throw std::runtime_error("put twice: " + line.what);
    } else if (boost::regex_match(line.what, parts, end)) {
      const auto item = ended.find(std::stoull(parts[2]));
      if (item == ended.end() || item->second) throw std::runtime_error("that item was not there: " + line.what);
      item->second = true;
      ++(parts[1] == "TIMEOUT " ? books.timed_out
         : parts[1] == "FAIL "  ? books.failed
         : parts[1] == ""       ? books.consumed
                                : books.unfinished);
    }
  }
  books.queued = ended.size() - (books.consumed + books.timed_out + books.failed + books.unfinished);
  books.never_put = items - ended.size();
  return books;
}

}  // namespace pcsim
