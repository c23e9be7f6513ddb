#pragma once

#include <memory>
#include <string>

#include "app/serve_options.h"
#include "object_store/object_store.h"
#include "object_store/store_metrics.h"
#include "util/result.h"

namespace influxdb3::app {

/// The object store of a server, with its decorators.
struct OpenedStore {
  std::shared_ptr<object_store::ObjectStore> store;
  /// The same without retries, for the log: it has patience of its own, and must know what it may
  /// have written.
  std::shared_ptr<object_store::ObjectStore> store_without_retries;
  std::shared_ptr<object_store::StoreMetrics> metrics;
};

/// Opens the store that the options name. A remote one is tried out: an object below the node's
/// prefix is created, conditionally created again, read, listed and deleted. What is wrong
/// (credentials, bucket, endpoint) is told in one sentence within seconds, as the store was not
/// worth waiting for. A store that does not refuse to create what exists gets a lock object instead
/// and a warning in the log.
util::Result<OpenedStore> OpenObjectStore(const ServeOptions& options);

/// The try-out above, of any store: whether it refuses to create what exists.
util::Result<bool> CheckStore(object_store::ObjectStore& store, const std::string& node_id);

/// The identity the node gave itself at its first start, kept as object `{node_id}/cluster_uuid`.
util::Result<std::string> LoadOrCreateClusterUuid(object_store::ObjectStore& store,
                                                  const std::string& node_id);

/// The node's --gen1-duration, which its first start fixes: object `{node_id}/gen1_duration` holds
/// it in nanoseconds.
util::Result<int64_t> LoadOrCreateGen1Duration(object_store::ObjectStore& store,
                                               const std::string& node_id, int64_t wanted_ns);

}  // namespace influxdb3::app
