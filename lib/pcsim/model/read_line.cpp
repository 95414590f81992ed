#include <pcsim/model/read_line.hpp>

#include <pcsim/model/bad_value.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <system_error>

namespace pcsim {

bool read_line(std::istream& input, std::string& line) {
  constexpr std::size_t longest = 64 << 20;
  std::array<char, 4096> part;
  line.clear();
  while (true) {
    errno = 0;
    input.getline(part.data(), part.size());
    if (input.bad()) throw BadValue(std::generic_category().message(errno != 0 ? errno : EIO));
    const auto count = static_cast<std::size_t>(input.gcount());
    // The newline is counted, and not stored.
    const bool full = input.fail() && count == part.size() - 1;
    const bool newline = !input.eof() && !full && count > 0;
    line.append(part.data(), count - (newline ? 1 : 0));
    if (line.size() > longest) throw BadValue("this line is longer than 64 MiB");
    if (!full) return !input.fail() || !line.empty();
    input.clear();
  }
}

}  // namespace pcsim
