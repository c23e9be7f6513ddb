#pragma once

namespace influxdb3::util {

/// Prints the failed condition with its place on standard error and aborts.
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);

}  // namespace influxdb3::util

/// Aborts when an invariant of our own does not hold; stays on in release builds. Never for input.
#define CHECK(condition)                                              \
  do {                                                                \
    if (!(condition)) [[unlikely]] {                                  \
      ::influxdb3::util::CheckFailed(#condition, __FILE__, __LINE__); \
    }                                                                 \
  } while (false)

/// As CHECK, in debug builds only: for conditions in hot loops.
#ifdef NDEBUG
#define DCHECK(condition) \
  do {                    \
  } while (false && (condition))
#else
#define DCHECK(condition) CHECK(condition)
#endif
