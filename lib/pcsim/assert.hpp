#pragma once

/// Checks a precondition, or an invariant, where the library was built with the CMake option PCSIM_ASSERT: one that does not hold
/// is printed on stderr with its place, and ends the program by std::abort(). Elsewhere `condition` is compiled but never
/// evaluated, so it must have no side effects. It is an expression, and may stand in a constexpr function.
///
/// Whoever includes pcsim's headers must see PCSIM_ASSERTIONS as the library was built with it, since inline functions use this:
/// the CMake target says so.
#ifdef PCSIM_ASSERTIONS
#define PCSIM_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::pcsim::assertion_failed(#condition, __FILE__, __LINE__, __func__))
#else
#define PCSIM_ASSERT(condition) static_cast<void>(sizeof((condition) ? 1 : 0))
#endif

namespace pcsim {

/// What a failed PCSIM_ASSERT does.
[[noreturn, gnu::cold]] void assertion_failed(const char* condition, const char* file, int line, const char* function) noexcept;

}  // namespace pcsim
