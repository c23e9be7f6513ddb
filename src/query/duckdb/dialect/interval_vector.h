#pragma once

#include "duckdb.hpp"

#include "query/duckdb/dialect/interval_literal.h"

namespace influxdb3::query::sql {

/// Reads a vector of INTERVAL or of our interval with nanoseconds.
class IntervalReader {
 public:
  IntervalReader(duckdb::Vector& vector, duckdb::idx_t count)
      : nano_(IsNanoInterval(vector.GetType())) {
    vector.ToUnifiedFormat(count, rows_);
    if (!nano_) return;
    auto& members = duckdb::StructVector::GetEntries(vector);
    for (size_t i = 0; i < 3; ++i) members[i]->ToUnifiedFormat(count, members_[i]);
  }

  bool IsValid(duckdb::idx_t row) const {
    return rows_.validity.RowIsValid(rows_.sel->get_index(row));
  }

  IntervalParts At(duckdb::idx_t row) const {
    const auto index = rows_.sel->get_index(row);
    if (!nano_) {
      const auto& value = duckdb::UnifiedVectorFormat::GetData<duckdb::interval_t>(rows_)[index];
      return {value.months, value.days, value.micros * 1000};
    }
    return {Member<int32_t>(0, index), Member<int32_t>(1, index), Member<int64_t>(2, index)};
  }

 private:
  template <class T>
  T Member(size_t member, duckdb::idx_t row) const {
    const auto& format = members_[member];
    return duckdb::UnifiedVectorFormat::GetData<T>(format)[format.sel->get_index(row)];
  }

  bool nano_;
  duckdb::UnifiedVectorFormat rows_;
  duckdb::UnifiedVectorFormat members_[3];
};

}  // namespace influxdb3::query::sql
