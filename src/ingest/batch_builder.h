#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "ingest/line_error.h"
#include "ingest/precision.h"
#include "model/catalog_op.h"
#include "model/write_batch.h"
#include "util/status.h"

namespace influxdb3::ingest {

/// Everything the rows of a write depend on.
struct BatchRequest {
  std::string_view database;
  Precision precision = Precision::kAuto;
  bool accept_partial = true;
  bool allow_new_tags = false;
  int64_t received_at_ns = 0;  ///< the time of lines without timestamp
  std::shared_ptr<const std::string> body;
};

/// What became of a body: rows, the catalog changes they need, and the lines left out.
struct BuiltBatch {
  /// Not ok: the body as a whole is refused and everything but line_errors is empty. With
  /// accept_partial = false the first bad line does that and is line_errors[0].
  util::Status status;
  model::WriteBatch batch;
  /// In an order in which they can be applied to the state the batch was built for.
  std::vector<model::CatalogOp> ops;
  std::vector<LineError> line_errors;  ///< at most limits::kLineErrorsReportedMax
  bool limit_exceeded = false;         ///< one of line_errors is about a limit of the catalog
  uint64_t lines_accepted = 0;
  uint64_t lines_rejected = 0;
};

/// Parses the body in one pass and checks each line against `state`. A pure function: the same
/// arguments give the same result, and nothing is changed. The batch's views point into the body.
BuiltBatch BuildBatch(const BatchRequest& request, const catalog::CatalogState& state,
                      const catalog::CatalogLimits& limits);

}  // namespace influxdb3::ingest
