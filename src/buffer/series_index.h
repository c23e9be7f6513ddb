#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "buffer/hashed_ids.h"
#include "buffer/published_array.h"
#include "buffer/string_arena.h"
#include "buffer/table_snapshot.h"
#include "model/write_batch.h"
#include "util/ids.h"

namespace influxdb3::buffer {

/// The distinct values of one tag. Code 0 is NULL. Writer only, except for views.
class TagDictionary {
 public:
  TagDictionary() { values_.Append(StringRef()); }
  /// The code of `value`, given out now if it is new; 0 for a view without data.
  uint32_t CodeOf(std::string_view value, StringArena* arena);
  const StringRef& value(uint32_t code) const { return values_[code]; }
  const PublishedArray<StringRef>& values() const { return values_; }
  size_t allocated_bytes() const { return values_.allocated_bytes() + codes_.allocated_bytes(); }

 private:
  PublishedArray<StringRef> values_;
  HashedIds codes_;
};

/// Gives each tag set of a table a dense number that never changes meaning, also when tags are
/// added to the table later: a missing tag and a tag that did not exist yet are the same. One
/// writer; views taken under the table's lock stay readable.
class SeriesIndex {
 public:
  /// For each series of the batch its number here; unknown ones are added.
  void MapSeries(const model::TableBatch& batch, std::vector<uint32_t>* series_of);

  /// By series, whether all of `tags` have the given values; an empty value stands for NULL.
  std::vector<bool> Match(const std::vector<std::pair<util::ColumnId, std::string>>& tags) const;

  uint32_t series_count() const { return series_count_; }
  /// The present state; `owners` keeps its arrays alive, the index must be kept alive too.
  SeriesView View(std::vector<std::shared_ptr<const void>>* owners) const;
  size_t allocated_bytes() const;

 private:
  struct Tag {
    util::ColumnId column;
    TagDictionary dictionary;
    PublishedArray<uint32_t> codes;  // empty while no series has the tag
  };

  void AddTags(const std::vector<util::ColumnId>& columns);
  size_t PositionOf(util::ColumnId column) const;
  /// `values[i]` is the value of the tag at position i; tags from `count` on are NULL.
  uint32_t FindOrAdd(const std::string_view* values, size_t count);
  bool Matches(uint32_t series, const std::string_view* values, size_t count) const;
  void Add(const std::string_view* values, size_t count);

  std::vector<Tag> tags_;
  uint32_t series_count_ = 0;
  HashedIds series_;
  StringArena arena_;
};

}  // namespace influxdb3::buffer
