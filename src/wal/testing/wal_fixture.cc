#include "wal/testing/wal_fixture.h"

#include <condition_variable>
#include <optional>
#include <utility>
#include <variant>

#include "util/check.h"
#include "wal/segment_format.h"

namespace influxdb3::wal::testing {

using util::Status;

void NameListener::OnRecord(util::WalSeq seq, const Record& record, bool replay) {
  std::lock_guard lock(mutex_);
  CHECK(seq.value > last_seq_);
  last_seq_ = seq.value;
  if (replay) ++replayed_;
  for (const model::CatalogOp& op : record.ops) {
    names_.push_back(std::get<model::CreateDatabaseOp>(op).name);
  }
}

Names NameListener::names() const {
  std::lock_guard lock(mutex_);
  return names_;
}

uint64_t NameListener::last_seq() const {
  std::lock_guard lock(mutex_);
  return last_seq_;
}

int NameListener::replayed() const {
  std::lock_guard lock(mutex_);
  return replayed_;
}

OpenedWal Open(FileSystem* files, const OpenOptions& options) {
  Options wal_options;
  wal_options.queue_bytes_max = options.queue_bytes_max;
  wal_options.segment_bytes_max = options.segment_bytes_max;
  wal_options.replay_fail_on_error = options.fail_on_error;
  wal_options.covered_seq = options.covered_seq;
  OpenedWal opened;
  auto wal = OpenFileWalOn(files, options.node, wal_options);
  opened.status = wal.status();
  if (!wal.ok()) return opened;
  opened.wal = std::move(wal).value();
  auto stats = opened.wal->Replay({opened.listener.get()});
  opened.status = stats.status();
  if (stats.ok()) opened.stats = *stats;
  return opened;
}

std::shared_ptr<const Record> NamedRecord(const std::string& name) {
  auto record = std::make_shared<Record>();
  record->ops = {model::CreateDatabaseOp{util::DbId(1), name, std::nullopt, 0}};
  return record;
}

Status Write(Wal* wal, const std::string& name) {
  const std::shared_ptr<const Record> record = NamedRecord(name);
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<Status> result;
  const Status submitted = wal->Submit(record, EncodeRecord(*record).value(), [&](Status status) {
    std::lock_guard lock(mutex);
    CHECK(!result);
    result = std::move(status);
    changed.notify_one();
  });
  if (!submitted.ok()) return submitted;
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return result.has_value(); });
  return *result;
}

std::string SegmentPath(uint64_t first_seq) {
  return std::string(kNode) + "/wal/" + SegmentFileName(first_seq);
}

}  // namespace influxdb3::wal::testing
