#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "duckdb.hpp"

#include "duckdb/planner/table_filter_state.hpp"

#include "model/time_range.h"
#include "persist/file_layout.h"

namespace influxdb3::query {

/// The times that a filter on `time` lets pass, and possibly more.
model::TimeRange TimesOf(const duckdb::TableFilter& filter);

/// Values of which a filter on a tag lets pass at most these; nothing when it does not name them.
std::optional<std::vector<std::string>> ValuesOf(const duckdb::TableFilter& filter);

/// One filter as one thread applies it. Exact: DuckDB's own code decides.
class AppliedFilter {
 public:
  AppliedFilter(duckdb::ClientContext& context, const duckdb::TableFilter& filter);

  /// Of the first `count` rows keeps those in `selected` that pass; `*left` is how many there are.
  void Select(duckdb::Vector* vector, duckdb::idx_t count, duckdb::SelectionVector* selected,
              duckdb::idx_t* left);
  /// By code + 1 of a tag's value: 1 where it passes; NULL first.
  std::vector<uint8_t> PassingCodes(const std::vector<std::string>& values);

 private:
  const duckdb::TableFilter& filter_;
  duckdb::unique_ptr<duckdb::TableFilterState> state_;
};

}  // namespace influxdb3::query
