#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/catalog_op.h"
#include "model/write_batch.h"
#include "util/ids.h"
#include "util/result.h"

namespace influxdb3::wal {

/// What one log record carries: catalog changes and the rows written with them. Catalog changes
/// come first in effect. Either part may be empty, not both.
struct Record {
  std::vector<model::CatalogOp> ops;
  model::WriteBatch batch;
};

/// The record's payload bytes as described in docs/format/wal.md (columnar, LZ4 where that helps),
/// without sequence number and checksum, which the log adds.
util::Result<std::string> EncodeRecord(const Record& record);

/// The inverse. Any bytes give a Record, Corruption, or Unsupported for another version, with
/// memory bounded by the declared and checked sizes. The record's views point into memory that
/// record.batch.backing owns.
util::Result<Record> DecodeRecord(std::string_view payload);

/// How many bytes DecodeRecord unpacks this payload to; 0 when it is damaged.
size_t UnpackedBytes(std::string_view payload);

}  // namespace influxdb3::wal
