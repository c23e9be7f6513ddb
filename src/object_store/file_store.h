#pragma once

#include <memory>
#include <string>

#include "object_store/object_store.h"

namespace influxdb3::object_store {

/// Objects as files below `root`, which is made when missing. An object is written to a file of its
/// own, synced, renamed and its directory synced: after a crash it is there whole or not at all.
/// Several processes may share a root. Other files below the root are listed like objects.
///
/// Removes what dead processes left half-written. Not here as in remote stores: `a` and `a/b`
/// cannot both be objects (InvalidArgument), and empty folders vanish with their last object.
///
/// Errors: Io or PermissionDenied when the directory cannot be made or read.
util::Result<std::unique_ptr<ObjectStore>> OpenFileStore(const std::string& root);

}  // namespace influxdb3::object_store
