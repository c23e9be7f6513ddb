#pragma once

#include <memory>

#include "duckdb.hpp"

namespace influxdb3::query {

class SelectiveReads;

/// Registers an optimiser pass that makes scans of files selective (selective_scan.h) where their
/// filters on tags and `time` leave at most `page_share_max` of the files' pages. Behind DuckDB's
/// own passes, which push these filters, and behind TimeOrderPass.
void RegisterSelectiveScanPass(duckdb::DBConfig& config, std::shared_ptr<SelectiveReads> reads,
                               double page_share_max);

}  // namespace influxdb3::query
