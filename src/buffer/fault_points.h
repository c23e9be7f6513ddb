#pragma once

/// The fault points of a snapshot (util/fault_point.h) besides those of its files and its manifest.
namespace influxdb3::buffer::fault_points {

inline constexpr char kFrozen[] = "snapshot.frozen";                   ///< nothing written
inline constexpr char kBeforeTruncate[] = "snapshot.before_truncate";  ///< rows are in files

}  // namespace influxdb3::buffer::fault_points
