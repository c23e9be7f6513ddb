#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "duckdb.hpp"

namespace influxdb3::query::sql {

/// The values of a vector as keys: two are equal exactly when the values are, NULLs and NaNs among
/// each other included, and they sort as the values do, NULLs first. Of any type.
class ElementKeys {
 public:
  ElementKeys(duckdb::Vector& values, duckdb::idx_t count);
  std::string_view operator[](duckdb::idx_t index) const;

 private:
  duckdb::Vector keys_;
  duckdb::UnifiedVectorFormat format_;
};

/// A list argument of a function. The vector must stay alive.
class ListArgument {
 public:
  ListArgument(duckdb::Vector& lists, duckdb::idx_t count);

  bool IsNull(duckdb::idx_t row) const;
  duckdb::idx_t Size(duckdb::idx_t row) const { return Entry(row).length; }
  /// Where the element is among all of the argument.
  duckdb::idx_t At(duckdb::idx_t row, duckdb::idx_t index) const {
    return Entry(row).offset + index;
  }
  duckdb::Vector& elements() const { return elements_; }
  duckdb::idx_t element_count() const { return element_count_; }

 private:
  duckdb::list_entry_t Entry(duckdb::idx_t row) const;

  duckdb::UnifiedVectorFormat format_;
  duckdb::Vector& elements_;
  duckdb::idx_t element_count_;
};

/// Puts lists together from elements of several vectors of one type. Counts what they take against
/// a GrowthBudget.
class ListBuilder {
 public:
  explicit ListBuilder(std::vector<duckdb::Vector*> sources) : sources_(std::move(sources)) {}

  void Add(size_t source, duckdb::idx_t index) { picks_.push_back({source, index}); }
  /// Ends the list of the next row with what was added since the last end.
  void EndList();
  void EndNull();
  /// Writes the rows ended so far.
  void Finish(duckdb::Vector& result);

 private:
  struct Pick {
    size_t source;
    duckdb::idx_t index;
  };
  std::vector<duckdb::Vector*> sources_;
  std::vector<Pick> picks_;
  std::vector<duckdb::list_entry_t> lists_;
  std::vector<bool> nulls_;
};

/// The rows to compute: one when all arguments are constant, for which the result is made constant.
duckdb::idx_t RowsToCompute(const duckdb::DataChunk& arguments, duckdb::Vector& result);

}  // namespace influxdb3::query::sql
