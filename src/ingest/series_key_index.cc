#include "ingest/series_key_index.h"

#include <algorithm>
#include <cstring>

#include <xxhash.h>

namespace influxdb3::ingest {

uint32_t SeriesKeyIndex::Hash(std::string_view key) {
  return static_cast<uint32_t>(XXH3_64bits(key.data(), key.size()));
}

uint32_t SeriesKeyIndex::Find(std::string_view key, uint32_t hash) const {
  if (slots_.empty()) return kNone;
  const size_t mask = slots_.size() - 1;
  for (size_t slot = hash & mask; slots_[slot] != 0; slot = (slot + 1) & mask) {
    const Entry& entry = entries_[slots_[slot] - 1];
    if (entry.hash == hash && entry.key() == key) return slots_[slot] - 1;
  }
  return kNone;
}

uint32_t SeriesKeyIndex::Insert(std::string_view key, uint32_t hash) {
  if ((entries_.size() + 1) * 2 > slots_.size()) Grow();
  const size_t mask = slots_.size() - 1;
  size_t slot = hash & mask;
  while (slots_[slot] != 0) slot = (slot + 1) & mask;
  const auto index = static_cast<uint32_t>(entries_.size());
  Entry& entry = entries_.emplace_back();
  entry.data = key.data();
  entry.size = static_cast<uint32_t>(key.size());
  entry.hash = hash;
  entry.next = index;
  slots_[slot] = index + 1;
  return index;
}

void SeriesKeyIndex::Grow() {
  constexpr size_t kSlotsMin = 64;
  slots_.assign(std::max(kSlotsMin, slots_.size() * 4), 0);
  const size_t mask = slots_.size() - 1;
  for (size_t i = 0; i < entries_.size(); ++i) {
    size_t slot = entries_[i].hash & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = static_cast<uint32_t>(i) + 1;
  }
}

}  // namespace influxdb3::ingest
