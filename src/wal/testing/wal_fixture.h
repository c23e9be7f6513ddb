#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "wal/file_wal.h"
#include "wal/testing/sync_tracking_file_system.h"

namespace influxdb3::wal::testing {

inline constexpr char kNode[] = "/data/node";

using Names = std::vector<std::string>;

/// Records the databases that were created, in log order, and checks that sequence numbers ascend.
class NameListener : public Listener {
 public:
  void OnRecord(util::WalSeq seq, const Record& record, bool replay) override;

  Names names() const;
  uint64_t last_seq() const;
  int replayed() const;

 private:
  mutable std::mutex mutex_;  ///< guards all members
  Names names_;
  uint64_t last_seq_ = 0;
  int replayed_ = 0;
};

/// A log over a file system, opened and replayed; `status` tells how that went.
struct OpenedWal {
  std::unique_ptr<NameListener> listener = std::make_unique<NameListener>();
  std::unique_ptr<Wal> wal;
  util::Status status;
  ReplayStats stats;
};

struct OpenOptions {
  bool fail_on_error = false;
  size_t segment_bytes_max = size_t{1} << 20;
  size_t queue_bytes_max = size_t{1} << 20;
  std::string node = kNode;
  uint64_t covered_seq = 0;
};

OpenedWal Open(FileSystem* files, const OpenOptions& options = {});

/// A record that creates a database of that name.
std::shared_ptr<const Record> NamedRecord(const std::string& name);

/// Submits such a record and waits for its end, which comes exactly once.
util::Status Write(Wal* wal, const std::string& name);

/// The path of the segment that begins with `first_seq`.
std::string SegmentPath(uint64_t first_seq);

}  // namespace influxdb3::wal::testing
