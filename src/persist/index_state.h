#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "persist/file_index.h"
#include "persist/manifest.h"

namespace influxdb3::persist {

/// What manifests add up to. Not synchronised.
class IndexState {
 public:
  /// Whether `change` fits: NotFound for a removed file that is not there, Internal for what no
  /// caller may do (an entry of a file that is there or twice, covering fewer log records than
  /// before).
  util::Status Check(const IndexChange& change) const;

  /// `change` as a manifest without numbers; what stays as it is is left out.
  Manifest Delta(const IndexChange& change) const;
  /// The whole state after `change` as a manifest without numbers.
  Manifest Whole(const IndexChange& change) const;

  /// What Check accepted, as Delta or Whole or a stored manifest have it.
  void Apply(const Manifest& manifest);
  /// False when it is there already.
  bool AddTombstone(const std::shared_ptr<const Tombstone>& tombstone);

  bool HasFile(uint64_t file_id) const { return files_.contains(file_id); }
  /// Null when there is none.
  std::shared_ptr<const ParquetFile> FindFile(uint64_t file_id) const;
  /// Never null.
  std::shared_ptr<const TableFiles> Files(util::TableId table) const;
  std::vector<std::shared_ptr<const ParquetFile>> AllFiles() const;
  std::vector<std::shared_ptr<const Tombstone>> AllTombstones() const;
  RecoveredState LogPosition() const;
  /// Without the number of manifests.
  IndexStats stats() const;

 private:
  TableFiles& Edit(util::TableId table, std::map<util::TableId, TableFiles>* edited) const;

  std::unordered_map<uint64_t, std::shared_ptr<const ParquetFile>> files_;
  std::map<util::TableId, std::shared_ptr<const TableFiles>> tables_;
  uint64_t wal_covered_seq_ = 0;
  std::vector<model::CatalogOp> catalog_ops_;
  std::vector<PersistedChunk> persisted_chunks_;
  IndexStats stats_;
};

}  // namespace influxdb3::persist
