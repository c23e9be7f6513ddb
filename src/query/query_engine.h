#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>

#include "query/parquet_cache.h"
#include "util/clock.h"
#include "util/result.h"

namespace arrow {
class RecordBatch;
class Schema;
}  // namespace arrow

namespace influxdb3::catalog {
class Catalog;
}
namespace influxdb3::buffer {
class BufferStore;
}
namespace influxdb3::object_store {
class ObjectStore;
}
namespace influxdb3::persist {
class FileIndex;
}

namespace influxdb3::query {

/// The value of a `$name` parameter. std::monostate is NULL.
using ParameterValue = std::variant<std::monostate, bool, int64_t, uint64_t, double, std::string>;

struct QueryRequest {
  std::string database;
  std::string sql;
  std::map<std::string, ParameterValue> parameters;  ///< names without `$`
  std::string query_type = "sql";                    ///< as system.queries shows it
  /// `?` stands for the parameters `1`, `2`, … in order; otherwise it is an error.
  bool numbered_placeholders = false;
  /// False: ExecuteSql returns as soon as the query is planned, and the first Next() waits for its
  /// first rows.
  bool wait_for_rows = true;
  /// When set, called once before the query starts to run, with a function that cancels it: it may
  /// be called from any thread and at any time, also when the query is long over.
  std::function<void(std::function<void()> cancel)> on_start;
};

/// Rows of a running query. One thread at a time calls schema() and Next(); Cancel() may come from
/// any thread. Destroying it cancels the query and frees its memory.
///
/// Types: tags and strings Utf8, `time` Timestamp(ns) without zone. Columns that are a table's
/// column (also under an alias) carry the field metadata `iox::column::type` (model/column_type.h).
class ResultStream {
 public:
  virtual ~ResultStream() = default;
  virtual const std::shared_ptr<arrow::Schema>& schema() const = 0;
  /// The next non-empty batch; null at the end. Errors carry the text clients must see.
  virtual util::Result<std::shared_ptr<arrow::RecordBatch>> Next() = 0;
  virtual void Cancel() = 0;
};

/// What a statement would return and what it wants to know first.
struct QueryDescription {
  std::shared_ptr<arrow::Schema> schema;  ///< as ResultStream::schema()
  /// The parameters without a value, in order of first use, or by number when all are numbers. The
  /// type is Utf8 where the statement leaves it open.
  std::shared_ptr<arrow::Schema> parameters;
};

struct QueryOptions {
  size_t memory_bytes_max = 0;        ///< --exec-mem-pool-bytes, all queries together
  int64_t timeout_ns = 0;             ///< per query; 0 = none
  int thread_count = 2;               ///< --num-datafusion-threads
  size_t concurrent_queries_max = 0;  ///< --max-concurrent-queries; 0 = no limit
  uint64_t file_limit = 0;            ///< --query-file-limit; 0 = none
  ParquetCacheOptions parquet_cache;
  /// Pages of files are read one by one where that leaves out all but such a share of them; tests
  /// want it always (1) or never (0).
  double selective_share_max = 0.25;
};

/// Runs SQL over the catalog's tables. Thread-safe; queries run in parallel and never see each
/// other.
///
/// Status codes of errors: NotFound (unknown database; the message is `database not found: X`),
/// InvalidArgument (parse and plan errors, with the reference's texts), Unsupported (statements and
/// features the reference answers 405 to), ResourceExhausted (memory limit), DeadlineExceeded,
/// Cancelled, Internal (errors while running).
class QueryEngine {
 public:
  virtual ~QueryEngine() = default;

  /// `files` are the tables' Parquet files, which lie in `store`; null for an engine over the
  /// buffer alone. All pointers must outlive the engine.
  static util::Result<std::unique_ptr<QueryEngine>> Open(
      const QueryOptions& options, const catalog::Catalog* catalog,
      const buffer::BufferStore* buffer, const util::Clock* clock,
      const persist::FileIndex* files = nullptr, object_store::ObjectStore* store = nullptr);

  /// Plans the query and starts it; what can fail before the first row fails here where possible
  /// (unless `wait_for_rows` is false).
  virtual util::Result<std::unique_ptr<ResultStream>> ExecuteSql(const QueryRequest& request) = 0;

  /// Plans the query without running it. Parameters of the request may lack values;
  /// InvalidArgument where the query cannot be planned without them.
  virtual util::Result<QueryDescription> DescribeSql(const QueryRequest& request) = 0;

  /// For metrics. Zeros without files.
  virtual ParquetCacheStats parquet_cache_stats() const { return {}; }
};

}  // namespace influxdb3::query
