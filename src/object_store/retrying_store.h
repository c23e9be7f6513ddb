#pragma once

#include <memory>

#include "object_store/object_store.h"
#include "object_store/retry.h"

namespace influxdb3::object_store {

/// Repeats calls that failed with Unavailable or DeadlineExceeded, within the options' limits.
///
/// A conditional Put that failed may have happened, and would then be refused by its own object
/// when it is repeated. So where a repetition meets AlreadyExists, the object is read: one with the
/// same bytes counts as the caller's. The first attempt's AlreadyExists is always passed on. Bytes
/// that two writers may both produce need something of their own in them where it matters which of
/// them created the object.
///
/// `clock` must live longer than the store.
std::unique_ptr<ObjectStore> MakeRetryingStore(std::shared_ptr<ObjectStore> store,
                                               const RetryOptions& options,
                                               const util::Clock* clock = &util::Clock::System(),
                                               WaitFunction wait = SystemWait());

}  // namespace influxdb3::object_store
