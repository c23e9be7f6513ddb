#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "duckdb.hpp"

#include "duckdb/main/client_context_state.hpp"

#include "buffer/table_snapshot.h"
#include "model/table_schema.h"
#include "model/time_range.h"
#include "persist/table_files.h"

namespace influxdb3::query {

/// A column that a scan of a table offers.
struct ScanColumn {
  enum class Kind { kTime, kTag, kField };
  Kind kind = Kind::kTime;
  uint32_t tag_index = 0;    ///< kTag: position in the series key
  util::ColumnId column_id;  ///< kTag, kField
  std::string name;          ///< in files
  std::string engine_name;
  duckdb::LogicalType type;
};

struct ScanFilter;

/// Stands for a column that a scan is asked for only to have one, as for `count(*)`.
inline constexpr uint32_t kNoScanColumn = UINT32_MAX;

/// One table as one query reads it: a snapshot and the files of the same moment, its columns in the
/// order `SELECT *` shows them, and the time range that retention leaves. Shared by all scans of
/// the table in the query; read by several threads.
class ScanSource {
 public:
  ScanSource(std::shared_ptr<const buffer::TableSnapshot> snapshot, std::vector<ScanColumn> columns,
             model::TimeRange visible, std::shared_ptr<const persist::TableFiles> files = nullptr);

  /// Null when the table has no buffered rows.
  const buffer::TableSnapshot* snapshot() const { return snapshot_.get(); }
  const std::shared_ptr<const buffer::TableSnapshot>& shared_snapshot() const { return snapshot_; }
  /// Null when the table has no files.
  const persist::TableFiles* files() const { return files_.get(); }
  /// Whether several chunks are of one span of time: frozen ones and those that followed them. Rows
  /// of the same key may then be in more than one.
  bool chunks_overlap() const { return chunks_overlap_; }
  const std::vector<ScanColumn>& columns() const { return columns_; }
  const model::TimeRange& visible() const { return visible_; }
  uint64_t row_count() const { return snapshot_ == nullptr ? 0 : snapshot_->row_count(); }

  /// The tag's distinct values as a dictionary that many vectors can share; entry 0 is NULL. Made
  /// on first use. Valid while this lives.
  duckdb::buffer_ptr<duckdb::VectorChildBuffer> TagDictionary(uint32_t tag_index);

 private:
  std::shared_ptr<const buffer::TableSnapshot> snapshot_;
  std::shared_ptr<const persist::TableFiles> files_;
  std::vector<ScanColumn> columns_;
  model::TimeRange visible_;
  const bool chunks_overlap_;
  std::mutex dictionaries_mutex_;  ///< guards dictionaries_
  std::vector<duckdb::buffer_ptr<duckdb::VectorChildBuffer>> dictionaries_;
};

/// Files that one scan reads, and the columns it offers: those of `source`, then
/// FileScan::kOrderName and kWalSeqName.
struct FileScan {
  /// Columns that hold the file's order and max_wal_seq (UBIGINT). No line protocol name is like
  /// them.
  static constexpr const char* kOrderName = "\norder";
  static constexpr const char* kWalSeqName = "\nwal_seq";

  std::shared_ptr<ScanSource> source;
  std::vector<std::shared_ptr<const persist::ParquetFile>> files;
  /// Only so many of the newest rows of each series of a file matter: others that pass the scan's
  /// filters may be left out; 0 = all matter.
  uint32_t newest_of_series = 0;
};

/// A small table that was made when the query was planned: system and information_schema tables.
struct VirtualTable {
  std::vector<std::string> names;
  std::vector<duckdb::LogicalType> types;
  std::vector<bool> required;  ///< by position: never NULL; missing ones may be
  std::vector<std::vector<duckdb::Value>> rows;

  bool IsNullable(size_t column) const { return column >= required.size() || !required[column]; }
};

/// What the scans of one query read, by the number that the rewritten query passes to them, and the
/// filters that planning gave them. Lives in the query's connection; changed by its planner only.
struct QuerySources : public duckdb::ClientContextState {
  static constexpr const char* kKey = "influxdb3_query_sources";
  std::vector<std::shared_ptr<ScanSource>> tables;
  std::vector<std::shared_ptr<const ScanFilter>> filters;
  std::vector<std::shared_ptr<const FileScan>> file_scans;
  uint64_t file_limit = 0;  ///< a table reference that would read more files fails; 0 = none
  std::vector<std::shared_ptr<const VirtualTable>> virtual_tables;
};

}  // namespace influxdb3::query
