#include "persist/page_stream.h"

#include <utility>

#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <parquet/column_reader.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>
#include <parquet/schema.h>

namespace influxdb3::persist {

util::Result<std::string> FetchPages(const ChunkPages& chunk, const std::vector<uint32_t>& pages,
                                     const ReadBytes& read) {
  size_t size = chunk.dictionary_bytes;
  for (const uint32_t page : pages) size += chunk.pages[page].size_bytes;
  std::string bytes(size, '\0');
  char* out = bytes.data();
  if (chunk.dictionary_bytes > 0) {
    RETURN_IF_ERROR(read(chunk.dictionary_offset, chunk.dictionary_bytes, out));
    out += chunk.dictionary_bytes;
  }
  for (size_t i = 0; i < pages.size();) {
    const uint64_t begin = chunk.pages[pages[i]].offset;
    uint64_t end = begin;
    // Pages that follow one another are read together.
    for (; i < pages.size() && chunk.pages[pages[i]].offset == end; ++i) {
      end += chunk.pages[pages[i]].size_bytes;
    }
    RETURN_IF_ERROR(read(begin, end - begin, out));
    out += end - begin;
  }
  return bytes;
}

std::shared_ptr<parquet::ColumnReader> OpenPages(const FileLayout& file, int column,
                                                 std::string bytes, int64_t row_count) {
  parquet::ReaderProperties properties = parquet::default_reader_properties();
  properties.set_page_checksum_verification(true);
  const auto* descriptor = file.metadata().schema()->Column(column);
  const auto codec = file.metadata().RowGroup(0)->ColumnChunk(column)->compression();
  auto stream =
      std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(std::move(bytes)));
  auto pages =
      parquet::PageReader::Open(std::move(stream), row_count, codec, properties, *descriptor);
  return parquet::ColumnReader::Make(descriptor, std::move(pages));
}

}  // namespace influxdb3::persist
