#include <pcsim/observe/trace_check.hpp>

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace pcsim {

TraceCheck::TraceCheck(TraceFormat format, const std::string& path, Times times)
    : format_(format), times_(times), file_(path, std::ios::binary) {
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
  if (!std::getline(file_, recorded))
    difference_ = {line_, std::nullopt, now};
  else if (file_.eof() || !same(recorded, now))  // a line that the file's end cuts short is no line
    difference_ = {line_, recorded, now};
}

std::optional<TraceCheck::Difference> TraceCheck::difference() {
  if (std::string more; !difference_ && std::getline(file_, more)) difference_ = {line_ + 1, more, std::nullopt};
  return difference_;
}

bool TraceCheck::same(const std::string& recorded, const std::string& now) const {
  if (times_ == Times::compare) return recorded == now;
  const auto what = [](std::string_view line) { return line.substr(std::min(line.find(' '), line.size())); };
  return what(recorded) == what(now);
}

}  // namespace pcsim
