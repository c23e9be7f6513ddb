#pragma once

#include <memory>

#include "app/store_config.h"
#include "object_store/object_store.h"
#include "util/result.h"

namespace influxdb3::app {

/// The store behind kS3, kGoogle or kAzure, without decorators and without having talked to it.
/// InvalidArgument when the configuration lacks something or makes no sense.
util::Result<std::shared_ptr<object_store::ObjectStore>> OpenRemoteStore(ObjectStoreKind kind,
                                                                         const StoreConfig& config);

}  // namespace influxdb3::app
