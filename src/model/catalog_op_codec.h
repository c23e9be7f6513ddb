#pragma once

#include "model/byte_io.h"
#include "model/catalog_op.h"
#include "util/result.h"

namespace influxdb3::model {

/// One catalog operation as docs/format/wal.md describes it.
void EncodeCatalogOp(const CatalogOp& op, ByteWriter* out);

/// Corruption for unknown kinds, impossible values and bytes that end early.
util::Result<CatalogOp> DecodeCatalogOp(ByteReader* in);

}  // namespace influxdb3::model
