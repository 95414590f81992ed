#pragma once

#include <string_view>

namespace pcsim {

// Each reads any bytes as one of the things that users hand to pcsim. Whatever they are, that gives a value or one error that
// says where it is; a value is sound, and is read back as it is written. All else is thrown as another exception. They write to
// nothing but a temporary folder of their own.

void fuzz_scenario(std::string_view bytes);      ///< a scenario file
void fuzz_arrivals(std::string_view bytes);      ///< a log of arrivals
void fuzz_events(std::string_view bytes);        ///< recorded events: JSON lines where they begin with a brace, else CSV
void fuzz_part(std::string_view bytes);          ///< a part of a sweep
void fuzz_command_line(std::string_view bytes);  ///< arguments, a line each; @ stands for the temporary folder

}  // namespace pcsim
