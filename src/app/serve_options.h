#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "app/store_config.h"
#include "util/limits.h"
#include "util/log.h"

namespace influxdb3::app {

/// Everything `influxdb3 serve` can be told, after flags, environment and defaults were merged.
/// Sizes in bytes, durations in nanoseconds.
struct ServeOptions {
  std::string node_id;
  ObjectStoreKind object_store = ObjectStoreKind::kFile;
  std::string data_dir;  ///< for kFile; made when missing
  StoreConfig store;     ///< for kS3, kGoogle and kAzure

  std::string http_bind;               ///< `host:port`; port 0 picks a free one
  std::string tcp_listener_file_path;  ///< when set, the bound `host:port` is written there
  size_t http_body_bytes_max = util::limits::kHttpBodyBytesMax;

  int64_t gen1_duration_ns = 600'000'000'000;
  int64_t wal_flush_interval_ns = 1'000'000'000;
  bool wal_replay_fail_on_error = false;
  size_t wal_queue_bytes_max = util::limits::kWalQueueBytesMax;
  uint64_t wal_snapshot_intervals = 600;  ///< --wal-snapshot-size
  uint64_t force_snapshot_bytes = 0;      ///< of buffered rows; 0 = half of the machine's memory
  int snapshot_thread_count = 0;          ///< 0 = number of cores

  int64_t retention_check_interval_ns = 1'800'000'000'000;  ///< 30 min

  size_t database_count_max = util::limits::kDatabaseCountMax;
  size_t table_count_max = util::limits::kTableCountMax;
  size_t columns_per_table_max = util::limits::kColumnsPerTableMax;
  bool allow_new_tags = false;

  size_t query_memory_bytes_max = 0;  ///< 0 = 20 % of the machine's memory
  int64_t query_timeout_ns = 0;       ///< 0 = none
  size_t concurrent_queries_max = 0;  ///< 0 = no limit
  uint64_t query_file_limit = 0;      ///< files per query; 0 = no limit
  bool parquet_cache_disabled = false;
  uint64_t parquet_cache_bytes = 0;  ///< 0 = 20 % of the machine's memory
  double parquet_cache_prune_share = 0.1;
  int64_t parquet_cache_prune_interval_ns = 1'000'000'000;
  int query_thread_count = 0;  ///< 0 = number of cores
  int io_thread_count = 0;     ///< 0 = number of cores

  int64_t hard_delete_default_ns = 259'200'000'000'000;  ///< 72 h
  int64_t delete_grace_period_ns = 86'400'000'000'000;   ///< 24 h
  int64_t shutdown_timeout_ns = 30'000'000'000;

  util::LogOptions log;
};

/// Runs a server until SIGINT or SIGTERM; returns the process's exit code. Fatal errors at start
/// are printed as `Serve command failed: …` on standard error with exit code 1.
int RunServer(const ServeOptions& options);

}  // namespace influxdb3::app
