#include "persist/layout_cache.h"

#include <utility>

namespace influxdb3::persist {

using util::Result;

Result<std::shared_ptr<const FileLayout>> LayoutCache::File(const ParquetFile& file,
                                                            const ReadBytes& read) {
  Entry entry = Find({file.path, 0});
  if (entry.file != nullptr) return entry.file;
  ASSIGN_OR_RETURN(auto layout, FileLayout::Read(file, read));
  Keep({{file.path, 0}, layout, nullptr, layout->size_bytes()});
  return layout;
}

Result<std::shared_ptr<const GroupLayout>> LayoutCache::Group(const FileLayout& file, size_t group,
                                                              const ReadBytes& read) {
  Entry entry = Find({file.path(), group + 1});
  if (entry.group != nullptr) return entry.group;
  ASSIGN_OR_RETURN(auto layout, file.ReadGroup(group, read));
  Keep({{file.path(), group + 1}, nullptr, layout, layout->size_bytes});
  return layout;
}

size_t LayoutCache::size_bytes() const {
  std::lock_guard lock(mutex_);
  return size_bytes_;
}

LayoutCache::Entry LayoutCache::Find(const Key& key) {
  std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return {};
  entries_.splice(entries_.begin(), entries_, found->second);
  return *found->second;
}

void LayoutCache::Keep(Entry entry) {
  entry.size_bytes += sizeof(Entry) + 2 * entry.key.path.size();
  std::lock_guard lock(mutex_);
  if (entry.size_bytes > bytes_max_ || by_key_.count(entry.key) != 0) return;
  size_bytes_ += entry.size_bytes;
  entries_.push_front(std::move(entry));
  by_key_[entries_.front().key] = entries_.begin();
  while (size_bytes_ > bytes_max_) {
    const Entry& last = entries_.back();
    size_bytes_ -= last.size_bytes;
    by_key_.erase(last.key);
    entries_.pop_back();
  }
}

}  // namespace influxdb3::persist
