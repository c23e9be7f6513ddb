#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "object_store/object_store.h"
#include "object_store/wait.h"

namespace influxdb3::object_store {

/// Whether the store refuses to create what exists. Some ignore the condition, others refuse it as
/// such. Tries it out with an object at `path`, which nobody else may use, and deletes it.
/// Errors: those of the store.
util::Result<bool> HasConditionalPut(ObjectStore& store, const std::string& path);

struct LockOptions {
  std::string lock_path;  ///< the same for all that must not write at once; nobody else's object
  /// How long a taker waits for what the former holder had already sent. Longer than a request
  /// usually takes.
  int64_t settle_ns = 2'000'000'000;
};

/// For a store without conditional put: one writer at a time, by a lock object. Who opens it last
/// has the lock, so that a server that died need not be waited for; a former holder notices before
/// its next creation, which ends in AlreadyExists, as do all after it. Creations are done one after
/// another, each by looking first. All other calls are passed on.
///
/// Belongs outside of retries: those would take an object that the former holder still wrote for a
/// good one.
///
/// Weaker than a condition that the store decides: a creation that the former holder had begun and
/// that reaches the store later than `settle_ns` after the lock was taken may overwrite an object
/// of the new holder. The former holder then gets Io and must not count the object as written.
///
/// Errors: those of the store; AlreadyExists when another one took the lock at the same time.
util::Result<std::unique_ptr<ObjectStore>> MakeLockedStore(std::shared_ptr<ObjectStore> store,
                                                           const LockOptions& options,
                                                           const WaitFunction& wait = SystemWait());

}  // namespace influxdb3::object_store
