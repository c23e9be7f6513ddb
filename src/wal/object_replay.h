#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "object_store/object_store.h"
#include "wal/object_prefetch.h"
#include "wal/object_sink.h"
#include "wal/wal.h"

namespace influxdb3::wal {

struct ObjectReplayResult {
  ReplayStats stats;
  uint64_t next_seq = 1;
  std::vector<StoredObject> objects;  ///< all of the log, in order, also entirely covered ones
};

/// Reads all objects of `directory` in order and gives every record behind `covered_seq` to the
/// listeners. Some objects are fetched ahead, within `limits`; decoding runs on a second thread.
///
/// Corruption when a record behind `covered_seq` is missing in front of another, or an object is
/// not whole, the last one included: a store has an object whole or not at all, so there is no torn
/// tail that would be known not to have been acknowledged. Unavailable when an object goes away
/// while the log is read.
util::Result<ObjectReplayResult> ReplayObjects(object_store::ObjectStore* store,
                                               const std::string& directory,
                                               const std::vector<Listener*>& listeners,
                                               uint64_t covered_seq, const PrefetchLimits& limits);

}  // namespace influxdb3::wal
