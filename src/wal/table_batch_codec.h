#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "model/byte_io.h"
#include "model/write_batch.h"
#include "util/result.h"

namespace influxdb3::wal {

/// Memory that decoded batches point to besides the payload's own bytes.
struct DecodedBacking {
  std::unique_ptr<uint64_t[]> body;  ///< the decompressed payload, 8-byte aligned
  std::deque<std::vector<std::string_view>> strings;
  std::deque<std::unique_ptr<uint64_t[]>> columns;  ///< joined from byte planes
};

/// One table's rows, column after column, as docs/format/wal.md describes them. `out` must have
/// begun at a multiple of 8 from the start of the body.
void EncodeTableBatch(const model::TableBatch& table, model::ByteWriter* out);

/// Views into the reader's bytes and into `backing`. Corruption when anything does not fit.
util::Result<model::TableBatch> DecodeTableBatch(model::ByteReader* in, DecodedBacking* backing);

}  // namespace influxdb3::wal
