#pragma once

#include <optional>

#include "duckdb.hpp"

namespace influxdb3::query::sql {

/// What becomes of texts among values of other types.
enum class TextRule {
  kParsed,  ///< read as numbers; no common type with anything else
  kWins,    ///< numbers become text; texts are read as times
};

/// The type values of two types are brought to, where one result may hold either.
std::optional<duckdb::LogicalType> CommonType(duckdb::ClientContext& context,
                                              const duckdb::LogicalType& left,
                                              const duckdb::LogicalType& right, TextRule rule);

}  // namespace influxdb3::query::sql
