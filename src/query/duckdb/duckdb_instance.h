#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "duckdb.hpp"

#include "query/query_engine.h"
#include "util/result.h"

namespace influxdb3::query {

class ParquetCache;

/// The DuckDB that queries run in: in memory, without access to files but those of `cache`, its
/// configuration locked, with our functions registered. A fatal error inside DuckDB makes an
/// instance refuse all further work; the next query then gets a new one, which costs nothing since
/// it holds no data. Thread-safe.
class DuckDbInstance {
 public:
  /// `cache` is null when no table has files.
  explicit DuckDbInstance(const QueryOptions& options,
                          std::shared_ptr<ParquetCache> cache = nullptr)
      : options_(options), cache_(std::move(cache)) {}

  util::Status Open();
  /// A connection of its own for one query; keeps the instance it came from alive.
  util::Result<std::unique_ptr<duckdb::Connection>> Connect();

 private:
  util::Result<std::shared_ptr<duckdb::DuckDB>> MakeDatabase() const;

  const QueryOptions options_;
  const std::shared_ptr<ParquetCache> cache_;
  std::mutex mutex_;  ///< guards database_ (the pointer)
  std::shared_ptr<duckdb::DuckDB> database_;
};

}  // namespace influxdb3::query
