#pragma once

#include "duckdb.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/interval_literal.h"

namespace influxdb3::query::sql {

/// Reads a vector of INTERVAL, of our interval with nanoseconds or of durations.
class IntervalReader {
 public:
  IntervalReader(duckdb::Vector& vector, duckdb::idx_t count)
      : nano_(IsNanoInterval(vector.GetType())), duration_(IsDuration(vector.GetType())) {
    unit_ = TimeUnitNanos(vector.GetType());
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
    if (duration_) {
      return {0, 0, duckdb::UnifiedVectorFormat::GetData<int64_t>(rows_)[index] * unit_};
    }
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
  bool duration_;
  int64_t unit_;
  duckdb::UnifiedVectorFormat rows_;
  duckdb::UnifiedVectorFormat members_[3];
};

/// Fills a vector of INTERVAL or of our interval with nanoseconds; makes it flat.
class IntervalWriter {
 public:
  explicit IntervalWriter(duckdb::Vector& vector)
      : vector_(vector), nano_(IsNanoInterval(vector.GetType())) {
    vector.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  }

  void SetNull(duckdb::idx_t row) { duckdb::FlatVector::SetNull(vector_, row, true); }

  /// To an INTERVAL only whole microseconds.
  void Set(duckdb::idx_t row, const IntervalParts& parts) {
    if (!nano_) {
      duckdb::FlatVector::GetData<duckdb::interval_t>(vector_)[row] = {parts.months, parts.days,
                                                                       parts.nanos / 1000};
      return;
    }
    auto& members = duckdb::StructVector::GetEntries(vector_);
    duckdb::FlatVector::GetData<int32_t>(*members[0])[row] = parts.months;
    duckdb::FlatVector::GetData<int32_t>(*members[1])[row] = parts.days;
    duckdb::FlatVector::GetData<int64_t>(*members[2])[row] = parts.nanos;
  }

 private:
  duckdb::Vector& vector_;
  bool nano_;
};

}  // namespace influxdb3::query::sql
