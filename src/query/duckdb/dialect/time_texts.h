#pragma once

#include <cstdint>
#include <string>

namespace influxdb3::query::sql {

/// `1 days 2 hours 3 mins 4.000000005 secs`: a duration of so many units as casts to text show it.
/// The fraction has the digits of the unit; every part of a negative one has its sign.
std::string DurationText(int64_t value, int64_t unit_nanos);

}  // namespace influxdb3::query::sql
