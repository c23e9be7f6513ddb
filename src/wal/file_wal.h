#pragma once

#include "wal/file_system.h"
#include "wal/wal.h"

namespace influxdb3::wal {

/// OpenFileWal over any FileSystem; `files` must outlive the log.
util::Result<std::unique_ptr<Wal>> OpenFileWalOn(FileSystem* files,
                                                 const std::string& node_directory,
                                                 const Options& options);

}  // namespace influxdb3::wal
