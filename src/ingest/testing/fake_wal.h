#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "util/check.h"
#include "wal/wal.h"

namespace influxdb3::ingest {

/// Keeps records until the test makes them durable.
class FakeWal : public wal::Wal {
 public:
  util::Result<wal::ReplayStats> Replay(const std::vector<wal::Listener*>&) override {
    return wal::ReplayStats();
  }
  util::Status Submit(std::shared_ptr<const wal::Record> record, std::string payload,
                      std::function<void(util::Status)> done) override {
    std::lock_guard lock(mutex_);
    if (!refusal.ok()) return refusal;
    CHECK(!payload.empty());
    records.push_back(std::move(record));
    if (acknowledge_at_once) {
      done(util::Status::Ok());
    } else {
      waiting_.push_back(std::move(done));
    }
    return util::Status::Ok();
  }
  util::Status Shutdown() override { return util::Status::Ok(); }
  util::Status Truncate(util::WalSeq) override { return util::Status::Ok(); }
  wal::WalStats stats() const override { return {}; }

  void Acknowledge(const util::Status& status) {
    for (auto& done : waiting_) done(status);
    waiting_.clear();
  }

  util::Status refusal;
  bool acknowledge_at_once = true;
  std::vector<std::shared_ptr<const wal::Record>> records;

 private:
  std::mutex mutex_;  ///< guards records and waiting_
  std::deque<std::function<void(util::Status)>> waiting_;
};

}  // namespace influxdb3::ingest
