#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "util/result.h"

namespace influxdb3::util {

/// Parses a duration written for people (`30d`, `1h 30m`, `10m`, `2w`, `1month`, `500ms`) into
/// nanoseconds. Units are added up in any order; a month counts 30.44 days and a year 365.25 days;
/// `M` is a month and `m` a minute; a number without unit is an error except `0`.
///
/// Errors are InvalidArgument with the bare reason, e.g. `expected number at 0`; durations beyond
/// int64 nanoseconds (292 years) are `number is too large`.
Result<int64_t> ParseHumantime(std::string_view text);

/// The shortest exact spelling ParseHumantime reads back: `1h 30m`, `10m`, `1s 500ms`, `0s`.
std::string FormatHumantime(int64_t duration_ns);

}  // namespace influxdb3::util
