#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "persist/file_layout.h"
#include "util/result.h"

namespace parquet {
class ColumnReader;
}

namespace influxdb3::persist {

/// The bytes of some pages of a column, ascending, behind its dictionary's.
util::Result<std::string> FetchPages(const ChunkPages& chunk, const std::vector<uint32_t>& pages,
                                     const ReadBytes& read);

/// Decodes such bytes, which hold `row_count` rows; checks the pages' checksums. May throw, as
/// reading from it may.
std::shared_ptr<parquet::ColumnReader> OpenPages(const FileLayout& file, int column,
                                                 std::string bytes, int64_t row_count);

}  // namespace influxdb3::persist
