#pragma once

#include "duckdb.hpp"

namespace influxdb3::query {

/// Registers an optimiser pass that recognises
///
///   SELECT … FROM t [WHERE time …, tag …] ORDER BY time [DESC] … LIMIT n
///
/// and tells the buffer scan below that rows behind the first n in order of time do not matter. The
/// ordering still decides; it just sees few rows.
void RegisterTimeOrderPass(duckdb::DBConfig& config);

}  // namespace influxdb3::query
