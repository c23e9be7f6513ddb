#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "model/table_schema.h"
#include "persist/compaction_plan.h"
#include "persist/file_index.h"
#include "persist/table_writer.h"

namespace influxdb3::persist {

struct MergeLimits {
  size_t inputs_max = 64;                          ///< files that are open at once, at least 2
  uint64_t input_bytes_max = uint64_t{256} << 20;  ///< of row groups held of them, about
  uint32_t batch_rows_max = 4096;
  TableWriterOptions writer;
};

/// Carries out compaction jobs of one table: reads their files and writes new ones. Where there are
/// more inputs than may be open at once, in several passes over temporary files. Changes no index:
/// file ids and paths are all it takes from it. One thread.
class FileMerger {
 public:
  /// `store` and `index` must outlive the merger. Rows before `expired_before_ns` and those that
  /// `tombstones` delete are left out; these are all that are newer than one of the inputs.
  FileMerger(object_store::ObjectStore* store, FileIndex* index,
             std::shared_ptr<const model::TableSchema> schema,
             std::vector<std::shared_ptr<const Tombstone>> tombstones, int64_t expired_before_ns,
             const MergeLimits& limits);

  /// The new files, durable; fewer than the job's outputs where no rows were left. After an error
  /// nothing stays.
  util::Result<std::vector<std::shared_ptr<const ParquetFile>>> Run(const CompactionJob& job);
  /// Deletes files that Run gave and that no index knows.
  void Discard(const std::vector<std::shared_ptr<const ParquetFile>>& files);

 private:
  struct Source {
    ParquetFile file;
    bool temporary = false;
  };

  util::Status RunChecked(const CompactionJob& job,
                          std::vector<std::shared_ptr<const ParquetFile>>* done);
  util::Result<std::optional<ParquetFile>> MergeRange(const CompactionJob& job,
                                                      const model::TimeRange& range,
                                                      const ParquetFile& entry);
  util::Status Narrow(const model::TimeRange& range, const ParquetFile& entry,
                      std::vector<Source>* sources);
  util::Result<std::optional<ParquetFile>> Merge(const std::vector<Source>& sources,
                                                 const model::TimeRange& range,
                                                 const ParquetFile& entry);
  std::vector<std::vector<Source>> Groups(const std::vector<Source>& sources) const;
  ParquetFile NewEntry(const ParquetFile& like);
  void DeleteTemporaries();
  void Delete(const std::string& path);

  object_store::ObjectStore* const store_;
  FileIndex* const index_;
  const std::shared_ptr<const model::TableSchema> schema_;
  const std::vector<std::shared_ptr<const Tombstone>> tombstones_;
  const int64_t expired_before_ns_;
  const MergeLimits limits_;
  std::vector<std::string> temporaries_;  // paths
};

}  // namespace influxdb3::persist
