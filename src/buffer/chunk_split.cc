#include "buffer/chunk_split.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "buffer/bit_range.h"

namespace influxdb3::buffer {
namespace {

size_t BatchElementBytes(model::ColumnType type) {
  switch (type) {
    case model::ColumnType::kString: return sizeof(std::string_view);
    case model::ColumnType::kBool: return 1;
    default: return 8;
  }
}

// The times of one chunk, cut to what fits.
struct ChunkBounds {
  int64_t min;
  int64_t max;
};

ChunkBounds BoundsOf(int64_t key, int64_t duration) {
  ChunkBounds bounds{};
  if (__builtin_mul_overflow(key, duration, &bounds.min)) {
    bounds.min = std::numeric_limits<int64_t>::min();
    bounds.max = (key + 1) * duration - 1;
  } else if (__builtin_add_overflow(bounds.min, duration - 1, &bounds.max)) {
    bounds.max = std::numeric_limits<int64_t>::max();
  }
  return bounds;
}

// Copies the elements of the rows in `order`.
template <class T>
void Gather(const void* from, const std::vector<uint32_t>& order, void* to) {
  const T* source = static_cast<const T*>(from);
  T* target = static_cast<T*>(to);
  for (size_t i = 0; i < order.size(); ++i) target[i] = source[order[i]];
}

}  // namespace

int64_t ChunkKey(int64_t time_ns, int64_t chunk_duration_ns) {
  return time_ns / chunk_duration_ns - (time_ns % chunk_duration_ns < 0 ? 1 : 0);
}

int64_t ChunkTime(int64_t key, int64_t chunk_duration_ns) {
  return BoundsOf(key, chunk_duration_ns).min;
}

std::vector<ChunkRun> SplitByChunk(const model::TableBatch& batch, int64_t chunk_duration_ns) {
  const int64_t first_key = ChunkKey(batch.min_time_ns, chunk_duration_ns);
  if (first_key == ChunkKey(batch.max_time_ns, chunk_duration_ns)) {
    return {{first_key, 0, batch.row_count}};
  }
  std::vector<ChunkRun> runs;
  for (uint32_t row = 0; row < batch.row_count;) {
    const int64_t key = ChunkKey(batch.time[row], chunk_duration_ns);
    const ChunkBounds bounds = BoundsOf(key, chunk_duration_ns);
    uint32_t end = row + 1;
    while (end < batch.row_count && batch.time[end] >= bounds.min &&
           batch.time[end] <= bounds.max) {
      ++end;
    }
    runs.push_back({key, row, end});
    row = end;
  }
  return runs;
}

bool ReorderedBatch::Pays(const std::vector<ChunkRun>& runs) {
  constexpr size_t kRunsMin = 32;
  constexpr size_t kRunRowsMax = 64;
  return runs.size() >= kRunsMin && runs.back().end < runs.size() * kRunRowsMax;
}

ReorderedBatch::ReorderedBatch(const model::TableBatch& batch, const std::vector<ChunkRun>& runs)
    : batch_(batch) {
  std::vector<ChunkRun> sorted = runs;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const ChunkRun& a, const ChunkRun& b) { return a.key < b.key; });
  std::vector<uint32_t> order;
  order.reserve(batch.row_count);
  for (const ChunkRun& run : sorted) {
    const auto begin = static_cast<uint32_t>(order.size());
    for (uint32_t row = run.begin; row < run.end; ++row) order.push_back(row);
    const auto end = static_cast<uint32_t>(order.size());
    if (runs_.empty() || runs_.back().key != run.key) {
      runs_.push_back({run.key, begin, end});
    } else {
      runs_.back().end = end;
    }
  }

  time_.resize(order.size());
  series_.resize(order.size());
  Gather<int64_t>(batch.time, order, time_.data());
  Gather<uint32_t>(batch.series, order, series_.data());
  batch_.time = time_.data();
  batch_.series = series_.data();
  for (model::FieldColumn& field : batch_.fields) {
    const size_t element_bytes = BatchElementBytes(field.type);
    values_.push_back(std::make_unique_for_overwrite<char[]>(order.size() * element_bytes));
    void* to = values_.back().get();
    switch (element_bytes) {
      case 1: Gather<uint8_t>(field.values, order, to); break;
      case 8: Gather<uint64_t>(field.values, order, to); break;
      default: Gather<std::string_view>(field.values, order, to); break;
    }
    field.values = to;
    if (field.validity == nullptr) continue;
    validity_.push_back(std::make_unique<uint64_t[]>(WordCount(batch.row_count)));
    uint64_t* words = validity_.back().get();
    for (uint32_t i = 0; i < order.size(); ++i) {
      if (field.IsValid(order[i])) words[i / 64] |= uint64_t{1} << (i % 64);
    }
    field.validity = words;
  }
}

}  // namespace influxdb3::buffer
