#include "persist/file_merger.h"

#include <algorithm>
#include <utility>

#include <arrow/api.h>

#include "object_store/object_store.h"
#include "persist/merge_reader.h"
#include "util/log.h"

namespace influxdb3::persist {

using util::Result;
using util::Status;

namespace {

using FilePtr = std::shared_ptr<const ParquetFile>;

/// A temporary file's: its rows were deleted and trimmed when it was written.
constexpr uint64_t kNoDeletions = UINT64_MAX;
/// What an open file takes besides its row group.
constexpr uint64_t kOpenFileBytes = uint64_t{512} << 10;

}  // namespace

FileMerger::FileMerger(object_store::ObjectStore* store, FileIndex* index,
                       std::shared_ptr<const model::TableSchema> schema,
                       std::vector<std::shared_ptr<const Tombstone>> tombstones,
                       int64_t expired_before_ns, const MergeLimits& limits)
    : store_(store),
      index_(index),
      schema_(std::move(schema)),
      tombstones_(std::move(tombstones)),
      expired_before_ns_(expired_before_ns),
      limits_(limits) {}

Result<std::vector<FilePtr>> FileMerger::Run(const CompactionJob& job) {
  std::vector<FilePtr> done;
  const Status status = RunChecked(job, &done);
  DeleteTemporaries();
  if (!status.ok()) {
    Discard(done);
    return status;
  }
  return done;
}

Status FileMerger::RunChecked(const CompactionJob& job, std::vector<FilePtr>* done) {
  ParquetFile entry;
  entry.db_id = schema_->db_id();
  entry.table_id = schema_->table_id();
  entry.chunk_time_ns = INT64_MAX;
  for (const FilePtr& input : job.inputs) {
    entry.chunk_time_ns = std::min(entry.chunk_time_ns, input->chunk_time_ns);
    entry.generation = std::max(entry.generation, input->generation + 1);
    entry.order = std::max(entry.order, input->order);
    entry.max_wal_seq = std::max(entry.max_wal_seq, input->max_wal_seq);
  }
  // All deletions known now are applied: none of them concerns the new files.
  for (const auto& tombstone : tombstones_) {
    entry.max_wal_seq = std::max(entry.max_wal_seq, tombstone->wal_seq);
  }
  for (const model::TimeRange& range : job.outputs) {
    ASSIGN_OR_RETURN(const std::optional<ParquetFile> file, MergeRange(job, range, entry));
    if (file) done->push_back(std::make_shared<const ParquetFile>(*file));
    DeleteTemporaries();
    if (range.max_ns < INT64_MAX) entry.chunk_time_ns = range.max_ns + 1;
  }
  return Status::Ok();
}

Result<std::optional<ParquetFile>> FileMerger::MergeRange(const CompactionJob& job,
                                                          const model::TimeRange& range,
                                                          const ParquetFile& entry) {
  const model::TimeRange kept = range.Intersect({expired_before_ns_, INT64_MAX});
  std::vector<Source> sources;
  for (const FilePtr& input : job.inputs) {
    if (input->time_range.Overlaps(kept)) sources.push_back({*input, false});
  }
  if (kept.empty() || sources.empty()) return std::optional<ParquetFile>();
  RETURN_IF_ERROR(Narrow(kept, entry, &sources));
  return Merge(sources, kept, NewEntry(entry));
}

// Merges neighbours in order of the files into temporary files until what is left may be open at
// once. Temporary files stand in the places of their inputs, so the order stays.
Status FileMerger::Narrow(const model::TimeRange& range, const ParquetFile& entry,
                          std::vector<Source>* sources) {
  while (true) {
    std::vector<std::vector<Source>> groups = Groups(*sources);
    if (groups.size() <= 1) return Status::Ok();
    sources->clear();
    for (const std::vector<Source>& group : groups) {
      if (group.size() == 1) {
        sources->push_back(group.front());
        continue;
      }
      const ParquetFile temporary = NewEntry(entry);
      temporaries_.push_back(temporary.path);
      ASSIGN_OR_RETURN(std::optional<ParquetFile> merged, Merge(group, range, temporary));
      for (const Source& source : group) {
        if (!source.temporary) continue;
        Delete(source.file.path);
        std::erase(temporaries_, source.file.path);
      }
      if (!merged) continue;
      merged->max_wal_seq = kNoDeletions;
      sources->push_back({std::move(*merged), true});
    }
  }
}

std::vector<std::vector<FileMerger::Source>> FileMerger::Groups(
    const std::vector<Source>& sources) const {
  std::vector<std::vector<Source>> groups;
  uint64_t bytes = 0;
  for (const Source& source : sources) {
    const uint64_t source_bytes =
        kOpenFileBytes + std::min(source.file.size_bytes, limits_.writer.row_group_bytes_max);
    const bool fits = !groups.empty() && groups.back().size() < limits_.inputs_max &&
                      (groups.back().size() < 2 || bytes + source_bytes <= limits_.input_bytes_max);
    if (!fits) {
      groups.emplace_back();
      bytes = 0;
    }
    groups.back().push_back(source);
    bytes += source_bytes;
  }
  return groups;
}

Result<std::optional<ParquetFile>> FileMerger::Merge(const std::vector<Source>& sources,
                                                     const model::TimeRange& range,
                                                     const ParquetFile& entry) {
  std::vector<MergeInput> inputs;
  for (const Source& source : sources) {
    ASSIGN_OR_RETURN(auto reader,
                     TableReader::Open(store_, *schema_, source.file, limits_.batch_rows_max));
    // Places among the sources, as temporary files have no order of their own.
    inputs.push_back({std::move(reader), uint64_t{inputs.size()}, source.file.max_wal_seq});
  }
  const auto merged =
      MergeReader::Make(schema_, std::move(inputs), tombstones_, range, limits_.batch_rows_max);
  std::unique_ptr<TableWriter> writer;
  while (true) {
    ASSIGN_OR_RETURN(const auto batch, merged->Next());
    if (batch == nullptr) break;
    if (writer == nullptr) {
      ASSIGN_OR_RETURN(writer, TableWriter::Open(store_, *schema_, entry, limits_.writer));
    }
    RETURN_IF_ERROR(writer->Append(*batch));
  }
  if (writer == nullptr) return std::optional<ParquetFile>();
  Result<ParquetFile> file = writer->Finish();
  if (!file.ok()) {
    // It may be there all the same.
    Delete(entry.path);
    return file.status();
  }
  return std::optional<ParquetFile>(*file);
}

ParquetFile FileMerger::NewEntry(const ParquetFile& like) {
  ParquetFile entry = like;
  entry.file_id = index_->NextFileId();
  entry.path = index_->PathOf(entry.db_id, entry.table_id, entry.chunk_time_ns, entry.file_id);
  return entry;
}

void FileMerger::Discard(const std::vector<FilePtr>& files) {
  for (const FilePtr& file : files) Delete(file->path);
}

void FileMerger::DeleteTemporaries() {
  for (const std::string& path : temporaries_) Delete(path);
  temporaries_.clear();
}

void FileMerger::Delete(const std::string& path) {
  const Status deleted = store_->Delete(path);
  if (!deleted.ok()) {
    util::LogWarn("Could not delete the unfinished file '{}' (the next start does): {}", path,
                  deleted.message());
  }
}

}  // namespace influxdb3::persist
