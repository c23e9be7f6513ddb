#pragma once

#include <cstdint>

#include "duckdb.hpp"

namespace influxdb3::query::sql {

/// Counts the bytes one call of a function makes for a vector of rows. DuckDB's memory limit does
/// not see text and list contents, so functions that multiply their input keep these bounds.
class GrowthBudget {
 public:
  static constexpr uint64_t kValueBytesMax = uint64_t{64} << 20;
  static constexpr uint64_t kVectorBytesMax = uint64_t{256} << 20;

  /// Adds a value of `count` * `bytes_each` bytes. Throws the error of an exceeded bound.
  void Take(uint64_t count, uint64_t bytes_each);

 private:
  uint64_t used_ = 0;
};

/// Registers the functions that multiply text or list elements.
void RegisterGrowth(duckdb::ExtensionLoader& loader);

}  // namespace influxdb3::query::sql
