#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "wal/file_system.h"

namespace influxdb3::wal {

/// A file system in memory that knows what a power failure would leave. Each mutating operation is
/// numbered from 1; a test can let one fail, or all. Thread-safe.
class SyncTrackingFileSystem : public FileSystem {
 public:
  /// How the failing operation fails.
  enum class Fault { kBeforeEffect, kAfterEffect, kHalfEffect };

  util::Status CreateDirectories(const std::string& path) override;
  util::Result<std::vector<std::string>> List(const std::string& directory) override;
  util::Result<std::unique_ptr<File>> Create(const std::string& path) override;
  util::Result<std::unique_ptr<File>> Open(const std::string& path) override;
  util::Status Remove(const std::string& path) override;
  util::Status SyncDirectory(const std::string& path) override;
  util::Result<std::shared_ptr<void>> Lock(const std::string& path) override;

  /// Operations `number` to `number + count - 1` fail.
  void FailOperation(uint64_t number, Fault fault, uint64_t count = 1);
  /// All mutating operations fail until called with false: a full or dead disk.
  void FailAll(bool fail);
  /// Files refuse to reserve space, as on file systems that cannot.
  void RefuseReserving() { reserving_works_ = false; }
  uint64_t operation_count() const;
  bool fault_fired() const;

  /// What stands on the disk if the machine stops now; this one goes on.
  std::unique_ptr<SyncTrackingFileSystem> Copy() const;
  /// Forgets what a power failure forgets: directory entries that were not synced, and unsynced
  /// bytes, of which the first `kept_bytes` that changed in each file stay.
  void LoseUnsynced(size_t kept_bytes);
  /// The same, but of the unsynced bytes and lengths some reached the disk, sector by sector in no
  /// order, chosen by `seed`.
  void TearUnsynced(uint64_t seed);

  std::string Contents(const std::string& path) const;
  void SetContents(const std::string& path, std::string contents);
  std::vector<std::string> Paths() const;

 private:
  friend class TrackedFile;
  struct Node {
    std::string bytes;
    std::string synced_bytes;
    bool entry_synced = false;
  };

  /// Counts an operation; tells whether and how it fails.
  bool Fails(Fault* fault);
  void ForgetUnsyncedEntries();

  mutable std::mutex mutex_;  ///< guards all members
  std::map<std::string, std::shared_ptr<Node>> files_;
  std::map<std::string, std::shared_ptr<Node>> removed_unsynced_;
  std::set<std::string> locked_;
  uint64_t operations_ = 0;
  uint64_t failing_operation_ = 0;
  uint64_t failing_count_ = 0;
  Fault fault_ = Fault::kBeforeEffect;
  bool fail_all_ = false;
  bool fired_ = false;
  bool reserving_works_ = true;
};

}  // namespace influxdb3::wal
