#pragma once

#include <cstddef>
#include <cstdint>

/// Reads the bytes as a scenario file. Whatever they are, that gives a scenario or a UsageError that names the file, and a
/// scenario is read back as it is written; all else aborts the program, or escapes as an exception.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
