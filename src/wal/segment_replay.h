#pragma once

#include <string>
#include <vector>

#include "util/result.h"
#include "wal/file_system.h"
#include "wal/log_sink.h"
#include "wal/wal.h"

namespace influxdb3::wal {

struct SegmentReplayResult {
  ReplayStats stats;
  uint64_t next_seq = 1;
  std::vector<StoredRun> runs;  ///< segments with records, in order, also entirely covered ones
};

/// Reads all segments of a directory in order and gives every record behind `covered_seq` to the
/// listeners. Decoding runs on a second thread; at most a few records are in memory at a time. Cuts
/// a torn tail off the last segment unless `fail_on_error`. Corruption when a record behind
/// `covered_seq` is missing in front of another.
util::Result<SegmentReplayResult> ReplaySegments(FileSystem* files, const std::string& directory,
                                                 const std::vector<Listener*>& listeners,
                                                 uint64_t covered_seq, bool fail_on_error);

}  // namespace influxdb3::wal
