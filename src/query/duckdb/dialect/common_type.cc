// The reference's common type of two types.
#include "query/duckdb/dialect/common_type.h"

#include <algorithm>
#include <utility>

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/time_types.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;

/// Bits of a whole number; 0 for anything else.
int SignedBits(LogicalTypeId id) {
  switch (id) {
    case LogicalTypeId::TINYINT: return 8;
    case LogicalTypeId::SMALLINT: return 16;
    case LogicalTypeId::INTEGER: return 32;
    case LogicalTypeId::BIGINT: return 64;
    default: return 0;
  }
}
int UnsignedBits(LogicalTypeId id) {
  switch (id) {
    case LogicalTypeId::UTINYINT: return 8;
    case LogicalTypeId::USMALLINT: return 16;
    case LogicalTypeId::UINTEGER: return 32;
    case LogicalTypeId::UBIGINT: return 64;
    default: return 0;
  }
}

bool IsReal(LogicalTypeId id) {
  return id == LogicalTypeId::FLOAT || id == LogicalTypeId::DOUBLE;
}
bool IsWhole(LogicalTypeId id) {
  return SignedBits(id) != 0 || UnsignedBits(id) != 0;
}
bool IsNumber(const LogicalType& type) {
  const LogicalTypeId id = type.id();
  return !IsDuration(type) && (IsWhole(id) || IsReal(id) || id == LogicalTypeId::DECIMAL);
}
bool IsClock(LogicalTypeId id) {
  return IsTimestamp(id) || id == LogicalTypeId::DATE || id == LogicalTypeId::TIME_NS;
}

LogicalType CommonWhole(LogicalTypeId a, LogicalTypeId b) {
  const int signed_bits = std::max(SignedBits(a), SignedBits(b));
  const int unsigned_bits = std::max(UnsignedBits(a), UnsignedBits(b));
  if (signed_bits == 0) return UnsignedBits(a) >= UnsignedBits(b) ? a : b;
  if (unsigned_bits == 0) return SignedBits(a) >= SignedBits(b) ? a : b;
  if (unsigned_bits == 64) return LogicalType::DECIMAL(20, 0);
  const int bits = std::max(signed_bits, 2 * unsigned_bits);
  return bits == 16   ? LogicalType::SMALLINT
         : bits == 32 ? LogicalType::INTEGER
                      : LogicalType::BIGINT;
}

/// Digits and places of the decimals that hold a type's numbers.
std::pair<int, int> DecimalOf(const LogicalType& type) {
  if (type.id() == LogicalTypeId::DECIMAL) {
    return {duckdb::DecimalType::GetWidth(type), duckdb::DecimalType::GetScale(type)};
  }
  if (type.id() == LogicalTypeId::DOUBLE) return {30, 15};
  if (type.id() == LogicalTypeId::FLOAT) return {14, 7};
  switch (std::max(SignedBits(type.id()), UnsignedBits(type.id()))) {
    case 8: return {3, 0};
    case 16: return {5, 0};
    case 32: return {10, 0};
    default: return {20, 0};
  }
}

LogicalType CommonNumber(const LogicalType& left, const LogicalType& right) {
  const LogicalTypeId a = left.id();
  const LogicalTypeId b = right.id();
  if (a == LogicalTypeId::DECIMAL || b == LogicalTypeId::DECIMAL) {
    const auto [left_width, left_scale] = DecimalOf(left);
    const auto [right_width, right_scale] = DecimalOf(right);
    const int scale = std::max(left_scale, right_scale);
    const int whole = std::max(left_width - left_scale, right_width - right_scale);
    return LogicalType::DECIMAL(static_cast<uint8_t>(std::min(38, whole + scale)),
                                static_cast<uint8_t>(scale));
  }
  if (a == LogicalTypeId::DOUBLE || b == LogicalTypeId::DOUBLE) return LogicalType::DOUBLE;
  if (IsReal(a) || IsReal(b)) return LogicalType::FLOAT;
  return CommonWhole(a, b);
}

}  // namespace

std::optional<LogicalType> CommonType(duckdb::ClientContext& context, const LogicalType& left,
                                      const LogicalType& right, TextRule rule) {
  const LogicalTypeId a = left.id();
  const LogicalTypeId b = right.id();
  if (left == right || b == LogicalTypeId::SQLNULL) return left;
  if (a == LogicalTypeId::SQLNULL) return right;
  if (IsNumber(left) && IsNumber(right)) return CommonNumber(left, right);
  const bool left_text = a == LogicalTypeId::VARCHAR;
  if (left_text || b == LogicalTypeId::VARCHAR) {
    const LogicalType& other = left_text ? right : left;
    if (IsNumber(other)) return rule == TextRule::kWins ? LogicalType::VARCHAR : other;
    if (IsClock(other.id()) && rule == TextRule::kWins) return other;
    return std::nullopt;
  }
  if (IsTimestamp(a) && b == LogicalTypeId::DATE) return left;
  if (IsTimestamp(b) && a == LogicalTypeId::DATE) return right;
  const bool same_family = (IsTimestamp(a) && IsTimestamp(b)) || a == b;
  LogicalType common;
  if (!same_family || IsNumber(left) != IsNumber(right) ||
      !LogicalType::TryGetMaxLogicalType(context, left, right, common)) {
    return std::nullopt;
  }
  return common;
}

}  // namespace influxdb3::query::sql
