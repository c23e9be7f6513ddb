#pragma once

#include <string_view>

#include <arrow/status.h>

#include "util/status.h"

namespace influxdb3::server::flight {

/// What the client asked for when its query failed; the reference words errors by it.
enum class QueryPhase {
  kDescribe,  ///< GetFlightInfo, CreatePreparedStatement
  kExecute,   ///< DoGet
  kStream,    ///< rows were asked for, the statement itself is sound
};

/// A failure of the query engine as Flight clients see it: with the reference's prefix and code.
/// Failures of a statement are INVALID_ARGUMENT, also those that show only while it runs.
util::Status ToQueryError(const util::Status& status, QueryPhase phase);

/// Any failure for the wire. Messages longer than 2,000 bytes are cut: clients refuse long headers.
///
/// gRPC codes as in server/error_mapping.h where the library can send them; RESOURCE_EXHAUSTED,
/// ABORTED and DATA_LOSS are beyond it and become INTERNAL. The library appends the code's name to
/// the messages of INTERNAL, DEADLINE_EXCEEDED, UNAUTHENTICATED, PERMISSION_DENIED and UNAVAILABLE.
arrow::Status ToArrow(const util::Status& status);

}  // namespace influxdb3::server::flight
