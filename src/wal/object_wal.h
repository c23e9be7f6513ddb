#pragma once

#include "object_store/retry.h"
#include "wal/object_prefetch.h"
#include "wal/wal.h"

namespace influxdb3::wal {

/// What users cannot set, but tests do.
struct ObjectWalTuning {
  PrefetchLimits prefetch;
  object_store::RetryOptions replay_retries;
  int64_t first_backoff_ns = 100'000'000;  ///< between tries to write
};

/// OpenObjectWal with another tuning.
util::Result<std::unique_ptr<Wal>> OpenObjectWalWith(object_store::ObjectStore* store,
                                                     const std::string& node_prefix,
                                                     const Options& options,
                                                     const ObjectWalTuning& tuning);

}  // namespace influxdb3::wal
