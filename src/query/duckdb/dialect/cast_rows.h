#pragma once

#include <string>

#include "duckdb.hpp"
#include "duckdb/common/vector_operations/unary_executor.hpp"

#include "query/duckdb/dialect/function_support.h"

namespace influxdb3::query::sql {

/// How willingly DuckDB converts to VARCHAR by itself.
inline constexpr int64_t kImplicitTextCost = 149;
inline constexpr int64_t kExplicitOnly = -1;

/// A value that cannot be cast: NULL for TRY_CAST, else an error.
template <class T>
T Fail(const std::string& message, duckdb::ValidityMask& mask, duckdb::idx_t row,
       duckdb::CastParameters& parameters, bool* all_cast) {
  if (parameters.error_message == nullptr) {
    ThrowFromFunction(util::Status::Internal(message));
  }
  if (parameters.error_message->empty()) *parameters.error_message = message;
  mask.SetInvalid(row);
  *all_cast = false;
  return T{};
}

/// Casts each value by `convert(value, &converted, &message)`, which is false for those that have
/// no cast.
template <class From, class To, class Convert>
bool CastRows(duckdb::Vector& source, duckdb::Vector& result, duckdb::idx_t count,
              duckdb::CastParameters& parameters, Convert convert) {
  bool all_cast = true;
  duckdb::UnaryExecutor::ExecuteWithNulls<From, To>(
      source, result, count, [&](From value, duckdb::ValidityMask& mask, duckdb::idx_t row) {
        To converted{};
        std::string message;
        if (convert(value, &converted, &message)) return converted;
        return Fail<To>(message, mask, row, parameters, &all_cast);
      });
  return all_cast;
}

}  // namespace influxdb3::query::sql
