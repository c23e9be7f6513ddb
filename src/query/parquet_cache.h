#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "util/clock.h"
#include "util/status.h"

namespace influxdb3::object_store {
class ObjectStore;
}

namespace influxdb3::query {

struct ParquetCacheOptions {
  uint64_t bytes_max = 0;  ///< --parquet-mem-cache-size; 0 = nothing is kept
  /// Share of the entries that a prune drops, in (0, 1]: --parquet-mem-cache-prune-percentage.
  double prune_share = 0.1;
  /// Least time between two prunes: --parquet-mem-cache-prune-interval.
  int64_t prune_interval_ns = 1'000'000'000;
};

struct ParquetCacheStats {
  uint64_t hits = 0;    ///< pieces found
  uint64_t misses = 0;  ///< pieces fetched
  uint64_t bytes = 0;
  uint64_t pieces = 0;
  uint64_t prunes = 0;
};

/// Reads immutable objects and keeps pieces of them in memory, never more than `bytes_max`. A piece
/// is kept when there is room for it. When there was none, and the last prune is longer ago than
/// the interval, a share of the pieces is dropped, those first that were not asked for the longest.
/// Thread-safe; reads of different pieces do not wait for each other.
class ParquetCache {
 public:
  static constexpr uint64_t kPieceBytes = uint64_t{256} << 10;

  /// `store` and `clock` must outlive the cache.
  ParquetCache(const ParquetCacheOptions& options, object_store::ObjectStore* store,
               const util::Clock* clock);

  /// Bytes [offset, offset + length) of the object, which has `size_bytes` in all and never
  /// changes. Corruption when it is shorter; else the store's errors.
  util::Status Read(const std::string& path, uint64_t size_bytes, uint64_t offset, uint64_t length,
                    char* out);
  ParquetCacheStats stats() const;

 private:
  using Bytes = std::shared_ptr<const std::string>;
  struct Key {
    std::string path;
    uint64_t piece = 0;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    size_t operator()(const Key& key) const {
      return std::hash<std::string>()(key.path) * 31 + std::hash<uint64_t>()(key.piece);
    }
  };
  struct Entry {
    Key key;
    Bytes bytes;
  };

  Bytes Find(const Key& key);
  void Keep(const Key& key, Bytes bytes);
  void PruneIfDue();
  util::Status Fetch(const std::string& path, uint64_t size_bytes, uint64_t offset, uint64_t length,
                     std::string* bytes);

  const ParquetCacheOptions options_;
  object_store::ObjectStore* const store_;
  const util::Clock* const clock_;

  mutable std::mutex mutex_;  ///< guards all below
  std::list<Entry> entries_;  ///< last asked for first
  std::unordered_map<Key, std::list<Entry>::iterator, KeyHash> by_key_;
  bool pruned_once_ = false;
  int64_t pruned_at_ns_ = 0;
  ParquetCacheStats stats_;
};

}  // namespace influxdb3::query
