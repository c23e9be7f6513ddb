#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>

namespace influxdb3::query {

/// Bytes any of the number writers below may need.
inline constexpr size_t kNumberBytesMax = 40;

/// How a float looks. Both print the shortest digits that read back as the same value.
enum class FloatStyle {
  kJson,     ///< `0.1`, `6.0`, `1.0e10`, `1.0e-6`; NaN and infinities are `null`
  kDisplay,  ///< CSV and pretty: `0.1`, `6.0`, `10000000000.0`, `1e16`, `1e-6`, `NaN`, `inf`
};

/// Each writes at `out` and returns the end.
template <class Int>
char* WriteInteger(Int value, char* out) {
  return std::to_chars(out, out + kNumberBytesMax, value).ptr;
}
char* WriteFloat(double value, FloatStyle style, char* out);
char* WriteFloat(float value, FloatStyle style, char* out);

}  // namespace influxdb3::query
