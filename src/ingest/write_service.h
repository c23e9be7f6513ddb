#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "ingest/line_error.h"
#include "ingest/precision.h"
#include "ingest/row_deletion.h"
#include "util/clock.h"
#include "wal/wal.h"

namespace influxdb3::ingest {

struct WriteOptions {
  bool allow_new_tags = false;  ///< --allow-new-tags: a new tag is appended to the series key
  /// When set, called in front of each write with rows; may block for a while. A write is refused
  /// with what it says, as when there is no memory for more rows.
  std::function<util::Status()> admit;
  /// When set, called when the deletion of a database or table is durable and to be seen in the
  /// catalog, from any thread; must not block.
  std::function<void()> on_deleted;
};

struct WriteRequest {
  std::string database;  ///< must have passed catalog::ValidateDatabaseName
  Precision precision = Precision::kAuto;
  bool accept_partial = true;
  bool no_sync = false;
  std::string body;  ///< line protocol, decompressed; becomes the batch's backing
};

/// How a write ended.
struct WriteOutcome {
  /// Ok when everything good was stored (line_errors may still be non-empty with accept_partial).
  /// Otherwise nothing was stored: see `status` and, for a rejected batch, line_errors[0].
  util::Status status;
  /// Bad lines in order of appearance, at most limits::kLineErrorsReportedMax of them.
  std::vector<LineError> line_errors;
  /// One of line_errors came from a database, table or column limit (HTTP 422 instead of 400).
  bool limit_exceeded = false;
  uint64_t lines_accepted = 0;
  uint64_t lines_rejected = 0;
};

struct IngestStats {
  uint64_t lines = 0;
  uint64_t lines_rejected = 0;
  uint64_t bytes = 0;
};

/// The write path: parse → validate → catalog → log → (durable, visible) → done. Thread-safe.
class WriteService {
 public:
  WriteService(catalog::Catalog* catalog, wal::Wal* wal, const util::Clock* clock,
               WriteOptions options);

  /// Parses and validates on the calling thread (CPU only, no I/O), then hands the rows to the log.
  /// `done` is called exactly once: from this thread when the outcome is known at once (nothing to
  /// store, rejected, no_sync), else from the log's thread; it must not block.
  void Write(WriteRequest request, std::function<void(WriteOutcome)> done);

  IngestStats stats() const;

  // Schema changes by request instead of by write; durable and visible when `done` is called.
  void CreateDatabase(std::string name, std::optional<int64_t> retention_ns,
                      std::function<void(util::Status)> done);
  void CreateTable(std::string database, std::string table, std::vector<std::string> tags,
                   std::vector<model::ColumnDef> fields, std::optional<int64_t> retention_ns,
                   std::function<void(util::Status)> done);
  /// `hard_delete_at_ns`: none = never.
  void DeleteDatabase(std::string name, std::optional<int64_t> hard_delete_at_ns,
                      std::function<void(util::Status)> done);
  void DeleteTable(std::string database, std::string table,
                   std::optional<int64_t> hard_delete_at_ns,
                   std::function<void(util::Status)> done);
  /// Deletes the rows of writes that were acknowledged before the call; rows written later appear
  /// again.
  void DeleteRows(RowDeletion deletion, std::function<void(util::Status)> done);
  void SetRetention(std::string database, std::optional<int64_t> retention_ns,
                    std::function<void(util::Status)> done);
  /// `retention_ns`: none = only that of the database.
  void SetTableRetention(std::string database, std::string table,
                         std::optional<int64_t> retention_ns,
                         std::function<void(util::Status)> done);

 private:
  using Done = std::function<void(util::Status)>;
  /// The operations that a schema change needs in some state, or why it cannot be made.
  using MakeOps = std::function<util::Result<std::vector<model::CatalogOp>>(
      const catalog::CatalogState& state)>;

  void ChangeSchema(const MakeOps& make_ops, Done done);
  /// ChangeSchema that tells on_deleted.
  void DeleteSchema(const MakeOps& make_ops, Done done);
  util::Status SubmitRecord(uint64_t base_version, std::shared_ptr<const wal::Record> record,
                            Done done);
  void Count(uint64_t lines_accepted, uint64_t lines_rejected, size_t body_bytes);

  catalog::Catalog* catalog_;
  wal::Wal* wal_;
  const util::Clock* clock_;
  WriteOptions options_;
  /// Held by those whose commit met a conflict, so that they only wait for others' first attempts.
  std::mutex retry_mutex_;
  std::atomic<uint64_t> lines_{0};
  std::atomic<uint64_t> lines_rejected_{0};
  std::atomic<uint64_t> bytes_{0};
};

}  // namespace influxdb3::ingest
