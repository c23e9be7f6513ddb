#pragma once

#include <string>
#include <string_view>

#include "util/status.h"

namespace influxdb3::object_store {

/// `cannot {action} '{path}': {reason}` with the code that fits `error` (an errno): NotFound for
/// missing files, PermissionDenied for missing rights, else Io.
util::Status PosixError(std::string_view action, const std::string& path, int error);

/// Makes the entries of a directory durable.
util::Status SyncDirectory(const std::string& path);

}  // namespace influxdb3::object_store
