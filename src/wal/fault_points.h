#pragma once

/// The fault points of the log (util/fault_point.h), in the order a record passes them.
namespace influxdb3::wal::fault_points {

inline constexpr char kSegmentCreated[] = "wal.segment_created";  ///< header synced, directory not
inline constexpr char kBeforeWrite[] = "wal.before_write";
inline constexpr char kAfterWrite[] = "wal.after_write";  ///< written, not synced
inline constexpr char kAfterSync[] = "wal.after_sync";    ///< durable, not visible
inline constexpr char kBeforeApply[] = "wal.before_apply";
inline constexpr char kBeforeAck[] = "wal.before_ack";  ///< visible, not acknowledged

}  // namespace influxdb3::wal::fault_points
