#include "app/store_factory.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "app/remote_store.h"
#include "object_store/file_store.h"
#include "object_store/limited_store.h"
#include "object_store/locked_store.h"
#include "object_store/memory_store.h"
#include "object_store/metered_store.h"
#include "object_store/retrying_store.h"
#include "object_store/throttled_store.h"
#include "util/log.h"

namespace influxdb3::app {

using object_store::ObjectStore;
using object_store::RetryOptions;
using util::Result;
using util::Status;

namespace {

constexpr int64_t kCheckTimeoutNs = 8'000'000'000;

Result<std::shared_ptr<ObjectStore>> OpenPlain(const ServeOptions& options) {
  switch (options.object_store) {
    case ObjectStoreKind::kMemory:
      return std::shared_ptr<ObjectStore>(object_store::MakeMemoryStore());
    case ObjectStoreKind::kMemoryThrottled:
      return std::shared_ptr<ObjectStore>(
          object_store::MakeThrottledStore(object_store::MakeMemoryStore()));
    case ObjectStoreKind::kFile: {
      ASSIGN_OR_RETURN(std::unique_ptr<ObjectStore> files,
                       object_store::OpenFileStore(options.data_dir));
      return std::shared_ptr<ObjectStore>(std::move(files));
    }
    default: return OpenRemoteStore(options.object_store, options.store);
  }
}

/// One attempt and another, each with little time: a store that needs more is away.
Result<bool> CheckRemoteStore(const ServeOptions& options) {
  StoreConfig config = options.store;
  config.request_timeout_ns = std::min(config.request_timeout_ns, kCheckTimeoutNs);
  ASSIGN_OR_RETURN(std::shared_ptr<ObjectStore> plain,
                   OpenRemoteStore(options.object_store, config));
  RetryOptions retries;
  retries.retries_max = 1;
  retries.total_ns = kCheckTimeoutNs;
  const std::unique_ptr<ObjectStore> store = object_store::MakeRetryingStore(plain, retries);
  return CheckStore(*store, options.node_id);
}

}  // namespace

Result<OpenedStore> OpenObjectStore(const ServeOptions& options) {
  bool refuses_to_replace = true;
  if (IsRemote(options.object_store)) {
    ASSIGN_OR_RETURN(refuses_to_replace, CheckRemoteStore(options));
  }
  ASSIGN_OR_RETURN(std::shared_ptr<ObjectStore> store, OpenPlain(options));
  OpenedStore opened;
  opened.metrics = std::make_shared<object_store::StoreMetrics>();
  store = object_store::MakeMeteredStore(std::move(store), opened.metrics);
  if (IsRemote(options.object_store)) {
    RetryOptions retries;
    retries.retries_max = options.store.retries_max;
    retries.total_ns = options.store.retry_timeout_ns;
    store = object_store::MakeLimitedStore(std::move(store), options.store.requests_max);
    opened.store_without_retries = store;
    store = object_store::MakeRetryingStore(std::move(store), retries);
  }
  if (!refuses_to_replace) {
    util::LogWarn(
        "object store {}: it does not refuse to create an object that exists (If-None-Match), so "
        "a lock object keeps two servers from overwriting each other's data; that is weaker",
        store->Describe());
    object_store::LockOptions lock;
    lock.lock_path = options.node_id + "/lock";
    ASSIGN_OR_RETURN(store, object_store::MakeLockedStore(std::move(store), lock));
    opened.store_without_retries = store;
  }
  opened.store = std::move(store);
  if (opened.store_without_retries == nullptr) opened.store_without_retries = opened.store;
  util::LogInfo("object store {}", opened.store->Describe());
  return opened;
}

}  // namespace influxdb3::app
