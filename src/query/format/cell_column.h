#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "query/format/byte_sink.h"
#include "query/format/time_text.h"
#include "util/result.h"

namespace arrow {
class Array;
}

namespace influxdb3::query {

enum class CellStyle {
  kJson,     ///< as a JSON value
  kDisplay,  ///< as text; lists `[1, 2]`, structs `{a: 1}`
  kCsv,      ///< as text without CSV quotes; lists and structs as JSON
};

/// One column of a batch made ready for writing cells row by row: the type is looked at once, by
/// MakeCellColumn, and each cell costs one indirect call. Points into the array, which must outlive
/// it. Which members are set depends on the type.
struct CellColumn {
  using IsNullFunction = bool (*)(const CellColumn&, int64_t row);
  using AppendFunction = void (*)(const CellColumn&, int64_t row, ByteSink& sink);

  bool IsNull(int64_t row) const {
    if (is_null != nullptr) return is_null(*this, row);
    if (validity == nullptr) return false;
    const int64_t bit = row + offset;
    return (validity[bit >> 3] >> (bit & 7) & 1) == 0;
  }
  /// Appends the cell's text. The cell must not be NULL.
  void Append(int64_t row, ByteSink& sink) const { append(*this, row, sink); }

  AppendFunction append = nullptr;
  IsNullFunction is_null = nullptr;  ///< only where validity bits do not tell
  const uint8_t* validity = nullptr;
  int64_t offset = 0;
  bool may_need_quotes = false;  ///< cells may hold characters that CSV has to quote

  const arrow::Array* array = nullptr;
  const void* values = nullptr;   ///< fixed-width values, first row first
  const void* offsets = nullptr;  ///< int32 or int64 ends of variable-width values
  const char* bytes = nullptr;
  int64_t units_per_second = 1;
  int32_t scale = 0;
  std::shared_ptr<const TimeZone> zone;
  std::vector<CellColumn> children;  ///< items, members, or a dictionary's values
  std::vector<std::string> keys;     ///< of struct members, in the style's notation
};

/// Fails for types that have no text.
util::Result<CellColumn> MakeCellColumn(const arrow::Array& array, CellStyle style);

}  // namespace influxdb3::query
