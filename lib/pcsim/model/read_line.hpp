#pragma once

#include <istream>
#include <string>

namespace pcsim {

/// Reads the next line as std::getline does, so that the stream has reached its end where the newline is missing. Whatever a file
/// is, it does not take all memory: throws BadValue if the line is longer than 64 MiB, or if the stream cannot be read.
bool read_line(std::istream& input, std::string& line);

}  // namespace pcsim
