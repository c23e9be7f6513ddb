#pragma once

#include "model/catalog_op.h"
#include "util/result.h"
#include "wal/byte_io.h"

namespace influxdb3::wal {

/// One catalog operation as docs/format/wal.md describes it.
void EncodeCatalogOp(const model::CatalogOp& op, ByteWriter* out);

/// Corruption for unknown kinds, impossible values and bytes that end early.
util::Result<model::CatalogOp> DecodeCatalogOp(ByteReader* in);

}  // namespace influxdb3::wal
