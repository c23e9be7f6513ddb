#pragma once

#include "persist/file_layout.h"

namespace influxdb3::persist {

/// What FileLayout::ReadGroup gives. Parquet's and Arrow's code may throw out of it.
util::Status ReadGroupLayout(const FileLayout& file, uint64_t file_bytes, size_t group,
                             const ReadBytes& read, GroupLayout* layout);

}  // namespace influxdb3::persist
