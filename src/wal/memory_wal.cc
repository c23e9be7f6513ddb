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
  util::Status Truncate(uint64_t covered_seq) override {
    (void)covered_seq;
    return util::Status::Ok();
  }
  uint64_t bytes_written() const override { return 0; }
  uint64_t sync_ns_total() const override { return 0; }
};

class MemoryWal : public Wal {
 public:
  explicit MemoryWal(const Options& options)
      : covered_seq_(options.covered_seq), log_(options, &sink_) {}

  util::Result<ReplayStats> Replay(const std::vector<Listener*>& listeners) override {
    log_.Start(covered_seq_ + 1, listeners);
    return ReplayStats();
  }
  util::Status Submit(std::shared_ptr<const Record> record, std::string payload,
                      std::function<void(util::Status)> done) override {
    return log_.Submit(std::move(record), std::move(payload), std::move(done));
  }
  util::Status Shutdown() override { return log_.Shutdown(); }
  util::Status Truncate(util::WalSeq covered_seq) override {
    return log_.Truncate(covered_seq.value);
  }
  WalStats stats() const override { return log_.stats(); }

 private:
  uint64_t covered_seq_;
  DiscardingSink sink_;
  GroupCommitLog log_;
};

}  // namespace

util::Result<std::unique_ptr<Wal>> OpenMemoryWal(const Options& options) {
  return std::unique_ptr<Wal>(std::make_unique<MemoryWal>(options));
}

}  // namespace influxdb3::wal
