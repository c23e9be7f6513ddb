#include "ingest/hard_deleter.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <utility>

#include "ingest/record_commit.h"
#include "util/check.h"
#include "util/log.h"

namespace influxdb3::ingest {
namespace {

using util::Status;

constexpr size_t kOpsPerRecordMax = 1'000;
constexpr int kConflictsMax = 100;

int64_t DueNs(int64_t hard_delete_at_ns, int64_t grace_ns) {
  int64_t due_ns = 0;
  if (__builtin_add_overflow(hard_delete_at_ns, grace_ns, &due_ns)) {
    return std::numeric_limits<int64_t>::max();
  }
  return due_ns;
}

// The entry may be a database or a table.
template <class Entry>
std::optional<int64_t> DueOf(const Entry& entry, int64_t grace_ns) {
  if (!entry.deleted || !entry.hard_delete_at_ns) return std::nullopt;
  return DueNs(*entry.hard_delete_at_ns, grace_ns);
}

}  // namespace

std::vector<model::CatalogOp> PurgeOps(const catalog::CatalogState& state, int64_t now_ns,
                                       int64_t grace_ns, size_t ops_max) {
  std::vector<model::CatalogOp> ops;
  for (const auto& [name, database] : state.databases()) {
    if (ops.size() == ops_max) return ops;
    const auto is_due = [&](const auto& entry) {
      const std::optional<int64_t> due_ns = DueOf(entry, grace_ns);
      return due_ns && *due_ns <= now_ns;
    };
    if (is_due(*database)) {
      ops.emplace_back(model::PurgeDatabaseOp{database->id});
      continue;
    }
    for (const auto& [id, entry] : database->tables_by_id) {
      if (ops.size() == ops_max) return ops;
      if (is_due(entry)) ops.emplace_back(model::PurgeTableOp{database->id, util::TableId(id)});
    }
  }
  return ops;
}

std::optional<int64_t> NextPurgeNs(const catalog::CatalogState& state, int64_t grace_ns) {
  std::optional<int64_t> next_ns;
  const auto take = [&](std::optional<int64_t> due_ns) {
    if (due_ns && (!next_ns || *due_ns < *next_ns)) next_ns = due_ns;
  };
  for (const auto& [name, database] : state.databases()) {
    take(DueOf(*database, grace_ns));
    for (const auto& [id, entry] : database->tables_by_id) take(DueOf(entry, grace_ns));
  }
  return next_ns;
}

HardDeleter::HardDeleter(catalog::Catalog* catalog, wal::Wal* wal, const util::Clock* clock,
                         HardDeleterOptions options)
    : catalog_(catalog), wal_(wal), clock_(clock), options_(std::move(options)) {}

HardDeleter::~HardDeleter() {
  Stop();
}

void HardDeleter::Start() {
  std::lock_guard lock(mutex_);
  CHECK(!thread_.joinable());
  thread_ = std::thread([this] { Loop(); });
}

void HardDeleter::Stop() {
  std::thread thread;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
    thread = std::move(thread_);
  }
  if (thread.joinable()) thread.join();
}

void HardDeleter::Wake() {
  std::lock_guard lock(mutex_);
  woken_ = true;
  wake_.notify_all();
}

Status HardDeleter::RunOnce() {
  int conflicts = 0;
  while (true) {
    const auto state = catalog_->state();
    auto record = std::make_shared<wal::Record>();
    record->ops = PurgeOps(*state, clock_->NowNs(), options_.grace_ns, kOpsPerRecordMax);
    if (record->ops.empty()) return Status::Ok();
    const size_t count = record->ops.size();
    ASSIGN_OR_RETURN(auto payload, wal::EncodeRecord(*record));
    const auto done = [purged = options_.purged, count](const Status& durable) {
      if (!durable.ok()) {
        util::LogWarn("Hard deletion is not durable yet: {}", durable.message());
        return;
      }
      util::LogInfo("deleted {} databases and tables for good", count);
      if (purged) purged();
    };
    const Status status =
        CommitRecord(catalog_, wal_, state->version(), std::move(record), std::move(payload), done);
    if (status.ok()) continue;
    if (status.code() != util::StatusCode::kConflict || ++conflicts == kConflictsMax) return status;
  }
}

int64_t HardDeleter::WaitNs() const {
  const std::optional<int64_t> next_ns = NextPurgeNs(*catalog_->state(), options_.grace_ns);
  const int64_t now_ns = clock_->NowNs();
  if (!next_ns || *next_ns <= now_ns) return options_.interval_ns;
  return std::min(*next_ns - now_ns, options_.interval_ns);
}

void HardDeleter::Loop() {
  while (true) {
    if (const Status status = RunOnce(); !status.ok()) {
      util::LogWarn("Could not delete for good: {}", status.message());
    }
    const auto wait = std::chrono::nanoseconds(WaitNs());
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, wait, [this] { return stopping_ || woken_; });
    if (stopping_) return;
    woken_ = false;
  }
}

}  // namespace influxdb3::ingest
