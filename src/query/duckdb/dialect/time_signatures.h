#pragma once

#include "query/duckdb/dialect/function_support.h"

namespace influxdb3::query::sql {

/// Raises the reference's error for arguments that no form of a time function takes. `function` is
/// one of those whose forms are known here: date_bin, date_trunc, to_char, from_unixtime,
/// make_date.
[[noreturn]] void ThrowNoSignature(const std::string& function, const BoundArguments& arguments);

/// The same for functions that check their arguments themselves, with what they say about them.
[[noreturn]] void ThrowNoCoercion(const std::string& function, const BoundArguments& arguments,
                                  const std::string& reason);

/// `Execution error: Unsupported data type … for function …`.
[[noreturn]] void ThrowUnsupportedType(const std::string& function,
                                       const duckdb::LogicalType& type);

/// The types of the arguments as errors list them.
std::string ArgumentTypes(const BoundArguments& arguments);

}  // namespace influxdb3::query::sql
