#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "util/clock.h"

namespace influxdb3::query {

/// One row of `system.queries`.
struct QueryLogEntry {
  std::string id;
  std::string database;
  std::string phase;
  std::string query_type;
  std::string query_text;
  int64_t issue_time_ns = 0;
  std::optional<int64_t> parquet_files;  ///< those its scans read
  std::optional<int64_t> plan_ns;
  std::optional<int64_t> permit_ns;  ///< for which it waited for other queries to end
  std::optional<int64_t> execute_ns;
  std::optional<int64_t> end2end_ns;
  bool success = false;
  bool running = true;
  bool cancelled = false;
};

/// The last queries that were run, newest last. Thread-safe.
class QueryLog {
 public:
  QueryLog(const util::Clock* clock, size_t entries_max);

  /// Notes that a query was received; returns its number.
  uint64_t Begin(const std::string& database, const std::string& type, const std::string& text);
  void Planned(uint64_t number);
  /// It may run, and from now on does.
  void Permitted(uint64_t number);
  void SetParquetFiles(uint64_t number, size_t count);
  enum class End { kSuccess, kFail, kCancel };
  void Finished(uint64_t number, End end);

  std::vector<QueryLogEntry> Entries(const std::string& database) const;

 private:
  struct Slot {
    QueryLogEntry entry;
    int64_t started_ns = 0;
    int64_t planned_ns = 0;
    int64_t permitted_ns = 0;
  };
  /// Null when the entry was already dropped. Called with mutex_ held.
  Slot* Find(uint64_t number);

  const util::Clock* clock_;
  size_t entries_max_;
  mutable std::mutex mutex_;  ///< guards slots_ and first_number_
  std::deque<Slot> slots_;
  uint64_t first_number_ = 0;  ///< number of slots_.front()
};

}  // namespace influxdb3::query
