#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "util/result.h"

namespace influxdb3::query::sql {

/// Writes a timestamp by a chrono format (`%Y-%m-%d %H:%M:%S%.3f`). The error names an unknown
/// specifier.
util::Result<std::string> FormatWith(int64_t nanos, std::string_view format);

/// Reads a timestamp by a chrono format, in nanoseconds.
util::Result<int64_t> ParseWith(std::string_view text, std::string_view format);

}  // namespace influxdb3::query::sql
