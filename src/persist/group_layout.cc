#include "persist/group_layout.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <arrow/api.h>
#include <fmt/format.h>
#include <parquet/column_reader.h>
#include <parquet/metadata.h>
#include <parquet/page_index.h>
#include <parquet/properties.h>

#include "persist/page_stream.h"

namespace influxdb3::persist {
namespace {

using util::Result;
using util::Status;

Status Damaged(const FileLayout& file, size_t group) {
  return Status::Corruption(
      fmt::format("the index of row group {} of '{}' is damaged", group, file.path()));
}

class GroupReader {
 public:
  GroupReader(const FileLayout& file, uint64_t file_bytes, size_t group, const ReadBytes& read,
              GroupLayout* layout)
      : file_(file),
        file_bytes_(file_bytes),
        group_(group),
        read_(read),
        layout_(*layout),
        metadata_(file.metadata().RowGroup(static_cast<int>(group))) {}

  Status Read() {
    layout_.row_count = file_.groups()[group_].row_count;
    for (int i = 0; i < metadata_->num_columns(); ++i) RETURN_IF_ERROR(FindPages(i));
    RETURN_IF_ERROR(FindPageTimes());
    RETURN_IF_ERROR(FindRuns());
    CountBytes();
    return Status::Ok();
  }

 private:
  Status Damaged() const { return persist::Damaged(file_, group_); }

  bool IsInFile(int64_t offset, int64_t size) const {
    const auto end = static_cast<int64_t>(file_bytes_);
    return offset >= 0 && size >= 0 && offset <= end && size <= end - offset;
  }

  Result<std::string> ReadIndex(const parquet::IndexLocation& at) const {
    if (!IsInFile(at.offset, at.length)) return Damaged();
    std::string bytes(static_cast<size_t>(at.length), '\0');
    RETURN_IF_ERROR(
        read_(static_cast<uint64_t>(at.offset), static_cast<uint64_t>(at.length), bytes.data()));
    return bytes;
  }

  Status FindPages(int column) {
    const auto chunk = metadata_->ColumnChunk(column);
    const int64_t data = chunk->data_page_offset();
    const int64_t begin =
        chunk->has_dictionary_page() ? std::min(data, chunk->dictionary_page_offset()) : data;
    const int64_t size = chunk->total_compressed_size();
    if (!IsInFile(begin, size) || data > begin + size || size > INT32_MAX ||
        chunk->num_values() != layout_.row_count) {
      return Damaged();
    }
    ChunkPages pages;
    pages.dictionary_offset = static_cast<uint64_t>(begin);
    pages.dictionary_bytes = static_cast<uint32_t>(data - begin);
    const auto location = chunk->GetOffsetIndexLocation();
    if (!location) {
      pages.pages.push_back(
          {static_cast<uint64_t>(data), static_cast<uint32_t>(begin + size - data), 0});
    } else {
      ASSIGN_OR_RETURN(const std::string bytes, ReadIndex(*location));
      const auto index = parquet::OffsetIndex::Make(bytes.data(), location->length,
                                                    parquet::default_reader_properties());
      RETURN_IF_ERROR(TakePages(*index, data, begin + size, &pages));
    }
    layout_.columns.push_back(std::move(pages));
    return Status::Ok();
  }

  /// Nothing guards the index: what it says must at least fit together.
  Status TakePages(const parquet::OffsetIndex& index, int64_t begin, int64_t end,
                   ChunkPages* pages) const {
    int64_t row = -1;
    for (const parquet::PageLocation& page : index.page_locations()) {
      if (page.offset != begin || page.compressed_page_size <= 0 || page.first_row_index <= row ||
          (row < 0 && page.first_row_index != 0) ||
          page.first_row_index >= int64_t{layout_.row_count}) {
        return Damaged();
      }
      row = page.first_row_index;
      begin += page.compressed_page_size;
      pages->pages.push_back({static_cast<uint64_t>(page.offset),
                              static_cast<uint32_t>(page.compressed_page_size),
                              static_cast<uint32_t>(row)});
    }
    return begin == end && row >= 0 ? Status::Ok() : Damaged();
  }

  Status FindPageTimes() {
    const auto location = metadata_->ColumnChunk(file_.time_column())->GetColumnIndexLocation();
    const auto& pages = layout_.columns.back().pages;
    if (!location) return Status::Ok();
    ASSIGN_OR_RETURN(const std::string bytes, ReadIndex(*location));
    const auto index = parquet::ColumnIndex::Make(
        *file_.metadata().schema()->Column(file_.time_column()), bytes.data(), location->length,
        parquet::default_reader_properties());
    const auto* times = dynamic_cast<const parquet::Int64ColumnIndex*>(index.get());
    if (times == nullptr || times->min_values().size() != pages.size() ||
        times->max_values().size() != pages.size()) {
      return Damaged();
    }
    model::TimeRange all{INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < pages.size(); ++i) {
      const model::TimeRange range{times->min_values()[i], times->max_values()[i]};
      if (range.empty() || times->null_pages()[i]) return Damaged();
      all = {std::min(all.min_ns, range.min_ns), std::max(all.max_ns, range.max_ns)};
      layout_.page_times.push_back(range);
    }
    const auto& known = file_.groups()[group_].time;
    return known && *known != all ? Damaged() : Status::Ok();
  }

  /// Where a tag's value changes, and to what.
  struct Change {
    uint32_t row = 0;
    int32_t code = 0;
  };

  Status FindRuns() {
    std::vector<uint8_t> begins(layout_.row_count, 0);
    if (!begins.empty()) begins[0] = 1;
    std::vector<std::vector<Change>> changes(file_.tag_count());
    layout_.tags.resize(file_.tag_count());
    for (size_t tag = 0; tag < file_.tag_count(); ++tag) {
      RETURN_IF_ERROR(FindChanges(tag, &changes[tag]));
      for (const Change& change : changes[tag]) begins[change.row] = 1;
    }
    for (uint32_t row = 1; row < layout_.row_count; ++row) {
      if (begins[row] != 0) layout_.run_ends.push_back(row);
    }
    if (layout_.row_count > 0) layout_.run_ends.push_back(layout_.row_count);
    for (size_t tag = 0; tag < changes.size(); ++tag) {
      auto& codes = layout_.tags[tag].codes;
      codes.reserve(layout_.run_ends.size());
      auto change = changes[tag].begin();
      for (size_t run = 0; run < layout_.run_ends.size(); ++run) {
        const uint32_t row = layout_.Run(run).begin;
        while (change + 1 != changes[tag].end() && (change + 1)->row <= row) ++change;
        codes.push_back(change->code);
      }
    }
    return Status::Ok();
  }

  Status FindChanges(size_t tag, std::vector<Change>* changes) {
    const auto column = static_cast<int>(tag);
    const ChunkPages& chunk = layout_.columns[tag];
    std::vector<uint32_t> pages(chunk.pages.size());
    for (uint32_t i = 0; i < pages.size(); ++i) pages[i] = i;
    ASSIGN_OR_RETURN(std::string bytes, FetchPages(chunk, pages, read_));
    const auto untyped = OpenPages(file_, column, std::move(bytes), layout_.row_count);
    auto& reader = static_cast<parquet::ByteArrayReader&>(*untyped);

    constexpr int64_t kBatchRows = 4096;
    std::vector<parquet::ByteArray> values(kBatchRows);
    std::vector<int16_t> levels(kBatchRows);
    std::unordered_map<std::string_view, int32_t> codes;  // of texts in `kept`
    auto& kept = layout_.tags[tag].values;
    const uint8_t* last_pointer = nullptr;
    uint32_t last_size = 0;
    int32_t last_code = -2;
    uint32_t row = 0;
    while (reader.HasNext()) {
      int64_t value_count = 0;
      const int64_t got =
          reader.ReadBatch(kBatchRows, levels.data(), nullptr, values.data(), &value_count);
      if (got == 0 || got > int64_t{layout_.row_count} - row) return Damaged();
      // A pointer of the batch before may have been used again for other bytes.
      last_pointer = nullptr;
      int64_t next = 0;
      for (int64_t i = 0; i < got; ++i, ++row) {
        int32_t code = -1;
        if (levels[static_cast<size_t>(i)] != 0) {
          if (next == value_count) return Damaged();
          const parquet::ByteArray& value = values[static_cast<size_t>(next++)];
          if (value.ptr == last_pointer && value.len == last_size && last_pointer != nullptr)
            continue;
          last_pointer = value.ptr;
          last_size = value.len;
          code = CodeOf({reinterpret_cast<const char*>(value.ptr), value.len}, &codes, &kept);
        } else {
          last_pointer = nullptr;
        }
        if (code != last_code) changes->push_back({row, code});
        last_code = code;
      }
    }
    if (row != layout_.row_count) return Damaged();
    return Status::Ok();
  }

  static int32_t CodeOf(std::string_view text, std::unordered_map<std::string_view, int32_t>* codes,
                        std::vector<std::string>* kept) {
    const auto known = codes->find(text);
    if (known != codes->end()) return known->second;
    const auto code = static_cast<int32_t>(kept->size());
    if (kept->size() == kept->capacity()) {
      // Short texts move with the vector.
      kept->reserve(std::max<size_t>(16, kept->size() * 2));
      codes->clear();
      for (size_t i = 0; i < kept->size(); ++i) codes->emplace((*kept)[i], static_cast<int32_t>(i));
    }
    kept->emplace_back(text);
    codes->emplace(kept->back(), code);
    return code;
  }

  void CountBytes() {
    size_t bytes = sizeof(GroupLayout);
    for (const ChunkPages& chunk : layout_.columns) {
      bytes += sizeof(chunk) + chunk.pages.size() * sizeof(chunk.pages[0]);
    }
    bytes += layout_.page_times.size() * sizeof(model::TimeRange);
    bytes += layout_.run_ends.size() * sizeof(uint32_t);
    for (const GroupLayout::Tag& tag : layout_.tags) {
      bytes += sizeof(tag) + tag.codes.size() * sizeof(int32_t);
      for (const std::string& value : tag.values) bytes += sizeof(value) + value.capacity();
    }
    layout_.size_bytes = bytes;
  }

  const FileLayout& file_;
  const uint64_t file_bytes_;
  const size_t group_;
  const ReadBytes& read_;
  GroupLayout& layout_;
  const std::unique_ptr<parquet::RowGroupMetaData> metadata_;
};

}  // namespace

Status ReadGroupLayout(const FileLayout& file, uint64_t file_bytes, size_t group,
                       const ReadBytes& read, GroupLayout* layout) {
  return GroupReader(file, file_bytes, group, read, layout).Read();
}

}  // namespace influxdb3::persist
