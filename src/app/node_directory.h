#pragma once

#include <string>

#include "util/result.h"

namespace influxdb3::app {

/// `{data_dir}/{node_id}`, made if missing and checked to be writable.
util::Result<std::string> PrepareNodeDirectory(const std::string& data_dir,
                                               const std::string& node_id);

/// The identity the node gave itself at its first start. Call with the directory's lock held.
util::Result<std::string> LoadOrCreateClusterUuid(const std::string& node_directory);

/// Replaces the file's content in one step.
util::Status WriteFileAtomically(const std::string& path, const std::string& content);

}  // namespace influxdb3::app
