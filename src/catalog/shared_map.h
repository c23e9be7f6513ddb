#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace influxdb3::catalog {

/// A sorted map whose copies share their items: copying one of 100,000 items and changing the copy
/// takes microseconds, which is what a catalog needs that publishes a new state with each change.
/// Items are iterated in order of their keys as pairs. Reading is thread-safe; iterators are valid
/// while the map lives and is not changed.
template <class Key, class Value>
class SharedMap {
 public:
  using Item = std::pair<Key, Value>;

 private:
  /// Sorted; never empty.
  using Chunk = std::vector<Item>;
  using Chunks = std::vector<std::shared_ptr<const Chunk>>;

 public:
  class const_iterator {  // NOLINT(readability-identifier-naming): a container's name
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Item;
    using difference_type = std::ptrdiff_t;
    using pointer = const Item*;
    using reference = const Item&;

    const_iterator() = default;
    const_iterator(const Chunks* chunks, size_t chunk, size_t item)
        : chunks_(chunks), chunk_(chunk), item_(item) {}
    const Item& operator*() const { return (*(*chunks_)[chunk_])[item_]; }
    const Item* operator->() const { return &**this; }
    const_iterator& operator++() {
      if (++item_ == (*chunks_)[chunk_]->size()) {
        ++chunk_;
        item_ = 0;
      }
      return *this;
    }
    const_iterator operator++(int) {
      const const_iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const const_iterator& other) const {
      return chunk_ == other.chunk_ && item_ == other.item_;
    }

   private:
    const Chunks* chunks_ = nullptr;
    size_t chunk_ = 0;
    size_t item_ = 0;
  };

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const_iterator begin() const { return {&chunks_, 0, 0}; }
  const_iterator end() const { return {&chunks_, chunks_.size(), 0}; }

  /// `key` may be anything that compares with Key, such as a string_view with a string.
  template <class Like>
  const_iterator find(const Like& key) const {
    const auto [chunk, item] = Locate(key);
    if (chunk < chunks_.size() && item < chunks_[chunk]->size() &&
        (*chunks_[chunk])[item].first == key) {
      return {&chunks_, chunk, item};
    }
    return end();
  }
  template <class Like>
  bool contains(const Like& key) const {
    return find(key) != end();
  }

  /// Adds the item or replaces the value of its key.
  void Set(Key key, Value value) {
    if (chunks_.empty()) {
      chunks_.push_back(std::make_shared<Chunk>(1, Item(std::move(key), std::move(value))));
      size_ = 1;
      return;
    }
    const auto [chunk, item] = Locate(key);
    auto changed = std::make_shared<Chunk>(*chunks_[chunk]);
    if (item < changed->size() && (*changed)[item].first == key) {
      (*changed)[item].second = std::move(value);
    } else {
      changed->insert(changed->begin() + static_cast<std::ptrdiff_t>(item),
                      Item(std::move(key), std::move(value)));
      ++size_;
    }
    if (changed->size() > kChunkItemsMax) {
      const auto middle = changed->begin() + static_cast<std::ptrdiff_t>(changed->size() / 2);
      chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(chunk) + 1,
                     std::make_shared<Chunk>(middle, changed->end()));
      changed->erase(middle, changed->end());
    }
    chunks_[chunk] = std::move(changed);
  }

  template <class Like>
  void Erase(const Like& key) {
    if (!contains(key)) return;
    const auto [chunk, item] = Locate(key);
    auto changed = std::make_shared<Chunk>(*chunks_[chunk]);
    changed->erase(changed->begin() + static_cast<std::ptrdiff_t>(item));
    --size_;
    if (changed->empty()) {
      chunks_.erase(chunks_.begin() + static_cast<std::ptrdiff_t>(chunk));
    } else {
      chunks_[chunk] = std::move(changed);
    }
  }

 private:
  static constexpr size_t kChunkItemsMax = 128;

  /// Where `key` is or belongs: the last chunk that begins at or before it (else the first), and in
  /// it the first item not below it.
  template <class Like>
  std::pair<size_t, size_t> Locate(const Like& key) const {
    const auto behind = std::partition_point(
        chunks_.begin(), chunks_.end(),
        [&](const std::shared_ptr<const Chunk>& chunk) { return !(key < chunk->front().first); });
    if (behind == chunks_.begin()) return {0, 0};
    const Chunk& chunk = **std::prev(behind);
    const auto item = std::partition_point(chunk.begin(), chunk.end(),
                                           [&](const Item& each) { return each.first < key; });
    return {static_cast<size_t>(behind - chunks_.begin()) - 1,
            static_cast<size_t>(item - chunk.begin())};
  }

  Chunks chunks_;
  size_t size_ = 0;
};

}  // namespace influxdb3::catalog
