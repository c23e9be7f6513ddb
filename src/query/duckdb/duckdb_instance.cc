#include "query/duckdb/duckdb_instance.h"

#include <utility>

#include <fmt/format.h>

#include "duckdb/main/valid_checker.hpp"

#include "query/duckdb/buffer_scan.h"
#include "query/duckdb/dialect/dialect.h"
#include "query/duckdb/file_scan.h"
#include "query/duckdb/file_union_pass.h"
#include "query/duckdb/latest_rows_pass.h"
#include "query/duckdb/plan_limits.h"
#include "query/duckdb/selective_scan.h"
#include "query/duckdb/selective_scan_pass.h"
#include "query/duckdb/store_file_system.h"
#include "query/duckdb/time_order_pass.h"
#include "util/log.h"

namespace influxdb3::query {
namespace {

using util::Result;
using util::Status;

/// In this order: the last one makes all of them final.
constexpr const char* kSettings[] = {
    "SET GLOBAL TimeZone='UTC'",
    "SET GLOBAL default_null_order='NULLS_LAST_ON_ASC_FIRST_ON_DESC'",
    "SET GLOBAL preserve_insertion_order=true",
    "SET GLOBAL arrow_large_buffer_size=false",
    "SET GLOBAL explain_output='all'",
    "SET GLOBAL parquet_metadata_cache=true",
    "SET GLOBAL enable_external_file_cache=false",
    "SET GLOBAL allowed_directories=['iox://files/']",
    "SET GLOBAL enable_external_access=false",
    "SET GLOBAL lock_configuration=true",
};

Status CannotStart(const std::string& what, const std::string& why) {
  return Status::Internal(fmt::format("the query engine cannot start: {}: {}", what, why));
}

Status Configure(duckdb::DuckDB& database) {
  duckdb::Connection connection(database);
  for (const char* setting : kSettings) {
    const auto result = connection.Query(setting);
    if (result->HasError()) return CannotStart(setting, result->GetError());
  }
  return Status::Ok();
}

}  // namespace

Result<std::shared_ptr<duckdb::DuckDB>> DuckDbInstance::MakeDatabase() const {
  try {
    duckdb::DBConfig config;
    config.SetOptionByName("allow_unsigned_extensions", duckdb::Value::BOOLEAN(false));
    config.SetOptionByName("autoinstall_known_extensions", duckdb::Value::BOOLEAN(false));
    config.SetOptionByName("autoload_known_extensions", duckdb::Value::BOOLEAN(false));
    config.SetOptionByName("threads", duckdb::Value::BIGINT(options_.thread_count));
    if (options_.memory_bytes_max != 0) {
      config.SetOptionByName("memory_limit",
                             duckdb::Value(fmt::format("{}B", options_.memory_bytes_max)));
    }
    // Nothing is spilled: it would be written beside the server's working directory.
    config.SetOptionByName("temp_directory", duckdb::Value(""));
    RegisterPlanLimits(config);
    RegisterLatestRowsPass(config);
    RegisterFileUnionPass(config);
    RegisterTimeOrderPass(config);
    if (cache_ != nullptr)
      RegisterSelectiveScanPass(config, MakeSelectiveReads(cache_), options_.selective_share_max);
    auto database = std::make_shared<duckdb::DuckDB>(nullptr, &config);
    RegisterBufferScan(*database->instance);
    RegisterVirtualScan(*database->instance);
    if (cache_ != nullptr) RegisterStoreFileSystem(*database->instance, cache_);
    RegisterFileScan(*database->instance);
    sql::RegisterDialect(*database->instance);
    RETURN_IF_ERROR(Configure(*database));
    return database;
  } catch (const std::exception& exception) {
    return CannotStart("DuckDB", duckdb::ErrorData(exception).Message());
  }
}

Status DuckDbInstance::Open() {
  std::lock_guard lock(mutex_);
  ASSIGN_OR_RETURN(database_, MakeDatabase());
  return Status::Ok();
}

Result<std::unique_ptr<duckdb::Connection>> DuckDbInstance::Connect() {
  std::lock_guard lock(mutex_);
  duckdb::ValidChecker& checker = duckdb::ValidChecker::Get(*database_->instance);
  if (checker.IsInvalidated()) {
    util::LogError("the query engine starts anew after a fatal error: {}",
                   checker.InvalidatedMessage());
    ASSIGN_OR_RETURN(database_, MakeDatabase());
  }
  try {
    return std::make_unique<duckdb::Connection>(*database_);
  } catch (const std::exception& exception) {
    return Status::Internal(duckdb::ErrorData(exception).Message());
  }
}

}  // namespace influxdb3::query
