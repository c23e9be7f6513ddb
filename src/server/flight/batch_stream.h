#pragma once

#include <functional>
#include <memory>

#include <arrow/flight/server.h>

#include "server/flight/flight_options.h"
#include "server/flight/query_run.h"

namespace influxdb3::server::flight {

/// A query's rows as Flight messages. Destroying it cancels the query. `is_abandoned` tells whether
/// the client has gone; it is asked while the stream lives.
std::unique_ptr<arrow::flight::FlightDataStream> MakeBatchStream(
    std::shared_ptr<QueryRun> run, std::shared_ptr<arrow::Schema> schema,
    std::function<bool()> is_abandoned, const FlightOptions& options);

/// Rows that are there already, cut to the same limits.
std::unique_ptr<arrow::flight::FlightDataStream> MakeTableStream(
    std::shared_ptr<arrow::RecordBatch> rows, const FlightOptions& options);

}  // namespace influxdb3::server::flight
