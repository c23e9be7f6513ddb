#include "wal/object_wal.h"

#include <utility>

#include "object_store/retrying_store.h"
#include "wal/group_commit_log.h"
#include "wal/object_replay.h"
#include "wal/object_sink.h"

namespace influxdb3::wal {
namespace {

using object_store::ObjectStore;
using util::Result;
using util::Status;

class ObjectWal : public Wal {
 public:
  ObjectWal(ObjectStore* store, std::string directory, const Options& options,
            const ObjectWalTuning& tuning)
      : store_(store),
        directory_(std::move(directory)),
        options_(options),
        tuning_(tuning),
        sink_(store, directory_, {options.outage_wait_ns, tuning.first_backoff_ns}),
        log_(options, &sink_, options.flush_interval_ns) {}

  Result<ReplayStats> Replay(const std::vector<Listener*>& listeners) override {
    // Writing has patience of its own; a start should not fail for a passing error either.
    const std::shared_ptr<ObjectStore> borrowed(store_, [](ObjectStore*) {});
    const std::unique_ptr<ObjectStore> patient =
        object_store::MakeRetryingStore(borrowed, tuning_.replay_retries);
    ASSIGN_OR_RETURN(ObjectReplayResult result,
                     ReplayObjects(patient.get(), directory_, listeners, options_.covered_seq,
                                   tuning_.prefetch));
    sink_.AddStored(std::move(result.objects));
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
  ObjectStore* const store_;
  const std::string directory_;
  const Options options_;
  const ObjectWalTuning tuning_;
  ObjectSink sink_;
  GroupCommitLog log_;  // last: its threads use the members above
};

}  // namespace

Result<std::unique_ptr<Wal>> OpenObjectWalWith(ObjectStore* store, const std::string& node_prefix,
                                               const Options& options,
                                               const ObjectWalTuning& tuning) {
  return std::unique_ptr<Wal>(
      std::make_unique<ObjectWal>(store, node_prefix + "/wal", options, tuning));
}

Result<std::unique_ptr<Wal>> OpenObjectWal(ObjectStore* store, const std::string& node_prefix,
                                           const Options& options) {
  return OpenObjectWalWith(store, node_prefix, options, ObjectWalTuning());
}

}  // namespace influxdb3::wal
