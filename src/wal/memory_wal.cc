#include "wal/group_commit_log.h"
#include "wal/wal.h"

namespace influxdb3::wal {
namespace {

/// Keeps nothing, so everything counts as durable at once.
class DiscardingSink : public LogSink {
 public:
  util::Status Write(const std::vector<EncodedRecord>& group) override {
    (void)group;
    return util::Status::Ok();
  }
  uint64_t bytes_written() const override { return 0; }
  uint64_t sync_ns_total() const override { return 0; }
};

class MemoryWal : public Wal {
 public:
  explicit MemoryWal(const Options& options) : log_(options, &sink_) {}

  util::Result<ReplayStats> Replay(const std::vector<Listener*>& listeners) override {
    log_.Start(1, listeners);
    return ReplayStats();
  }
  util::Status Submit(std::shared_ptr<const Record> record, std::string payload,
                      std::function<void(util::Status)> done) override {
    return log_.Submit(std::move(record), std::move(payload), std::move(done));
  }
  util::Status Shutdown() override { return log_.Shutdown(); }
  WalStats stats() const override { return log_.stats(); }

 private:
  DiscardingSink sink_;
  GroupCommitLog log_;
};

}  // namespace

util::Result<std::unique_ptr<Wal>> OpenMemoryWal(const Options& options) {
  return std::unique_ptr<Wal>(std::make_unique<MemoryWal>(options));
}

}  // namespace influxdb3::wal
