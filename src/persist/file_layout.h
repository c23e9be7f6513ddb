#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/time_range.h"
#include "persist/parquet_file.h"
#include "util/result.h"

namespace arrow {
class Schema;
}
namespace parquet {
class FileMetaData;
}

namespace influxdb3::persist {

/// Gives bytes [offset, offset + length) of one file.
using ReadBytes = std::function<util::Status(uint64_t offset, uint64_t length, char* out)>;

/// Rows [begin, end) of a row group.
struct RowRange {
  uint32_t begin = 0;
  uint32_t end = 0;
  bool operator==(const RowRange&) const = default;
};

/// What the footer says of a row group.
struct GroupSummary {
  struct Values {
    std::string min;
    std::string max;
  };
  uint32_t row_count = 0;
  std::optional<model::TimeRange> time;     ///< of its rows
  std::vector<std::optional<Values>> tags;  ///< of those that are not NULL; nothing = not known
};

/// Where the pages of one column of a row group are.
struct ChunkPages {
  struct Page {
    uint64_t offset = 0;
    uint32_t size_bytes = 0;
    uint32_t first_row = 0;
  };
  uint64_t dictionary_offset = 0;
  uint32_t dictionary_bytes = 0;  ///< 0 = there is none
  std::vector<Page> pages;        ///< one, of all rows, when the file does not tell them apart
};

/// Where the rows of a row group are: its pages, and its runs of rows of one series. Rows of a run
/// come by time.
struct GroupLayout {
  struct Tag {
    std::vector<std::string> values;  ///< different ones
    std::vector<int32_t> codes;       ///< by run: index of the value; -1 = NULL
  };
  uint32_t row_count = 0;
  std::vector<ChunkPages> columns;           ///< by column of the file
  std::vector<model::TimeRange> page_times;  ///< by page of `time`; empty = not known
  std::vector<uint32_t> run_ends;            ///< the row behind each run, ascending
  std::vector<Tag> tags;                     ///< by tag of the file
  size_t size_bytes = 0;                     ///< of memory

  RowRange Run(size_t run) const { return {run == 0 ? 0 : run_ends[run - 1], run_ends[run]}; }
};

/// What the footer of a table's file says, parsed once. Immutable, for any thread.
///
/// Errors: Corruption when the file is not what TableWriter wrote, and those of `read`.
class FileLayout {
 public:
  static util::Result<std::shared_ptr<const FileLayout>> Read(const ParquetFile& file,
                                                              const ReadBytes& read);

  const std::string& path() const { return path_; }
  const std::vector<GroupSummary>& groups() const { return groups_; }
  const parquet::FileMetaData& metadata() const { return *metadata_; }
  /// Tags in order of the series key, fields, `time`.
  const arrow::Schema& schema() const { return *schema_; }
  size_t tag_count() const { return tag_count_; }
  int time_column() const;
  /// Its number; -1 = the file does not have it.
  int FindColumn(const std::string& name) const;
  size_t size_bytes() const { return size_bytes_; }

  util::Result<std::shared_ptr<const GroupLayout>> ReadGroup(size_t group,
                                                             const ReadBytes& read) const;

 private:
  FileLayout() = default;
  util::Status Summarize();

  std::string path_;
  uint64_t file_bytes_ = 0;
  std::shared_ptr<const parquet::FileMetaData> metadata_;
  std::shared_ptr<const arrow::Schema> schema_;
  size_t tag_count_ = 0;
  std::vector<GroupSummary> groups_;
  size_t size_bytes_ = 0;
};

}  // namespace influxdb3::persist
