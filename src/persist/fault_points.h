#pragma once

/// The fault points of files and manifests (util/fault_point.h), in the order a change passes them.
namespace influxdb3::persist::fault_points {

inline constexpr char kFileStarted[] = "persist.file_started";    ///< nothing visible
inline constexpr char kFileWritten[] = "persist.file_written";    ///< all bytes sent, not visible
inline constexpr char kFileFinished[] = "persist.file_finished";  ///< durable, in no manifest

inline constexpr char kBeforeManifest[] = "persist.before_manifest";
inline constexpr char kAfterManifest[] = "persist.after_manifest";  ///< durable, not shown
inline constexpr char kAfterPublish[] = "persist.after_publish";    ///< shown, not returned

inline constexpr char kAfterFullManifest[] = "persist.after_full_manifest";  ///< older ones remain
inline constexpr char kOldManifestDeleted[] = "persist.old_manifest_deleted";  ///< one of them
inline constexpr char kOrphanDeleted[] = "persist.orphan_deleted";             ///< one of them

}  // namespace influxdb3::persist::fault_points
