#pragma once

#include <string_view>

#include "duckdb/common/types/vector.hpp"

namespace influxdb3::query::sql {

/// The bytes of a text or binary value, valid as long as the value is.
inline std::string_view View(const duckdb::string_t& text) {
  return {text.GetData(), text.GetSize()};
}

/// A value for a row of `result`, which keeps a copy of the text.
inline duckdb::string_t Store(duckdb::Vector& result, std::string_view text) {
  return duckdb::StringVector::AddString(result, text.data(), text.size());
}

/// Whether a character of UTF-8 begins with that byte.
inline bool StartsCharacter(char c) {
  return (c & 0xC0) != 0x80;
}

}  // namespace influxdb3::query::sql
