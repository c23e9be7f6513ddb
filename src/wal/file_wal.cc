#include "wal/file_wal.h"

#include <utility>

#include <fmt/format.h>

#include "util/log.h"
#include "wal/group_commit_log.h"
#include "wal/segment_replay.h"
#include "wal/segment_sink.h"

namespace influxdb3::wal {
namespace {

using util::Result;
using util::Status;

class FileWal : public Wal {
 public:
  FileWal(FileSystem* files, std::string directory, const Options& options,
          std::shared_ptr<void> lock)
      : files_(files),
        directory_(std::move(directory)),
        options_(options),
        lock_(std::move(lock)),
        sink_(files, directory_, options.segment_bytes_max),
        log_(options, &sink_) {}

  Result<ReplayStats> Replay(const std::vector<Listener*>& listeners) override {
    ASSIGN_OR_RETURN(const SegmentReplayResult result,
                     ReplaySegments(files_, directory_, listeners, options_.covered_seq,
                                    options_.replay_fail_on_error));
    sink_.AddClosed(result.runs);
    // What a crash left of covered segments; they do no harm.
    if (const Status status = sink_.Truncate(options_.covered_seq); !status.ok()) {
      util::LogWarn("covered segments of the log cannot be removed yet: {}", status.message());
    }
    log_.Start(result.next_seq, listeners);
    return result.stats;
  }

  Status Submit(std::shared_ptr<const Record> record, std::string payload,
                std::function<void(Status)> done) override {
    return log_.Submit(std::move(record), std::move(payload), std::move(done));
  }

  Status Shutdown() override { return log_.Shutdown(); }
  Status Truncate(util::WalSeq covered_seq) override { return log_.Truncate(covered_seq.value); }
  WalStats stats() const override { return log_.stats(); }

 private:
  FileSystem* files_;
  std::string directory_;
  Options options_;
  std::shared_ptr<void> lock_;
  SegmentSink sink_;
  GroupCommitLog log_;  // last: its threads use the members above
};

}  // namespace

namespace {

Result<std::shared_ptr<void>> LockDirectoryOn(FileSystem* files,
                                              const std::string& node_directory) {
  RETURN_IF_ERROR(files->CreateDirectories(node_directory));
  auto lock = files->Lock(node_directory + "/server.lock");
  if (lock.ok() || lock.status().code() != util::StatusCode::kConflict) return lock;
  return Status::Conflict(fmt::format(
      "another server is running on '{}': {}. Stop it, or give this server another --node-id or "
      "--data-dir",
      node_directory, lock.status().message()));
}

}  // namespace

Result<std::unique_ptr<Wal>> OpenFileWalOn(FileSystem* files, const std::string& node_directory,
                                           const Options& options) {
  const std::string directory = node_directory + "/wal";
  RETURN_IF_ERROR(files->CreateDirectories(directory));
  // The entries above must be as durable as the segments in them.
  RETURN_IF_ERROR(files->SyncDirectory(node_directory));
  std::shared_ptr<void> lock = options.directory_lock;
  if (lock.use_count() == 0) {  // what it points to is null also when it holds the lock
    ASSIGN_OR_RETURN(lock, LockDirectoryOn(files, node_directory));
  }
  return std::unique_ptr<Wal>(
      std::make_unique<FileWal>(files, directory, options, std::move(lock)));
}

Result<std::shared_ptr<void>> LockNodeDirectory(const std::string& node_directory) {
  return LockDirectoryOn(&FileSystem::Posix(), node_directory);
}

Result<std::unique_ptr<Wal>> OpenFileWal(const std::string& node_directory,
                                         const Options& options) {
  return OpenFileWalOn(&FileSystem::Posix(), node_directory, options);
}

}  // namespace influxdb3::wal
