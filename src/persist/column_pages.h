#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "persist/file_layout.h"

namespace influxdb3::persist {

/// Values of chosen rows of one column, one behind the other.
struct ColumnRows {
  enum class Kind { kWords, kBools, kTexts };
  Kind kind = Kind::kWords;
  std::vector<uint64_t> words;  ///< kWords: int64, uint64, float64, timestamps by their bits
  std::vector<uint8_t> bools;   ///< kBools: 0 or 1
  std::vector<uint64_t> ends;   ///< kTexts: of each text in `text`
  std::string text;
  /// By row, 0 = NULL, whose value means nothing; empty = no row is NULL.
  std::vector<uint8_t> valid;

  bool IsValid(size_t row) const { return valid.empty() || valid[row] != 0; }
};

/// Reads `ranges`, ascending and not overlapping, of a column of the file, and no page without rows
/// of them; Parquet's checksums of pages are checked. Corruption when the pages do not fit the
/// layout; else the errors of `read`.
util::Status ReadColumn(const FileLayout& file, const GroupLayout& group, int column,
                        const std::vector<RowRange>& ranges, const ReadBytes& read,
                        ColumnRows* rows);

}  // namespace influxdb3::persist
