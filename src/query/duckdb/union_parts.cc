#include "query/duckdb/union_parts.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "query/duckdb/dialect/sql_error.h"
#include "query/duckdb/partial_snapshot.h"
#include "query/table_runs.h"

namespace influxdb3::query {
namespace {

using duckdb::ExpressionType;
using model::TimeRange;
using parsed::ExpressionPtr;
using FilePtr = std::shared_ptr<const persist::ParquetFile>;

constexpr size_t kContestedIntervalsMax = 64;
/// The newest row of a series is looked for where it has so many rows.
constexpr uint64_t kRowsForEachOfNewest = 16;

bool Applies(const persist::Tombstone& tombstone, const persist::ParquetFile& file) {
  return file.max_wal_seq < tombstone.wal_seq && tombstone.range.Overlaps(file.time_range);
}

/// Files that are scanned under the same conditions.
struct FileGroup {
  RunPlace place = RunPlace::kClear;
  bool cut = false;      ///< some rows are older than retention allows
  bool deleted = false;  ///< some rows may have been deleted
  bool operator<(const FileGroup& other) const {
    return std::tie(place, cut, deleted) < std::tie(other.place, other.cut, other.deleted);
  }
};

/// Chunks that do not overlap.
struct ChunkLayer {
  int64_t max_ns = INT64_MIN;
  std::vector<buffer::ChunkView> chunks;
};

class PartFinder {
 public:
  PartFinder(const PartsRequest& request, QuerySources* sources)
      : request_(request),
        source_(*request.source),
        sources_(sources),
        time_name_(TimeColumnOf(source_)) {}

  std::vector<UnionPart> Find() {
    FindFiles();
    if (files_.empty() && !source_.chunks_overlap()) return {};
    CheckFileLimit();
    PlaceRuns();
    for (const auto& [group, files] : groups_) AddFiles(group, files);
    AddChunks(std::move(clear_chunks_), false, 0);
    for (size_t layer = 0; layer < layers_.size(); ++layer) {
      AddChunks(std::move(layers_[layer].chunks), true, layer);
    }
    return std::move(parts_);
  }

 private:
  void FindFiles() {
    if (source_.files() == nullptr) return;
    for (const FilePtr& file : source_.files()->files) {
      if (file->time_range.Overlaps(request_.time)) files_.push_back(file);
    }
    if (request_.newest_of_series == 1) DropFilesWithNewerRows();
  }

  bool IsCut(const persist::ParquetFile& file) const {
    return file.time_range.min_ns < source_.visible().min_ns;
  }
  bool MayHaveDeletedRows(const persist::ParquetFile& file) const {
    const auto& tombstones = source_.files()->tombstones;
    return std::any_of(tombstones.begin(), tombstones.end(),
                       [&](const auto& tombstone) { return Applies(*tombstone, file); });
  }

  /// Those of which each series has rows in a file that is newer in all its rows.
  void DropFilesWithNewerRows() {
    using SeriesSet = std::pair<uint64_t, uint64_t>;
    const auto series_of = [](const persist::ParquetFile& file) {
      return SeriesSet(file.series_count, file.series_hash);
    };
    std::map<SeriesSet, int64_t> newest_begin_ns;
    for (const FilePtr& file : files_) {
      const bool all_rows_count =
          request_.time.Contains(file->time_range) && !IsCut(*file) && !MayHaveDeletedRows(*file);
      if (file->series_count == 0 || !all_rows_count) continue;
      const int64_t begin_ns = file->time_range.min_ns;
      const auto known = newest_begin_ns.emplace(series_of(*file), begin_ns).first;
      known->second = std::max(known->second, begin_ns);
    }
    std::erase_if(files_, [&](const FilePtr& file) {
      const auto newest = newest_begin_ns.find(series_of(*file));
      return newest != newest_begin_ns.end() && file->time_range.max_ns < newest->second;
    });
  }

  void CheckFileLimit() const {
    if (sources_->file_limit == 0 || files_.size() <= sources_->file_limit) return;
    sql::ThrowFromFunction(util::Status::Internal(fmt::format(
        "error while planning query: External error: Query would scan {} Parquet files, exceeding "
        "the file limit. InfluxDB 3 Core caps file access to prevent performance degradation and "
        "memory issues. Use a narrower time range, or increase the limit with --query-file-limit "
        "(this may cause slower queries or instability).",
        sources_->file_limit)));
  }

  void PlaceRuns() {
    std::vector<TimeRange> ranges;
    std::vector<const buffer::ChunkView*> chunks;
    if (source_.snapshot() != nullptr) {
      for (const buffer::ChunkView& chunk : source_.snapshot()->chunks()) {
        if (!chunk.time_range.Overlaps(request_.time)) continue;
        chunks.push_back(&chunk);
        ranges.push_back(chunk.time_range);
      }
    }
    for (const FilePtr& file : files_) ranges.push_back(file->time_range);
    contested_ = ContestedIntervals(ranges, chunks.size(), kContestedIntervalsMax);
    for (const buffer::ChunkView* chunk : chunks) {
      if (PlaceOf(chunk->time_range, contested_) == RunPlace::kClear) {
        clear_chunks_.push_back(*chunk);
      } else {
        AddToLayer(*chunk);
      }
    }
    for (const FilePtr& file : files_) {
      const FileGroup group{PlaceOf(file->time_range, contested_), IsCut(*file),
                            MayHaveDeletedRows(*file)};
      groups_[group].push_back(file);
    }
  }

  /// Chunks come by span of time and those of one span by age, so that a chunk lies in a higher
  /// layer than the older ones it overlaps.
  void AddToLayer(const buffer::ChunkView& chunk) {
    size_t layer = layers_.size();
    while (layer > 0 && layers_[layer - 1].max_ns < chunk.time_range.min_ns) --layer;
    if (layer == layers_.size()) layers_.emplace_back();
    layers_[layer].max_ns = std::max(layers_[layer].max_ns, chunk.time_range.max_ns);
    layers_[layer].chunks.push_back(chunk);
  }

  void AddFiles(const FileGroup& group, const std::vector<FilePtr>& files) {
    if (group.place == RunPlace::kClear && !group.cut && !group.deleted && NewestAreFew(files)) {
      const size_t number = NoteFiles(files, request_.newest_of_series);
      parts_.push_back({false, true, 0, number, nullptr, true});
      return;
    }
    const size_t number = NoteFiles(files, 0);
    if (group.place != RunPlace::kContested) {
      std::vector<ExpressionPtr> conditions = ConditionsOf(group, files);
      if (group.place == RunPlace::kPartlyContested) {
        conditions.push_back(parsed::Not(IsContested(files)));
      }
      parts_.push_back({false, true, 0, number, parsed::All(std::move(conditions))});
    }
    if (group.place != RunPlace::kClear) {
      std::vector<ExpressionPtr> conditions = ConditionsOf(group, files);
      if (group.place == RunPlace::kPartlyContested) conditions.push_back(IsContested(files));
      parts_.push_back({true, true, 0, number, parsed::All(std::move(conditions))});
    }
  }

  /// Whether looking for the newest rows of each series leaves most of the files unread.
  bool NewestAreFew(const std::vector<FilePtr>& files) const {
    return request_.newest_of_series > 0 &&
           std::all_of(files.begin(), files.end(), [&](const FilePtr& file) {
             return file->series_count > 0 && request_.time.Contains(file->time_range) &&
                    file->row_count / file->series_count >=
                        request_.newest_of_series * kRowsForEachOfNewest;
           });
  }

  size_t NoteFiles(const std::vector<FilePtr>& files, uint32_t newest_of_series) {
    auto& scans = sources_->file_scans;
    const auto equal = std::find_if(scans.begin(), scans.end(), [&](const auto& known) {
      return known->source == request_.source && known->files == files &&
             known->newest_of_series == newest_of_series;
    });
    const auto number = static_cast<size_t>(equal - scans.begin());
    if (equal == scans.end()) {
      scans.push_back(
          std::make_shared<const FileScan>(FileScan{request_.source, files, newest_of_series}));
    }
    return number;
  }

  /// `chunks` do not overlap.
  void AddChunks(std::vector<buffer::ChunkView> chunks, bool contested, uint64_t order) {
    if (chunks.empty()) return;
    std::sort(chunks.begin(), chunks.end(), [](const auto& a, const auto& b) {
      return a.time_range.min_ns < b.time_range.min_ns;
    });
    auto snapshot = std::make_shared<PartialSnapshot>(source_.shared_snapshot(), std::move(chunks));
    sources_->tables.push_back(
        std::make_shared<ScanSource>(std::move(snapshot), source_.columns(), source_.visible()));
    parts_.push_back({contested, false, order, sources_->tables.size() - 1, nullptr});
  }

  /// What the rows of a group must meet, besides the contested intervals.
  std::vector<ExpressionPtr> ConditionsOf(const FileGroup& group,
                                          const std::vector<FilePtr>& files) const {
    std::vector<ExpressionPtr> conditions;
    if (group.cut) conditions.push_back(parsed::InRange(time_name_, source_.visible()));
    if (!group.deleted) return conditions;
    for (const auto& tombstone : source_.files()->tombstones) {
      const bool applies = std::any_of(files.begin(), files.end(), [&](const FilePtr& file) {
        return Applies(*tombstone, *file);
      });
      if (applies) conditions.push_back(parsed::Not(IsDeleted(*tombstone)));
    }
    return conditions;
  }

  ExpressionPtr IsDeleted(const persist::Tombstone& tombstone) const {
    std::vector<ExpressionPtr> terms;
    terms.push_back(parsed::Compare(ExpressionType::COMPARE_LESSTHAN,
                                    parsed::Column(FileScan::kWalSeqName),
                                    parsed::Constant(duckdb::Value::UBIGINT(tombstone.wal_seq))));
    if (ExpressionPtr in_range = parsed::InRange(time_name_, tombstone.range)) {
      terms.push_back(std::move(in_range));
    }
    for (const auto& [id, value] : tombstone.tags) {
      const auto& columns = source_.columns();
      const auto known = std::find_if(columns.begin(), columns.end(), [&](const auto& column) {
        return column.kind == ScanColumn::Kind::kTag && column.column_id == id;
      });
      if (known == columns.end()) {
        // A tag that came after the query began: no row of what the query sees has a value of it.
        if (!value.empty()) terms.push_back(parsed::Constant(duckdb::Value::BOOLEAN(false)));
        continue;
      }
      const duckdb::Value wanted =
          value.empty() ? duckdb::Value(duckdb::LogicalType::VARCHAR) : duckdb::Value(value);
      terms.push_back(parsed::Compare(ExpressionType::COMPARE_NOT_DISTINCT_FROM,
                                      parsed::Column(known->engine_name),
                                      parsed::Constant(wanted)));
    }
    return parsed::All(std::move(terms));
  }

  /// Whether `time` lies in one of the contested intervals that some of `files` overlaps.
  ExpressionPtr IsContested(const std::vector<FilePtr>& files) const {
    std::vector<ExpressionPtr> terms;
    for (const TimeRange& interval : contested_) {
      const bool matters = std::any_of(files.begin(), files.end(), [&](const FilePtr& file) {
        return file->time_range.Overlaps(interval);
      });
      if (matters) terms.push_back(parsed::InRange(time_name_, interval));
    }
    return parsed::Any(std::move(terms));
  }

  const PartsRequest& request_;
  const ScanSource& source_;
  QuerySources* const sources_;
  const std::string& time_name_;
  std::vector<FilePtr> files_;
  std::vector<TimeRange> contested_;
  std::map<FileGroup, std::vector<FilePtr>> groups_;
  std::vector<buffer::ChunkView> clear_chunks_;
  std::vector<ChunkLayer> layers_;  // of contested chunks; later ones are newer
  std::vector<UnionPart> parts_;
};

}  // namespace

std::vector<UnionPart> FindUnionParts(const PartsRequest& request, QuerySources* sources) {
  return PartFinder(request, sources).Find();
}

const std::string& TimeColumnOf(const ScanSource& source) {
  return std::find_if(source.columns().begin(), source.columns().end(),
                      [](const ScanColumn& c) { return c.kind == ScanColumn::Kind::kTime; })
      ->engine_name;
}

}  // namespace influxdb3::query
