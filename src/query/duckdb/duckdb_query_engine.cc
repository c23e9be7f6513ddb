#include <condition_variable>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "duckdb.hpp"
#include "duckdb/parser/statement/explain_statement.hpp"

#include "buffer/buffer_store.h"
#include "catalog/catalog.h"
#include "query/duckdb/buffer_scan.h"
#include "query/duckdb/catalog_resolver.h"
#include "query/duckdb/deadline_watch.h"
#include "query/duckdb/dialect/dialect.h"
#include "query/duckdb/duckdb_result_stream.h"
#include "query/duckdb/explain_result.h"
#include "query/duckdb/query_log.h"
#include "query/query_engine.h"
#include "util/limits.h"

namespace influxdb3::query {
namespace {

using util::Result;
using util::Status;
using util::StatusCode;

constexpr size_t kQueryLogEntriesMax = 1000;

/// A counting semaphore whose permits are given back with the stream they were taken for.
class QueryPermits {
 public:
  explicit QueryPermits(size_t count_max) : left_(count_max), limited_(count_max != 0) {}
  void Acquire() {
    if (!limited_) return;
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [&] { return left_ > 0; });
    --left_;
  }
  void Release() {
    if (!limited_) return;
    std::lock_guard lock(mutex_);
    ++left_;
    returned_.notify_one();
  }

 private:
  std::mutex mutex_;  ///< guards left_
  std::condition_variable returned_;
  size_t left_;
  const bool limited_;
};

class DuckDbQueryEngine : public QueryEngine {
 public:
  DuckDbQueryEngine(const QueryOptions& options, const catalog::Catalog* catalog,
                    const buffer::BufferStore* buffer, const util::Clock* clock)
      : options_(options),
        catalog_(catalog),
        buffer_(buffer),
        clock_(clock),
        log_(clock, kQueryLogEntriesMax),
        permits_(options.concurrent_queries_max) {}

  Status OpenDatabase() {
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
      // Spilling would write next to the server's working directory.
      config.SetOptionByName("temp_directory", duckdb::Value(""));
      database_ = std::make_unique<duckdb::DuckDB>(nullptr, &config);
      RegisterBufferScan(*database_->instance);
      RegisterVirtualScan(*database_->instance);
      sql::RegisterDialect(*database_->instance);
      return Configure();
    } catch (const std::exception& exception) {
      return Status::Internal(
          fmt::format("the query engine cannot start: {}", duckdb::ErrorData(exception).Message()));
    }
  }

  Result<std::unique_ptr<ResultStream>> ExecuteSql(const QueryRequest& request) override {
    const auto state = catalog_->state();
    VirtualTableContext context{state, state->FindDatabase(request.database), &log_,
                                clock_->NowNs()};
    if (context.database == nullptr) {
      return Status::NotFound(fmt::format("database not found: {}", request.database));
    }
    if (request.sql.size() > util::limits::kSqlTextBytesMax) {
      return Status::InvalidArgument(
          fmt::format("the query is longer than {} bytes", util::limits::kSqlTextBytesMax));
    }
    const uint64_t log_number = log_.Begin(request.database, "sql", request.sql);
    Result<std::unique_ptr<ResultStream>> stream = Status::Internal("not run");
    try {
      stream = Run(request, context, log_number);
    } catch (const std::exception& exception) {
      stream = sql::TranslateError(duckdb::ErrorData(exception));
    }
    if (!stream.ok()) log_.Finished(log_number, QueryLog::End::kFail);
    return stream;
  }

 private:
  Status Configure() {
    duckdb::Connection connection(*database_);
    for (const char* setting :
         {"SET GLOBAL TimeZone='UTC'",
          "SET GLOBAL default_null_order='NULLS_LAST_ON_ASC_FIRST_ON_DESC'",
          "SET GLOBAL preserve_insertion_order=true", "SET GLOBAL arrow_large_buffer_size=false",
          "SET GLOBAL max_expression_depth=200", "SET GLOBAL enable_progress_bar=false",
          "SET GLOBAL enable_external_access=false", "SET GLOBAL lock_configuration=true"}) {
      const auto result = connection.Query(setting);
      if (result->HasError()) {
        return Status::Internal(
            fmt::format("the query engine cannot start: {}: {}", setting, result->GetError()));
      }
    }
    return Status::Ok();
  }

  Result<std::unique_ptr<ResultStream>> Run(const QueryRequest& request,
                                            const VirtualTableContext& context,
                                            uint64_t log_number) {
    auto connection = std::make_unique<duckdb::Connection>(*database_);
    auto sources = duckdb::make_shared_ptr<QuerySources>();
    CatalogResolver resolver(context, buffer_, sources.get());
    ASSIGN_OR_RETURN(sql::RewrittenQuery query,
                     sql::RewriteSql(request.sql, request.parameters, resolver));
    connection->context->registered_state->Insert(QuerySources::kKey, sources);
    log_.Planned(log_number);
    if (query.kind != sql::StatementKind::kSelect) {
      Result<std::unique_ptr<ResultStream>> explained =
          ExplainQuery(connection.get(), std::move(query));
      if (explained.ok()) log_.Finished(log_number, QueryLog::End::kSuccess);
      return explained;
    }
    permits_.Acquire();
    auto deadline = std::make_shared<std::optional<DeadlineWatch::Handle>>();
    auto stream = std::make_unique<DuckDbResultStream>(
        std::move(connection), std::move(query.columns),
        [this, deadline, log_number](DuckDbResultStream::End end) {
          if (*deadline) deadlines_.Remove(**deadline);
          permits_.Release();
          log_.Finished(log_number, static_cast<QueryLog::End>(end));
        });
    if (options_.timeout_ns > 0) {
      *deadline =
          deadlines_.Add(options_.timeout_ns, [running = stream.get()] { running->Expire(); });
    }
    RETURN_IF_ERROR(stream->Start(std::move(query.statement)));
    return std::unique_ptr<ResultStream>(std::move(stream));
  }

  const QueryOptions options_;
  const catalog::Catalog* catalog_;
  const buffer::BufferStore* buffer_;
  const util::Clock* clock_;
  QueryLog log_;
  QueryPermits permits_;
  DeadlineWatch deadlines_;
  std::unique_ptr<duckdb::DuckDB> database_;
};

}  // namespace

Result<std::unique_ptr<QueryEngine>> QueryEngine::Open(const QueryOptions& options,
                                                       const catalog::Catalog* catalog,
                                                       const buffer::BufferStore* buffer,
                                                       const util::Clock* clock) {
  auto engine = std::make_unique<DuckDbQueryEngine>(options, catalog, buffer, clock);
  RETURN_IF_ERROR(engine->OpenDatabase());
  return std::unique_ptr<QueryEngine>(std::move(engine));
}

}  // namespace influxdb3::query
