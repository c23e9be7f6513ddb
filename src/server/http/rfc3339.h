#pragma once

#include <cstdint>
#include <string_view>

#include "util/result.h"

namespace influxdb3::server::http {

/// Nanoseconds since 1970 of an RFC 3339 instant such as `2025-01-02T03:04:05.5Z` or `…+02:00`.
/// Errors are InvalidArgument with the bare reason: `premature end of input`, `input contains
/// invalid characters`, `input is out of range`, `trailing input`.
util::Result<int64_t> ParseRfc3339(std::string_view text);

}  // namespace influxdb3::server::http
