#include "query/duckdb/scan_source.h"

#include <atomic>
#include <cstring>
#include <utility>

namespace influxdb3::query {
namespace {

static_assert(sizeof(buffer::StringRef) == sizeof(duckdb::string_t) &&
                  buffer::StringRef::kInlineBytesMax == duckdb::string_t::INLINE_LENGTH,
              "string columns are scanned without copying");

std::string UniqueDictionaryId() {
  static std::atomic<uint64_t> next{0};
  return "tag" + std::to_string(next.fetch_add(1, std::memory_order_relaxed));
}

// Chunks come by span of time; those of one span need not be in order of their rows.
bool ChunksOverlap(const buffer::TableSnapshot* snapshot) {
  if (snapshot == nullptr) return false;
  const auto& chunks = snapshot->chunks();
  for (size_t i = 1; i < chunks.size(); ++i) {
    if (chunks[i].time_range.min_ns <= chunks[i - 1].time_range.max_ns) return true;
  }
  return false;
}

}  // namespace

ScanSource::ScanSource(std::shared_ptr<const buffer::TableSnapshot> snapshot,
                       std::vector<ScanColumn> columns, model::TimeRange visible,
                       std::shared_ptr<const persist::TableFiles> files)
    : snapshot_(std::move(snapshot)),
      files_(files == nullptr || files->files.empty() ? nullptr : std::move(files)),
      columns_(std::move(columns)),
      visible_(visible),
      chunks_overlap_(ChunksOverlap(snapshot_.get())) {}

duckdb::buffer_ptr<duckdb::VectorChildBuffer> ScanSource::TagDictionary(uint32_t tag_index) {
  std::lock_guard lock(dictionaries_mutex_);
  const auto& tags = snapshot_->series().tags;
  if (dictionaries_.size() < tags.size()) dictionaries_.resize(tags.size());
  auto& dictionary = dictionaries_[tag_index];
  if (dictionary) return dictionary;
  const auto& tag = tags[tag_index];
  const duckdb::idx_t size = tag.dictionary_size == 0 ? 1 : tag.dictionary_size;
  duckdb::Vector values(duckdb::LogicalType::VARCHAR, size);
  if (tag.dictionary_size != 0) {
    std::memcpy(duckdb::FlatVector::GetData(values), tag.dictionary,
                tag.dictionary_size * sizeof(duckdb::string_t));
  }
  duckdb::FlatVector::SetNull(values, 0, true);
  dictionary = duckdb::make_buffer<duckdb::VectorChildBuffer>(std::move(values));
  dictionary->size = size;
  dictionary->id = UniqueDictionaryId();
  return dictionary;
}

}  // namespace influxdb3::query
