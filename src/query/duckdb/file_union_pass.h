#pragma once

#include "duckdb.hpp"

namespace influxdb3::query {

/// Replaces scans of tables that have files by what MakeFileUnion makes of them, before DuckDB's
/// own passes, which then push projection and filters into its parts. Which times a query asks for
/// is found out by pushing its filters down once before. A scan of times without files stays a scan
/// of the buffer.
void RegisterFileUnionPass(duckdb::DBConfig& config);

}  // namespace influxdb3::query
