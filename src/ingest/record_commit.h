#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "catalog/catalog.h"
#include "wal/wal.h"

namespace influxdb3::ingest {

/// Commits the record's operations on the catalog's state of `base_version` and submits the record,
/// whose `payload` is wal::EncodeRecord. `done` is called once, from this or a thread of the log:
/// with ok when the change is durable and to be seen in the catalog's state, since the log may
/// report the one before this thread comes to the other. It must not block.
///
/// Errors: those of Catalog::Commit, among them Conflict; then `done` is never called.
util::Status CommitRecord(catalog::Catalog* catalog, wal::Wal* wal, uint64_t base_version,
                          std::shared_ptr<const wal::Record> record, std::string payload,
                          std::function<void(util::Status)> done);

}  // namespace influxdb3::ingest
