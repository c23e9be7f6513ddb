#include "protocol/line_protocol/number_scan.h"

#include <charconv>
#include <limits>

#include <fast_float/fast_float.h>

namespace influxdb3::line_protocol {

bool ParseInt64(const char* begin, const char* end, int64_t* value) {
  const auto result = std::from_chars(begin, end, *value);
  return result.ec == std::errc() && result.ptr == end;
}

bool ParseUInt64(const char* begin, const char* end, uint64_t* value) {
  const auto result = std::from_chars(begin, end, *value);
  return result.ec == std::errc() && result.ptr == end;
}

double ParseFloat64(const char* begin, const char* end) {
  double value = std::numeric_limits<double>::quiet_NaN();
  // Out of range is reported, but the value is the infinity or zero wanted.
  fast_float::from_chars(begin, end, value);
  return value;
}

}  // namespace influxdb3::line_protocol
