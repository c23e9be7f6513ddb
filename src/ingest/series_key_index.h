#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace influxdb3::ingest {

/// Finds the series of a line by its `measurement,tags` bytes as written, so that tags are split
/// only the first time. Keys point into the body.
class SeriesKeyIndex {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  struct Entry {
    const char* data = nullptr;
    uint32_t size = 0;
    uint32_t table = 0;       ///< index of the table in the batch
    uint32_t series = 0;      ///< its series there
    uint32_t generation = 0;  ///< of the table's segment that `series` belongs to
    uint32_t next = 0;        ///< the entry of the line that came behind one with this key
    uint32_t hash = 0;

    std::string_view key() const { return {data, size}; }
  };

  Entry& entry(uint32_t index) { return entries_[index]; }
  static uint32_t Hash(std::string_view key);
  uint32_t Find(std::string_view key, uint32_t hash) const;
  /// `key` is not in the index yet.
  uint32_t Insert(std::string_view key, uint32_t hash);

 private:
  void Grow();

  std::vector<Entry> entries_;
  std::vector<uint32_t> slots_;  // index into entries_ plus one; 0 = free
};

}  // namespace influxdb3::ingest
