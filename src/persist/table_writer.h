#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "model/table_schema.h"
#include "persist/parquet_file.h"
#include "util/result.h"

namespace arrow {
class RecordBatch;
class Schema;
}  // namespace arrow
namespace influxdb3::object_store {
class ObjectStore;
}

namespace influxdb3::persist {

/// The key of the schema's metadata under which other tools find the tags in order of the series
/// key (docs/format/parquet.md).
inline constexpr char kSeriesKeyName[] = "iox::series::key::v2";

/// The key of the file's metadata under which the reader finds XXH3-64 of each row group's bytes:
/// Parquet's own checksums leave out page headers.
inline constexpr char kRowGroupChecksumsName[] = "influxdb3::row_group::xxh3";

/// The columns of a table's files: tags in order of the series key (Dictionary(Int32, Utf8)),
/// fields in order of creation (Int64, UInt64, Float64, Utf8, Boolean), then `time`
/// (Timestamp(ns)), each with the field metadata `iox::column::type`; fields are nullable, `time`
/// is not.
std::shared_ptr<arrow::Schema> FileSchema(const model::TableSchema& schema);

struct TableWriterOptions {
  uint32_t row_group_rows_max = 30'000;
  uint32_t page_rows_max = 4000;  ///< in every column
  /// A row group ends early when its rows take so much memory (long strings, many columns).
  uint64_t row_group_bytes_max = uint64_t{64} << 20;
  int zstd_level = 1;
};

/// Writes one Parquet file as docs/format/parquet.md describes: zstd, dictionary tags, statistics,
/// page index, bloom filters on tags, our metadata. Streams to the store; nothing is visible before
/// Finish. Destroying it before gives the file up, as does the first error: then every further call
/// returns it. One thread.
class TableWriter {
 public:
  virtual ~TableWriter() = default;

  /// `file` gives path, ids, chunk time, generation, order and max_wal_seq.
  static util::Result<std::unique_ptr<TableWriter>> Open(object_store::ObjectStore* store,
                                                         const model::TableSchema& schema,
                                                         const ParquetFile& file,
                                                         const TableWriterOptions& options);

  /// Rows of FileSchema, sorted by primary key (NULL tags first, bytewise, then time) and behind
  /// all rows appended before; no two with the same key. Internal when they are not.
  virtual util::Status Append(const arrow::RecordBatch& batch) = 0;
  /// The file with sizes, row count and time range filled in; durable. Once. Internal when there
  /// was no row.
  virtual util::Result<ParquetFile> Finish() = 0;
};

/// Reads a file back in its order, batch by batch, as rows of FileSchema(schema): columns the file
/// does not have are NULL. Holds one compressed row group and one batch. For compaction. One
/// thread.
///
/// Errors: Corruption when the file is not what TableWriter wrote (row groups carry checksums),
/// Internal when `schema` lacks a column of the file, and those of the store.
class TableReader {
 public:
  virtual ~TableReader() = default;
  static util::Result<std::unique_ptr<TableReader>> Open(object_store::ObjectStore* store,
                                                         const model::TableSchema& schema,
                                                         const ParquetFile& file,
                                                         uint32_t batch_rows_max);
  /// Null at the end.
  virtual util::Result<std::shared_ptr<arrow::RecordBatch>> Next() = 0;
};

}  // namespace influxdb3::persist
