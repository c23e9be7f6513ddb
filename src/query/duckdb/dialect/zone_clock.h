#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "query/duckdb/dialect/civil_time.h"
#include "query/format/time_text.h"

namespace influxdb3::query::sql {

/// The zone of a name that a type carries. Raises an error when there is none.
std::shared_ptr<const TimeZone> RequireZone(const std::string& name);

/// What clocks in the zone show at an instant, in nanoseconds as if they were UTC.
inline int64_t WallOf(int64_t nanos, const TimeZone& zone) {
  return nanos + zone.OffsetSeconds(FloorDivide(nanos, kNanosPerSecond)) * kNanosPerSecond;
}

/// The instant at which clocks in the zone show this time; the earlier one when there are two.
inline int64_t InstantOf(int64_t wall_nanos, const TimeZone& zone) {
  const int64_t wall = FloorDivide(wall_nanos, kNanosPerSecond);
  const int64_t before = zone.OffsetSeconds(wall - kSecondsPerDay);
  if (zone.OffsetSeconds(wall - before) == before) return wall_nanos - before * kNanosPerSecond;
  const int64_t after = zone.OffsetSeconds(wall + kSecondsPerDay);
  return wall_nanos - after * kNanosPerSecond;
}

/// The instant at which clocks in the zone show this time; nothing when they skip or repeat it.
inline std::optional<int64_t> OnlySecondsOf(int64_t wall, const TimeZone& zone) {
  const int64_t before = zone.OffsetSeconds(wall - kSecondsPerDay);
  const int64_t after = zone.OffsetSeconds(wall + kSecondsPerDay);
  const bool before_fits = zone.OffsetSeconds(wall - before) == before;
  const bool after_fits = zone.OffsetSeconds(wall - after) == after;
  if (before != after && before_fits == after_fits) return std::nullopt;
  if (!before_fits && !after_fits) return std::nullopt;
  return wall - (before_fits ? before : after);
}
inline std::optional<int64_t> OnlyInstantOf(int64_t wall_nanos, const TimeZone& zone) {
  const int64_t wall = FloorDivide(wall_nanos, kNanosPerSecond);
  const std::optional<int64_t> seconds = OnlySecondsOf(wall, zone);
  if (!seconds.has_value()) return std::nullopt;
  return wall_nanos - (wall - *seconds) * kNanosPerSecond;
}

/// The instant of a clock time at or before that of `nanos`, with the same offset when that holds
/// there. A time that clocks skip becomes the first one after the gap that is as far behind it.
inline int64_t InstantBefore(int64_t wall_nanos, int64_t nanos, const TimeZone& zone) {
  const int64_t wall = FloorDivide(wall_nanos, kNanosPerSecond);
  const int64_t own = zone.OffsetSeconds(FloorDivide(nanos, kNanosPerSecond));
  if (zone.OffsetSeconds(wall - own) == own) return wall_nanos - own * kNanosPerSecond;
  return wall_nanos - zone.OffsetSeconds(wall - kSecondsPerDay) * kNanosPerSecond;
}

}  // namespace influxdb3::query::sql
