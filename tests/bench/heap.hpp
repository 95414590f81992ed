#pragma once

#include <malloc.h>

#include <cstdint>

namespace pcsim::bench {

/// Bytes of the heap that are in use, with what the allocator adds to each piece.
inline std::int64_t heap_in_use() {
  const struct mallinfo2 info = ::mallinfo2();
  return static_cast<std::int64_t>(info.uordblks + info.hblkhd);
}

/// Gives back what is free, so that a run begins as in a process of its own.
inline void empty_heap() { ::malloc_trim(0); }

}  // namespace pcsim::bench
