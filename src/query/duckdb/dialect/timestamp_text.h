#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "util/result.h"

namespace influxdb3::query::sql {

/// Reads an RFC 3339 timestamp, also with a blank for `T`, without zone (UTC) or without time of
/// day, in nanoseconds since 1970. Errors carry the reference's text.
util::Result<int64_t> ParseTimestamp(std::string_view text);

/// `2020-01-01T00:00:00.5`: the fraction in 0, 3, 6 or 9 digits.
std::string FormatTimestamp(int64_t nanos);

}  // namespace influxdb3::query::sql
