#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "query/duckdb/dialect/function_support.h"

namespace influxdb3::query::sql {

/// What an aggregate over percentiles is asked for.
struct PercentileArguments : duckdb::FunctionData {
  PercentileArguments(double wanted, size_t centroids)
      : fraction(wanted), centroids_max(centroids) {}
  duckdb::unique_ptr<duckdb::FunctionData> Copy() const override {
    return duckdb::make_uniq<PercentileArguments>(fraction, centroids_max);
  }
  bool Equals(const duckdb::FunctionData& other) const override {
    const auto& that = other.Cast<PercentileArguments>();
    return fraction == that.fraction && centroids_max == that.centroids_max;
  }
  double fraction;       ///< 0 to 1
  size_t centroids_max;  ///< 0 for the exact value
};

/// Reads the fraction and, unless null, the size of the digest, which must be constants. `shown`
/// is the function in errors. Throws the reference's plan errors.
duckdb::unique_ptr<PercentileArguments> ReadPercentileArguments(duckdb::ClientContext& context,
                                                                const char* shown,
                                                                const duckdb::Expression& fraction,
                                                                const duckdb::Expression* size);

/// A number of another type, as near as that gets: integers are cut off, NaN is 0.
template <class T>
T NearestOf(double value) {
  if constexpr (std::is_integral_v<T>) {
    if (std::isnan(value)) return 0;
    if (value >= static_cast<double>(std::numeric_limits<T>::max())) {
      return std::numeric_limits<T>::max();
    }
    if (value <= static_cast<double>(std::numeric_limits<T>::min())) {
      return std::numeric_limits<T>::min();
    }
  }
  return static_cast<T>(value);
}

}  // namespace influxdb3::query::sql
