#pragma once

#include <memory>
#include <string>

#include "duckdb.hpp"

#include "util/status.h"

namespace influxdb3::query {

class ParquetCache;

/// Below it DuckDB sees the object store: `iox://files/{object path}`.
inline constexpr const char* kStoreFilesPrefix = "iox://files/";

/// How DuckDB opens an object without asking the store for its size.
duckdb::OpenFileInfo StoreFileInfo(const std::string& object_path, uint64_t size_bytes);

/// Fails the query with what came of reading an object.
[[noreturn]] void ThrowStoreError(const util::Status& status);

/// Lets `database` read the objects below kStoreFilesPrefix through `cache`, and nothing else.
void RegisterStoreFileSystem(duckdb::DatabaseInstance& database,
                             std::shared_ptr<ParquetCache> cache);

}  // namespace influxdb3::query
