#pragma once

#include "duckdb.hpp"

namespace influxdb3::query {

/// Registers an optimiser pass that recognises the newest rows of each series,
///
///   SELECT … FROM (SELECT *, row_number() OVER (PARTITION BY tag… ORDER BY time DESC) AS n FROM t)
///   WHERE n <= k
///
/// (also `n = 1`), and tells the buffer scan below that only the k newest rows of each series
/// matter. The window still decides; it just sees few rows.
void RegisterLatestRowsPass(duckdb::DBConfig& config);

}  // namespace influxdb3::query
