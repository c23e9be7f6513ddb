#include "persist/file_index.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <optional>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "object_store/object_store.h"
#include "persist/fault_points.h"
#include "persist/index_state.h"
#include "persist/manifest_log.h"
#include "util/fault_point.h"

namespace influxdb3::persist {

using util::Result;
using util::Status;

namespace {

constexpr size_t kManifestBytesMax = size_t{1} << 30;
/// Each start takes so many file ids for itself, so that it need not know which of them an earlier
/// process used for files that no manifest names. A start that needs more takes them with its
/// changes, when half of them are used.
constexpr uint64_t kFileIdsPerStart = 1'000'000'000;

using FilePtr = std::shared_ptr<const ParquetFile>;
using TombstonePtr = std::shared_ptr<const Tombstone>;

/// The number in `…/{file_id}.parquet`.
std::optional<uint64_t> FileIdOf(std::string_view path) {
  constexpr std::string_view kSuffix = ".parquet";
  if (!path.ends_with(kSuffix)) return std::nullopt;
  path.remove_suffix(kSuffix.size());
  path.remove_prefix(path.rfind('/') + 1);
  uint64_t id = 0;
  const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), id);
  if (error != std::errc() || end != path.data() + path.size()) return std::nullopt;
  return id;
}

/// The files that overlap the range and the tombstones that are newer than one of them.
std::shared_ptr<const TableFiles> Select(const std::shared_ptr<const TableFiles>& all,
                                         const model::TimeRange& range) {
  auto selected = std::make_shared<TableFiles>();
  uint64_t oldest = UINT64_MAX;
  for (const FilePtr& file : all->files) {
    if (file->time_range.min_ns > range.max_ns) break;
    if (!file->time_range.Overlaps(range)) continue;
    oldest = std::min(oldest, file->max_wal_seq);
    selected->files.push_back(file);
  }
  for (const TombstonePtr& tombstone : all->tombstones) {
    if (tombstone->wal_seq > oldest && tombstone->range.Overlaps(range)) {
      selected->tombstones.push_back(tombstone);
    }
  }
  return selected;
}

class ManifestFileIndex : public FileIndex {
 public:
  ManifestFileIndex(object_store::ObjectStore* store, std::string node_prefix)
      : store_(store),
        node_prefix_(std::move(node_prefix)),
        log_(store, node_prefix_ + "/manifests/", kManifestBytesMax) {}

  Status Open() {
    ASSIGN_OR_RETURN(const std::vector<Manifest> manifests, log_.Read());
    if (manifests.empty()) RETURN_IF_ERROR(CheckNewNode());
    for (const Manifest& manifest : manifests) {
      const Status fits = state_.Check(manifest.change);
      if (!fits.ok()) {
        return Status::Corruption(fmt::format("manifest {} of node '{}' does not fit: {}",
                                              manifest.seq, node_prefix_, fits.message()));
      }
      state_.Apply(manifest);
      file_id_limit_ = manifest.file_id_limit;
    }
    recovered_ = state_.LogPosition();
    first_file_id_ = std::max(file_id_limit_, uint64_t{1});
    next_file_id_ = first_file_id_;
    file_id_limit_ += kFileIdsPerStart;
    return Commit({}, nullptr);
  }

  const RecoveredState& recovered() const override { return recovered_; }

  uint64_t NextFileId() override {
    std::lock_guard lock(mutex_);
    CHECK(next_file_id_ < file_id_limit_);
    return next_file_id_++;
  }

  std::string PathOf(util::DbId db, util::TableId table, int64_t chunk_time_ns,
                     uint64_t file_id) const override {
    constexpr int64_t kSecond = 1'000'000'000;
    std::time_t seconds = chunk_time_ns / kSecond - (chunk_time_ns % kSecond < 0 ? 1 : 0);
    std::tm utc{};
    CHECK(::gmtime_r(&seconds, &utc) != nullptr);
    return fmt::format("{}/dbs/{}/{}/{:04}-{:02}-{:02}/{:02}-{:02}/{:010}.parquet", node_prefix_,
                       db.value, table.value, utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                       utc.tm_hour, utc.tm_min, file_id);
  }

  Status Commit(const IndexChange& change, const std::function<void()>& publish) override {
    std::lock_guard commit_lock(commit_mutex_);
    Manifest delta;
    std::vector<TombstonePtr> unwritten;
    {
      std::lock_guard lock(mutex_);
      RETURN_IF_ERROR(CheckFits(change));
      unwritten = unwritten_tombstones_;
      delta = state_.Delta(change);
      if (next_file_id_ + kFileIdsPerStart / 2 > file_id_limit_) file_id_limit_ += kFileIdsPerStart;
      delta.file_id_limit = file_id_limit_;
    }
    // A delta names the log's position also where it does not change it: no change to build on.
    IndexChange whole_change = change;
    for (const TombstonePtr& tombstone : unwritten) {
      delta.change.added_tombstones.push_back(tombstone);
      whole_change.added_tombstones.push_back(tombstone);
    }
    RETURN_IF_ERROR(log_.Append(delta, [&] {
      std::lock_guard lock(mutex_);
      return state_.Whole(whole_change);
    }));
    {
      std::lock_guard lock(mutex_);
      if (publish != nullptr) publish();
      Show(delta);
      for (const TombstonePtr& tombstone : unwritten) std::erase(unwritten_tombstones_, tombstone);
      manifests_written_ = log_.written();
    }
    RETURN_IF_ERROR(util::FaultPoint(fault_points::kAfterPublish));
    log_.DeleteStale();
    return Status::Ok();
  }

  void AddTombstone(TombstonePtr tombstone) override {
    std::lock_guard lock(mutex_);
    if (state_.AddTombstone(tombstone)) unwritten_tombstones_.push_back(std::move(tombstone));
  }

  std::shared_ptr<const TableFiles> View(util::TableId table, const model::TimeRange& range,
                                         const std::function<void()>& with) const override {
    std::shared_ptr<const TableFiles> files;
    {
      std::lock_guard lock(mutex_);
      files = state_.Files(table);
      if (with != nullptr) with();
    }
    return Select(files, range);
  }

  std::vector<FilePtr> AllFiles() const override {
    std::lock_guard lock(mutex_);
    return state_.AllFiles();
  }

  std::vector<TombstonePtr> AllTombstones() const override {
    std::lock_guard lock(mutex_);
    return state_.AllTombstones();
  }

  IndexStats stats() const override {
    std::lock_guard lock(mutex_);
    IndexStats stats = state_.stats();
    stats.manifests_written = manifests_written_;
    return stats;
  }

  Result<uint64_t> RemoveOrphans(int64_t now_ns, int64_t grace_ns) override {
    std::lock_guard orphan_lock(orphan_mutex_);
    ASSIGN_OR_RETURN(const auto objects, store_->List(node_prefix_ + "/dbs/"));
    uint64_t deleted = 0;
    for (const object_store::ObjectMeta& object : objects) {
      if (!IsOrphan(object.path, now_ns, grace_ns)) continue;
      RETURN_IF_ERROR(store_->Delete(object.path));
      ++deleted;
      RETURN_IF_ERROR(util::FaultPoint(fault_points::kOrphanDeleted));
      std::lock_guard lock(mutex_);
      removed_at_.erase(object.path);
    }
    return deleted;
  }

 private:
  // Without its manifests a node would lose all its files to RemoveOrphans.
  Status CheckNewNode() {
    ASSIGN_OR_RETURN(const auto objects, store_->List(node_prefix_ + "/dbs/"));
    if (objects.empty()) return Status::Ok();
    return Status::Corruption(fmt::format(
        "the node '{}' has Parquet files in {}, such as '{}', but no manifest in '{}/manifests/'. "
        "Restore the manifests from a backup of the object store, or use another node id",
        node_prefix_, store_->Describe(), objects.front().path, node_prefix_));
  }

  Status CheckFits(const IndexChange& change) const {
    for (const FilePtr& file : change.added) {
      if (file->file_id < first_file_id_ || file->file_id >= next_file_id_) {
        return Status::Internal(
            fmt::format("the file id {} was not given out by this index", file->file_id));
      }
    }
    return state_.Check(change);
  }

  void Show(const Manifest& manifest) {
    for (const uint64_t id : manifest.change.removed_file_ids) {
      removed_at_.emplace(state_.FindFile(id)->path, std::nullopt);
    }
    state_.Apply(manifest);
    const auto& seqs = manifest.change.removed_tombstone_seqs;
    std::erase_if(unwritten_tombstones_, [&](const TombstonePtr& tombstone) {
      return std::find(seqs.begin(), seqs.end(), tombstone->wal_seq) != seqs.end();
    });
  }

  bool IsOrphan(const std::string& path, int64_t now_ns, int64_t grace_ns) {
    const std::optional<uint64_t> id = FileIdOf(path);
    if (!id) return false;
    std::lock_guard lock(mutex_);
    if (const auto removed = removed_at_.find(path); removed != removed_at_.end()) {
      if (!removed->second) removed->second = now_ns;
      return now_ns - *removed->second >= grace_ns;
    }
    if (*id >= first_file_id_) return false;
    const FilePtr file = state_.FindFile(*id);
    return file == nullptr || file->path != path;
  }

  object_store::ObjectStore* const store_;
  const std::string node_prefix_;
  RecoveredState recovered_;
  uint64_t first_file_id_ = 0;  // of this process

  std::mutex orphan_mutex_;  // serialises RemoveOrphans
  std::mutex commit_mutex_;  // serialises Commit; guards log_; taken before mutex_
  ManifestLog log_;

  mutable std::mutex mutex_;  // guards the members below
  IndexState state_;
  std::vector<TombstonePtr> unwritten_tombstones_;
  uint64_t next_file_id_ = 0;
  uint64_t file_id_limit_ = 0;  // all manifests so far say so
  uint64_t manifests_written_ = 0;
  /// Files that were removed from the index and may still be read, and when RemoveOrphans first saw
  /// that.
  std::unordered_map<std::string, std::optional<int64_t>> removed_at_;
};

}  // namespace

Result<std::unique_ptr<FileIndex>> FileIndex::Open(object_store::ObjectStore* store,
                                                   const std::string& node_prefix) {
  auto index = std::make_unique<ManifestFileIndex>(store, node_prefix);
  RETURN_IF_ERROR(index->Open());
  return std::unique_ptr<FileIndex>(std::move(index));
}

}  // namespace influxdb3::persist
