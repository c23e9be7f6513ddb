#include "buffer/series_index.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <limits>
#include <random>

namespace influxdb3::buffer {
namespace {

constexpr uint32_t kMissing = std::numeric_limits<uint32_t>::max();

// Chosen per process, so that nobody can prepare tag values that collide.
uint64_t HashSeed() {
  static const uint64_t seed = [] {
    std::random_device device;
    return (uint64_t{device()} << 32) | device();
  }();
  return seed;
}

uint32_t Fold(uint64_t hash) {
  return static_cast<uint32_t>(hash ^ (hash >> 32));
}

bool Equals(const StringRef& ref, std::string_view value) {
  return ref.size == value.size() && ref.view() == value;
}

// A sum over the tags that are present: it stays the same when tags are added to the table. The
// position goes into each summand.
uint32_t HashTagSet(const std::string_view* values, size_t count, uint64_t seed) {
  uint64_t hash = 0;
  for (size_t i = 0; i < count; ++i) {
    if (values[i].data() == nullptr) continue;
    const uint64_t position_seed = seed + i * 0x9e3779b97f4a7c15;
    hash += XXH3_64bits_withSeed(values[i].data(), values[i].size(), position_seed);
  }
  return Fold(hash * 0x9fb21c651e98df25);
}

}  // namespace

uint32_t TagDictionary::CodeOf(std::string_view value, StringArena* arena) {
  if (value.data() == nullptr) return 0;
  const uint32_t hash = Fold(XXH3_64bits_withSeed(value.data(), value.size(), HashSeed()));
  const uint32_t known =
      codes_.Find(hash, kMissing, [&](uint32_t code) { return Equals(values_[code], value); });
  if (known != kMissing) return known;
  const uint32_t code = values_.size();
  const bool in_place = value.size() <= StringRef::kInlineBytesMax;
  values_.Append(StringRef::Of(in_place ? value : arena->Copy(value)));
  codes_.Insert(hash, code);
  return code;
}

size_t SeriesIndex::PositionOf(util::ColumnId column) const {
  size_t position = 0;
  while (position < tags_.size() && tags_[position].column != column) ++position;
  return position;
}

void SeriesIndex::AddTags(const std::vector<util::ColumnId>& columns) {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (i < tags_.size() && tags_[i].column == columns[i]) continue;
    if (PositionOf(columns[i]) < tags_.size()) continue;
    tags_.emplace_back().column = columns[i];
  }
}

void SeriesIndex::MapSeries(const model::TableBatch& batch, std::vector<uint32_t>* series_of) {
  AddTags(batch.tag_columns);
  const size_t tag_count = batch.tag_columns.size();
  series_of->resize(batch.series_count);

  std::vector<size_t> positions(tag_count);
  bool in_table_order = true;
  for (size_t i = 0; i < tag_count; ++i) {
    const bool here = tags_[i].column == batch.tag_columns[i];
    positions[i] = here ? i : PositionOf(batch.tag_columns[i]);
    in_table_order &= here;
  }
  if (in_table_order) {
    for (uint32_t s = 0; s < batch.series_count; ++s) {
      (*series_of)[s] = FindOrAdd(batch.tag_values + s * tag_count, tag_count);
    }
    return;
  }
  std::vector<std::string_view> values(tags_.size());
  for (uint32_t s = 0; s < batch.series_count; ++s) {
    for (size_t i = 0; i < tag_count; ++i) {
      values[positions[i]] = batch.tag_values[s * tag_count + i];
    }
    (*series_of)[s] = FindOrAdd(values.data(), values.size());
  }
}

uint32_t SeriesIndex::FindOrAdd(const std::string_view* values, size_t count) {
  const uint32_t hash = HashTagSet(values, count, HashSeed());
  const uint32_t known =
      series_.Find(hash, kMissing, [&](uint32_t series) { return Matches(series, values, count); });
  if (known != kMissing) return known;
  Add(values, count);
  const uint32_t series = series_count_++;
  series_.Insert(hash, series);
  return series;
}

bool SeriesIndex::Matches(uint32_t series, const std::string_view* values, size_t count) const {
  for (size_t i = 0; i < tags_.size(); ++i) {
    const Tag& tag = tags_[i];
    const uint32_t code = tag.codes.size() == 0 ? 0 : tag.codes[series];
    const bool present = i < count && values[i].data() != nullptr;
    if (present != (code != 0)) return false;
    if (present && !Equals(tag.dictionary.value(code), values[i])) return false;
  }
  return true;
}

std::vector<bool> SeriesIndex::Match(
    const std::vector<std::pair<util::ColumnId, std::string>>& tags) const {
  std::vector<bool> matches(series_count_, true);
  for (const auto& [column, value] : tags) {
    const size_t position = PositionOf(column);
    const Tag* tag = position < tags_.size() ? &tags_[position] : nullptr;
    uint32_t code = 0;
    if (!value.empty()) {
      const uint32_t value_count = tag == nullptr ? 0 : tag->dictionary.values().size();
      code = 1;
      while (code < value_count && !Equals(tag->dictionary.value(code), value)) ++code;
    }
    for (uint32_t series = 0; series < series_count_; ++series) {
      const bool none = tag == nullptr || tag->codes.size() == 0;
      if ((none ? 0 : tag->codes[series]) != code) matches[series] = false;
    }
  }
  return matches;
}

void SeriesIndex::Add(const std::string_view* values, size_t count) {
  for (size_t i = 0; i < tags_.size(); ++i) {
    Tag& tag = tags_[i];
    const uint32_t code = i < count ? tag.dictionary.CodeOf(values[i], &arena_) : 0;
    if (tag.codes.size() == 0) {
      if (code == 0) continue;
      tag.codes.AppendCopies(series_count_, 0);
    }
    tag.codes.Append(code);
  }
}

SeriesView SeriesIndex::View(std::vector<std::shared_ptr<const void>>* owners) const {
  SeriesView view;
  view.series_count = series_count_;
  view.tags.reserve(tags_.size());
  for (const Tag& tag : tags_) {
    const PublishedView<StringRef> values = tag.dictionary.values().view();
    const PublishedView<uint32_t> codes = tag.codes.view();
    view.tags.push_back({values.elements.get(), values.size, codes.elements.get()});
    owners->push_back(values.elements);
    if (codes.elements != nullptr) owners->push_back(codes.elements);
  }
  return view;
}

size_t SeriesIndex::allocated_bytes() const {
  size_t bytes =
      tags_.capacity() * sizeof(Tag) + series_.allocated_bytes() + arena_.allocated_bytes();
  for (const Tag& tag : tags_) {
    bytes += tag.codes.allocated_bytes() + tag.dictionary.allocated_bytes();
  }
  return bytes;
}

}  // namespace influxdb3::buffer
