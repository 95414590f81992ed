#include <pcsim/observe/trace_check.hpp>

#include <pcsim/model/bad_value.hpp>
#include <pcsim/model/read_line.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace pcsim {

TraceCheck::TraceCheck(TraceFormat format, const std::string& path, Times times)
    : format_(format), path_(path), times_(times), file_(path, std::ios::binary) {
  if (!file_) throw std::system_error(errno, std::generic_category(), path);
  if (std::filesystem::is_directory(path)) throw std::system_error(EISDIR, std::generic_category(), path);
}

void TraceCheck::on(const Happening& happening) {
  if (difference_) return;
  fmt::memory_buffer text;
  if (!format_.append(text, happening)) return;
  ++line_;
  const std::string now(text.data(), text.size() - 1);
  std::string recorded;
  if (!read(recorded))
    difference_ = {line_, std::nullopt, now};
  else if (file_.eof() || !same(recorded, now))  // a line that the file's end cuts short is no line
    difference_ = {line_, recorded, now, file_.eof()};
}

bool TraceCheck::read(std::string& line) {
  try {
    return read_line(file_, line);
  } catch (const BadValue& error) {
    throw BadValue(fmt::format("{}:{}: {}", path_, line_, error.what()));
  }
}

std::optional<TraceCheck::Difference> TraceCheck::difference() {
  if (std::string more; !difference_ && read(more)) difference_ = {line_ + 1, more, std::nullopt, file_.eof()};
  return difference_;
}

bool TraceCheck::same(const std::string& recorded, const std::string& now) const {
  if (times_ == Times::compare) return recorded == now;
  const auto what = [](std::string_view line) { return line.substr(std::min(line.find(' '), line.size())); };
  return what(recorded) == what(now);
}

std::string to_text(const TraceCheck::Difference& difference) {
  const auto show = [](const std::optional<std::string>& line, bool cut) -> std::string {
    if (!line) return "(the trace has ended)";
    constexpr std::size_t longest = 200;
    std::string text;
    for (std::size_t i = 0; i < std::min(line->size(), longest); ++i) {
      const auto code = static_cast<unsigned char>((*line)[i]);
      const bool visible = (code > ' ' && code < 0x7f) || (code == ' ' && i + 1 < line->size());
      text += visible ? std::string(1, (*line)[i]) : fmt::format("\\x{:02x}", code);
    }
    if (line->size() > longest) text += fmt::format("... ({} bytes)", line->size());
    return cut ? text + " (no newline at its end)" : text;
  };
  return fmt::format("  recorded: {}\n  this run: {}\n", show(difference.recorded, difference.cut), show(difference.now, false));
}

}  // namespace pcsim
