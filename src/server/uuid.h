#pragma once

#include <cstdint>
#include <string>

namespace influxdb3::server {

/// A random UUID (version 4) in the usual lower-case text form. Thread-safe.
std::string RandomUuid();
/// A UUID that sorts by time (version 7).
std::string TimeOrderedUuid(int64_t unix_ms);

}  // namespace influxdb3::server
