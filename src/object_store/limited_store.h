#pragma once

#include <cstddef>
#include <memory>

#include "object_store/object_store.h"

namespace influxdb3::object_store {

/// Lets at most `requests_max` (at least 1) calls into `store` at once; more wait, first come first
/// served. A call of an upload counts while it runs, an idle upload does not.
std::unique_ptr<ObjectStore> MakeLimitedStore(std::shared_ptr<ObjectStore> store,
                                              size_t requests_max);

}  // namespace influxdb3::object_store
