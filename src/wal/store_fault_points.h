#pragma once

/// Fault points that not every server passes: those of truncation, and those of a log of objects.
namespace influxdb3::wal::fault_points {

/// A covered segment or object is gone, others may follow.
inline constexpr char kRunRemoved[] = "wal.run_removed";
inline constexpr char kBeforePut[] = "wal.before_put";
inline constexpr char kAfterPut[] = "wal.after_put";  ///< stored, not yet known to be

}  // namespace influxdb3::wal::fault_points
