#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "persist/file_layout.h"

namespace influxdb3::persist {

/// Keeps layouts of files that queries read, at most `bytes_max` of them: those that were not asked
/// for the longest go first. Thread-safe; two threads that miss the same one both read it.
class LayoutCache {
 public:
  explicit LayoutCache(size_t bytes_max) : bytes_max_(bytes_max) {}

  util::Result<std::shared_ptr<const FileLayout>> File(const ParquetFile& file,
                                                       const ReadBytes& read);
  util::Result<std::shared_ptr<const GroupLayout>> Group(const FileLayout& file, size_t group,
                                                         const ReadBytes& read);
  size_t size_bytes() const;

 private:
  struct Key {
    std::string path;
    size_t part = 0;  // 0 = the file, else a row group behind it
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    size_t operator()(const Key& key) const {
      return std::hash<std::string>()(key.path) * 31 + key.part;
    }
  };
  struct Entry {
    Key key;
    std::shared_ptr<const FileLayout> file;
    std::shared_ptr<const GroupLayout> group;
    size_t size_bytes = 0;
  };

  /// A copy of the entry; empty when there is none.
  Entry Find(const Key& key);
  void Keep(Entry entry);

  const size_t bytes_max_;
  mutable std::mutex mutex_;  ///< guards all below
  std::list<Entry> entries_;  ///< last asked for first
  std::unordered_map<Key, std::list<Entry>::iterator, KeyHash> by_key_;
  size_t size_bytes_ = 0;
};

}  // namespace influxdb3::persist
