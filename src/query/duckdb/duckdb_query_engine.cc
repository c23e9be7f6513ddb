#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "duckdb.hpp"

#include "buffer/buffer_store.h"
#include "catalog/catalog.h"
#include "query/duckdb/catalog_resolver.h"
#include "query/duckdb/deadline_watch.h"
#include "query/duckdb/dialect/dialect.h"
#include "query/duckdb/duckdb_instance.h"
#include "query/duckdb/duckdb_result_stream.h"
#include "query/duckdb/explain_result.h"
#include "query/duckdb/query_description.h"
#include "query/duckdb/query_log.h"
#include "query/duckdb/query_permits.h"
#include "query/parquet_cache.h"
#include "query/query_engine.h"
#include "util/limits.h"

namespace influxdb3::query {
namespace {

using util::Result;
using util::Status;
using util::StatusCode;

constexpr size_t kQueryLogEntriesMax = 1000;

/// The different files that a planned query reads.
size_t FileCount(const QuerySources& sources) {
  std::set<const persist::ParquetFile*> files;
  for (const auto& scan : sources.file_scans) {
    for (const auto& file : scan->files) files.insert(file.get());
  }
  return files.size();
}

class DuckDbQueryEngine : public QueryEngine {
 public:
  DuckDbQueryEngine(const QueryOptions& options, const catalog::Catalog* catalog,
                    const buffer::BufferStore* buffer, const util::Clock* clock,
                    const persist::FileIndex* files, std::shared_ptr<ParquetCache> cache)
      : options_(options),
        catalog_(catalog),
        buffer_(buffer),
        clock_(clock),
        files_(files),
        cache_(std::move(cache)),
        log_(clock, kQueryLogEntriesMax),
        instance_(options, cache_),
        permits_(options.concurrent_queries_max) {}

  Status OpenDatabase() { return instance_.Open(); }

  ParquetCacheStats parquet_cache_stats() const override {
    return cache_ == nullptr ? ParquetCacheStats() : cache_->stats();
  }

  Result<std::unique_ptr<ResultStream>> ExecuteSql(const QueryRequest& request) override {
    ASSIGN_OR_RETURN(const VirtualTableContext context, ContextOf(request));
    const uint64_t log_number = log_.Begin(request.database, request.query_type, request.sql);
    Result<std::unique_ptr<ResultStream>> stream = Status::Internal("not run");
    try {
      stream = Run(request, context, log_number);
    } catch (const std::exception& exception) {
      stream = sql::TranslateError(duckdb::ErrorData(exception));
    }
    if (!stream.ok()) log_.Finished(log_number, QueryLog::End::kFail);
    return stream;
  }

  Result<QueryDescription> DescribeSql(const QueryRequest& request) override {
    ASSIGN_OR_RETURN(const VirtualTableContext context, ContextOf(request));
    DescriptionTools tools;
    tools.connect = [this] { return instance_.Connect(); };
    tools.rewrite = [&](const QueryRequest& described, const sql::RewriteOptions& options,
                        duckdb::Connection* connection) {
      return Rewrite(described, options, context, connection);
    };
    try {
      return DescribeQuery(request, tools);
    } catch (const std::exception& exception) {
      return sql::TranslateError(duckdb::ErrorData(exception));
    }
  }

 private:
  Result<VirtualTableContext> ContextOf(const QueryRequest& request) const {
    const auto state = catalog_->state();
    VirtualTableContext context{state, state->FindDatabase(request.database), &log_, files_,
                                clock_->NowNs()};
    if (context.database == nullptr) {
      return Status::NotFound(fmt::format("database not found: {}", request.database));
    }
    if (request.sql.size() > util::limits::kSqlTextBytesMax) {
      return Status::InvalidArgument(
          fmt::format("the query is longer than {} bytes", util::limits::kSqlTextBytesMax));
    }
    return context;
  }

  /// Rewrites the statement and gives the connection what its scans will read.
  Result<sql::RewrittenQuery> Rewrite(const QueryRequest& request,
                                      const sql::RewriteOptions& options,
                                      const VirtualTableContext& context,
                                      duckdb::Connection* connection) const {
    auto sources = duckdb::make_shared_ptr<QuerySources>();
    sources->file_limit = options_.file_limit;
    CatalogResolver resolver(context, buffer_, files_, sources.get());
    ASSIGN_OR_RETURN(sql::RewrittenQuery query,
                     sql::RewriteSql(request.sql, request.parameters, resolver, options));
    connection->context->registered_state->Insert(QuerySources::kKey, sources);
    return query;
  }

  Result<std::unique_ptr<ResultStream>> Run(const QueryRequest& request,
                                            const VirtualTableContext& context,
                                            uint64_t log_number) {
    ASSIGN_OR_RETURN(std::unique_ptr<duckdb::Connection> connection, instance_.Connect());
    sql::RewriteOptions options;
    options.numbered_placeholders = request.numbered_placeholders;
    ASSIGN_OR_RETURN(sql::RewrittenQuery query,
                     Rewrite(request, options, context, connection.get()));
    log_.Planned(log_number);
    if (!permits_.Acquire(options_.timeout_ns)) {
      return Status(StatusCode::kDeadlineExceeded,
                    "the query waited longer than the time limit for other queries to end");
    }
    log_.Permitted(log_number);
    const auto sources =
        connection->context->registered_state->Get<QuerySources>(QuerySources::kKey);
    const sql::StatementKind kind = query.kind;
    const bool explains = kind != sql::StatementKind::kSelect;
    std::unique_ptr<DuckDbResultStream> stream =
        MakeStream(std::move(connection),
                   explains ? std::vector<sql::ResultColumn>() : query.columns, log_number);
    if (request.on_start) request.on_start(stream->Canceller());
    if (!explains) {
      RETURN_IF_ERROR(stream->Start(std::move(query.statement), request.wait_for_rows));
      log_.SetParquetFiles(log_number, FileCount(*sources));
      return std::unique_ptr<ResultStream>(std::move(stream));
    }
    RETURN_IF_ERROR(stream->Start(MakeExplainStatement(std::move(query)), true));
    log_.SetParquetFiles(log_number, FileCount(*sources));
    return MakeExplainResult(stream.get(), kind);
  }

  /// A stream that holds a permit, which must have been acquired, and the query's time limit.
  std::unique_ptr<DuckDbResultStream> MakeStream(std::unique_ptr<duckdb::Connection> connection,
                                                 std::vector<sql::ResultColumn> columns,
                                                 uint64_t log_number) {
    auto deadline = std::make_shared<std::optional<DeadlineWatch::Handle>>();
    auto stream = std::make_unique<DuckDbResultStream>(
        std::move(connection), std::move(columns),
        [this, deadline, log_number](DuckDbResultStream::End end) {
          if (*deadline) deadlines_.Remove(**deadline);
          permits_.Release();
          log_.Finished(log_number, static_cast<QueryLog::End>(end));
        });
    if (options_.timeout_ns > 0) {
      *deadline =
          deadlines_.Add(options_.timeout_ns, [running = stream.get()] { running->Expire(); });
    }
    return stream;
  }

  const QueryOptions options_;
  const catalog::Catalog* catalog_;
  const buffer::BufferStore* buffer_;
  const util::Clock* clock_;
  const persist::FileIndex* files_;
  const std::shared_ptr<ParquetCache> cache_;
  QueryLog log_;
  DuckDbInstance instance_;
  QueryPermits permits_;
  DeadlineWatch deadlines_;
};

}  // namespace

Result<std::unique_ptr<QueryEngine>> QueryEngine::Open(
    const QueryOptions& options, const catalog::Catalog* catalog, const buffer::BufferStore* buffer,
    const util::Clock* clock, const persist::FileIndex* files, object_store::ObjectStore* store) {
  std::shared_ptr<ParquetCache> cache;
  if (files != nullptr) {
    cache = std::make_shared<ParquetCache>(options.parquet_cache, store, clock);
  }
  auto engine =
      std::make_unique<DuckDbQueryEngine>(options, catalog, buffer, clock, files, std::move(cache));
  RETURN_IF_ERROR(engine->OpenDatabase());
  return std::unique_ptr<QueryEngine>(std::move(engine));
}

}  // namespace influxdb3::query
