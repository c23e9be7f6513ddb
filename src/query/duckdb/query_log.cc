#include "query/duckdb/query_log.h"

#include <utility>

#include <fmt/format.h>

#include "util/limits.h"

namespace influxdb3::query {
namespace {

/// The text, cut between characters when it is longer than the log keeps.
std::string Shortened(const std::string& text) {
  size_t size = text.size();
  if (size <= util::limits::kQueryLogTextBytesMax) return text;
  size = util::limits::kQueryLogTextBytesMax;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size) + "…";
}

}  // namespace

QueryLog::QueryLog(const util::Clock* clock, size_t entries_max)
    : clock_(clock), entries_max_(entries_max) {}

QueryLog::Slot* QueryLog::Find(uint64_t number) {
  if (number < first_number_ || number - first_number_ >= slots_.size()) return nullptr;
  return &slots_[number - first_number_];
}

uint64_t QueryLog::Begin(const std::string& database, const std::string& type,
                         const std::string& text) {
  Slot slot;
  slot.started_ns = clock_->SteadyNs();
  slot.entry.database = database;
  slot.entry.phase = "received";
  slot.entry.query_type = type;
  slot.entry.query_text = Shortened(text);
  slot.entry.issue_time_ns = clock_->NowNs();
  std::lock_guard lock(mutex_);
  const uint64_t number = first_number_ + slots_.size();
  slot.entry.id =
      fmt::format("{:08x}-0000-7000-8000-{:012x}", slot.entry.issue_time_ns >> 32, number);
  slots_.push_back(std::move(slot));
  if (slots_.size() > entries_max_) {
    slots_.pop_front();
    ++first_number_;
  }
  return number;
}

void QueryLog::Planned(uint64_t number) {
  const int64_t now_ns = clock_->SteadyNs();
  std::lock_guard lock(mutex_);
  if (Slot* slot = Find(number)) {
    slot->entry.phase = "physically_planned";
    slot->entry.plan_ns = now_ns - slot->started_ns;
    slot->planned_ns = now_ns;
  }
}

void QueryLog::Permitted(uint64_t number) {
  const int64_t now_ns = clock_->SteadyNs();
  std::lock_guard lock(mutex_);
  if (Slot* slot = Find(number)) {
    slot->entry.phase = "execution_permit";
    slot->entry.permit_ns = now_ns - slot->planned_ns;
    slot->permitted_ns = now_ns;
  }
}

void QueryLog::SetParquetFiles(uint64_t number, size_t count) {
  std::lock_guard lock(mutex_);
  if (Slot* slot = Find(number)) slot->entry.parquet_files = static_cast<int64_t>(count);
}

void QueryLog::Finished(uint64_t number, End end) {
  const int64_t now_ns = clock_->SteadyNs();
  std::lock_guard lock(mutex_);
  Slot* slot = Find(number);
  if (slot == nullptr || !slot->entry.running) return;
  slot->entry.running = false;
  slot->entry.success = end == End::kSuccess;
  slot->entry.cancelled = end == End::kCancel;
  slot->entry.phase = end == End::kSuccess ? "success" : end == End::kFail ? "fail" : "cancel";
  slot->entry.end2end_ns = now_ns - slot->started_ns;
  if (slot->permitted_ns != 0) slot->entry.execute_ns = now_ns - slot->permitted_ns;
}

std::vector<QueryLogEntry> QueryLog::Entries(const std::string& database) const {
  std::vector<QueryLogEntry> entries;
  std::lock_guard lock(mutex_);
  for (const Slot& slot : slots_) {
    if (slot.entry.database == database) entries.push_back(slot.entry);
  }
  return entries;
}

}  // namespace influxdb3::query
