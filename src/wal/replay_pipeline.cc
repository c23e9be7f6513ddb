#include "wal/replay_pipeline.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "util/clock.h"
#include "util/log.h"

namespace influxdb3::wal {
namespace {

constexpr size_t kDecodedRecordsMax = 16;
constexpr size_t kDecodedBytesMax = size_t{128} << 20;
constexpr int64_t kProgressIntervalNs = 1'000'000'000;

}  // namespace

using util::Result;
using util::Status;

void DecodedQueue::Push(DecodedRecord record) {
  std::unique_lock lock(mutex_);
  // A record that alone is larger than the limit must get through.
  changed_.wait(lock, [&] {
    return records_.empty() || (records_.size() < kDecodedRecordsMax &&
                                bytes_ + record.unpacked_bytes <= kDecodedBytesMax);
  });
  bytes_ += record.unpacked_bytes;
  records_.push_back(std::move(record));
  changed_.notify_all();
}

void DecodedQueue::Finish(Status status) {
  std::lock_guard lock(mutex_);
  status_ = std::move(status);
  finished_ = true;
  changed_.notify_all();
}

std::optional<DecodedRecord> DecodedQueue::Pop() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return finished_ || !records_.empty(); });
  if (records_.empty()) return std::nullopt;
  DecodedRecord record = std::move(records_.front());
  records_.pop_front();
  bytes_ -= record.unpacked_bytes;
  changed_.notify_all();
  return record;
}

Result<ReplayStats> RunReplay(const std::function<Status(DecodedQueue*)>& scan, uint64_t log_bytes,
                              const std::vector<Listener*>& listeners) {
  DecodedQueue queue;
  std::thread decoder([&] { queue.Finish(scan(&queue)); });
  ReplayStats stats;
  int64_t last_progress_ns = util::Clock::System().SteadyNs();
  while (std::optional<DecodedRecord> decoded = queue.Pop()) {
    for (Listener* listener : listeners) {
      listener->OnRecord(util::WalSeq(decoded->seq), decoded->record, /*replay=*/true);
    }
    ++stats.records;
    stats.rows += decoded->record.batch.row_count();
    const int64_t now_ns = util::Clock::System().SteadyNs();
    if (now_ns - last_progress_ns >= kProgressIntervalNs) {
      last_progress_ns = now_ns;
      util::LogInfo("replaying the write-ahead log: {} %, {} records, {} rows so far",
                    decoded->log_bytes_read * 100 / std::max<uint64_t>(log_bytes, 1), stats.records,
                    stats.rows);
    }
  }
  decoder.join();
  RETURN_IF_ERROR(queue.status());
  return stats;
}

}  // namespace influxdb3::wal
