#include "persist/index_state.h"

#include <algorithm>
#include <tuple>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

namespace influxdb3::persist {

using util::Status;

namespace {

using FilePtr = std::shared_ptr<const ParquetFile>;
using TombstonePtr = std::shared_ptr<const Tombstone>;

bool FileBefore(const FilePtr& left, const FilePtr& right) {
  return std::tie(left->time_range.min_ns, left->order, left->file_id) <
         std::tie(right->time_range.min_ns, right->order, right->file_id);
}

bool TombstoneBefore(const TombstonePtr& left, const TombstonePtr& right) {
  return left->wal_seq < right->wal_seq;
}

bool Contains(const std::vector<TombstonePtr>& tombstones, const Tombstone& wanted) {
  return std::any_of(tombstones.begin(), tombstones.end(),
                     [&](const TombstonePtr& each) { return *each == wanted; });
}

void InsertTombstone(const TombstonePtr& tombstone, std::vector<TombstonePtr>* tombstones) {
  tombstones->insert(
      std::upper_bound(tombstones->begin(), tombstones->end(), tombstone, TombstoneBefore),
      tombstone);
}

}  // namespace

Status IndexState::Check(const IndexChange& change) const {
  std::unordered_set<uint64_t> removed;
  for (const uint64_t id : change.removed_file_ids) {
    if (!files_.contains(id) || !removed.insert(id).second) {
      return Status::NotFound(fmt::format("the index has no file {} to remove", id));
    }
  }
  std::unordered_set<uint64_t> added;
  for (const FilePtr& file : change.added) {
    if (files_.contains(file->file_id) || !added.insert(file->file_id).second) {
      return Status::Internal(fmt::format("the index has a file {} already", file->file_id));
    }
    if (file->path.empty() || file->row_count == 0 || file->time_range.empty() ||
        file->generation == 0) {
      return Status::Internal(fmt::format("the entry of file {} is impossible", file->file_id));
    }
  }
  for (const TombstonePtr& tombstone : change.added_tombstones) {
    if (tombstone->range.empty()) return Status::Internal("a deletion has no time");
  }
  if (change.wal_covered_seq != 0 && change.wal_covered_seq < wal_covered_seq_) {
    return Status::Internal(fmt::format("log records up to {} were covered, now only up to {}",
                                        wal_covered_seq_, change.wal_covered_seq));
  }
  return Status::Ok();
}

Manifest IndexState::Delta(const IndexChange& change) const {
  Manifest manifest;
  manifest.change = change;
  manifest.has_log_position = change.wal_covered_seq != 0 || !change.persisted_chunks.empty();
  if (change.wal_covered_seq == 0) manifest.change.wal_covered_seq = wal_covered_seq_;
  manifest.has_catalog = change.wal_covered_seq != 0 && change.catalog_ops != catalog_ops_;
  return manifest;
}

Manifest IndexState::Whole(const IndexChange& change) const {
  IndexState next = *this;
  next.Apply(Delta(change));
  Manifest manifest;
  manifest.has_log_position = true;
  manifest.has_catalog = true;
  manifest.change.wal_covered_seq = next.wal_covered_seq_;
  manifest.change.catalog_ops = std::move(next.catalog_ops_);
  manifest.change.persisted_chunks = std::move(next.persisted_chunks_);
  manifest.change.added = next.AllFiles();
  manifest.change.added_tombstones = next.AllTombstones();
  return manifest;
}

TableFiles& IndexState::Edit(util::TableId table,
                             std::map<util::TableId, TableFiles>* edited) const {
  const auto [entry, is_new] = edited->try_emplace(table);
  const auto present = tables_.find(table);
  if (is_new && present != tables_.end()) entry->second = *present->second;
  return entry->second;
}

void IndexState::Apply(const Manifest& manifest) {
  const IndexChange& change = manifest.change;
  std::map<util::TableId, TableFiles> edited;
  std::unordered_set<FilePtr> removed_files;
  for (const uint64_t id : change.removed_file_ids) {
    const FilePtr file = FindFile(id);
    Edit(file->table_id, &edited);
    removed_files.insert(file);
    stats_.rows -= file->row_count;
    stats_.bytes -= file->size_bytes;
    files_.erase(id);
  }
  for (auto& [table, files] : edited) {
    std::erase_if(files.files, [&](const FilePtr& file) { return removed_files.contains(file); });
  }
  for (const FilePtr& file : change.added) {
    Edit(file->table_id, &edited).files.push_back(file);
    stats_.rows += file->row_count;
    stats_.bytes += file->size_bytes;
    stats_.order_max = std::max(stats_.order_max, file->order);
    files_.emplace(file->file_id, file);
  }
  for (const TombstonePtr& tombstone : change.added_tombstones) {
    auto& tombstones = Edit(tombstone->table_id, &edited).tombstones;
    if (!Contains(tombstones, *tombstone)) InsertTombstone(tombstone, &tombstones);
  }
  if (!change.removed_tombstone_seqs.empty()) {
    const std::unordered_set<uint64_t> removed(change.removed_tombstone_seqs.begin(),
                                               change.removed_tombstone_seqs.end());
    const auto is_removed = [&](const TombstonePtr& each) {
      return removed.contains(each->wal_seq);
    };
    for (const auto& [table, files] : tables_) {
      if (std::any_of(files->tombstones.begin(), files->tombstones.end(), is_removed)) {
        Edit(table, &edited);
      }
    }
    for (auto& [table, files] : edited) std::erase_if(files.tombstones, is_removed);
  }
  for (auto& [table, files] : edited) {
    if (files.files.empty() && files.tombstones.empty()) {
      tables_.erase(table);
      continue;
    }
    std::sort(files.files.begin(), files.files.end(), FileBefore);
    tables_[table] = std::make_shared<const TableFiles>(std::move(files));
  }
  if (manifest.has_log_position) {
    wal_covered_seq_ = change.wal_covered_seq;
    persisted_chunks_ = change.persisted_chunks;
  }
  if (manifest.has_catalog) catalog_ops_ = change.catalog_ops;
}

bool IndexState::AddTombstone(const TombstonePtr& tombstone) {
  std::map<util::TableId, TableFiles> edited;
  TableFiles& files = Edit(tombstone->table_id, &edited);
  if (Contains(files.tombstones, *tombstone)) return false;
  InsertTombstone(tombstone, &files.tombstones);
  tables_[tombstone->table_id] = std::make_shared<const TableFiles>(std::move(files));
  return true;
}

FilePtr IndexState::FindFile(uint64_t file_id) const {
  const auto found = files_.find(file_id);
  return found == files_.end() ? nullptr : found->second;
}

std::shared_ptr<const TableFiles> IndexState::Files(util::TableId table) const {
  const auto found = tables_.find(table);
  return found == tables_.end() ? std::make_shared<const TableFiles>() : found->second;
}

std::vector<FilePtr> IndexState::AllFiles() const {
  std::vector<FilePtr> files;
  files.reserve(files_.size());
  for (const auto& [table, of_table] : tables_) {
    files.insert(files.end(), of_table->files.begin(), of_table->files.end());
  }
  return files;
}

std::vector<TombstonePtr> IndexState::AllTombstones() const {
  std::vector<TombstonePtr> tombstones;
  for (const auto& [table, files] : tables_) {
    tombstones.insert(tombstones.end(), files->tombstones.begin(), files->tombstones.end());
  }
  return tombstones;
}

RecoveredState IndexState::LogPosition() const {
  return {wal_covered_seq_, catalog_ops_, persisted_chunks_};
}

IndexStats IndexState::stats() const {
  IndexStats stats = stats_;
  stats.files = files_.size();
  stats.wal_covered_seq = wal_covered_seq_;
  for (const auto& [table, files] : tables_) stats.tombstones += files->tombstones.size();
  return stats;
}

}  // namespace influxdb3::persist
