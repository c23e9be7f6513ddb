#include "query/duckdb/dialect/list_elements.h"

#include <algorithm>

#include "duckdb/common/vector_operations/vector_operations.hpp"
#include "duckdb/function/create_sort_key.hpp"

#include "query/duckdb/dialect/growth.h"

namespace influxdb3::query::sql {

using duckdb::FlatVector;
using duckdb::idx_t;
using duckdb::ListVector;
using duckdb::Vector;

ElementKeys::ElementKeys(Vector& values, idx_t count)
    : keys_(duckdb::LogicalType::BLOB, std::max<idx_t>(count, 1)) {
  const duckdb::OrderModifiers order(duckdb::OrderType::ASCENDING,
                                     duckdb::OrderByNullType::NULLS_FIRST);
  if (count > 0) duckdb::CreateSortKeyHelpers::CreateSortKey(values, count, order, keys_);
  keys_.ToUnifiedFormat(count, format_);
}

std::string_view ElementKeys::operator[](idx_t index) const {
  const auto* keys = duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(format_);
  const duckdb::string_t& key = keys[format_.sel->get_index(index)];
  return {key.GetData(), key.GetSize()};
}

ListArgument::ListArgument(Vector& lists, idx_t count)
    : elements_(ListVector::GetEntry(lists)), element_count_(ListVector::GetListSize(lists)) {
  lists.ToUnifiedFormat(count, format_);
}

bool ListArgument::IsNull(idx_t row) const {
  return !format_.validity.RowIsValid(format_.sel->get_index(row));
}

duckdb::list_entry_t ListArgument::Entry(idx_t row) const {
  const auto* entries = duckdb::UnifiedVectorFormat::GetData<duckdb::list_entry_t>(format_);
  return entries[format_.sel->get_index(row)];
}

void ListBuilder::EndList() {
  const idx_t begin = lists_.empty() ? 0 : lists_.back().offset + lists_.back().length;
  lists_.push_back({begin, picks_.size() - begin});
  nulls_.push_back(false);
}

void ListBuilder::EndNull() {
  EndList();
  nulls_.back() = true;
}

void ListBuilder::Finish(Vector& result) {
  GrowthBudget budget;
  budget.Take(picks_.size(), sizeof(duckdb::string_t));
  ListVector::Reserve(result, picks_.size());
  ListVector::SetListSize(result, picks_.size());
  Vector& elements = ListVector::GetEntry(result);
  duckdb::SelectionVector selection(std::max<idx_t>(picks_.size(), 1));
  for (idx_t i = 0; i < picks_.size(); ++i) selection.set_index(i, picks_[i].index);
  for (idx_t begin = 0, end = 0; begin < picks_.size(); begin = end) {
    while (end < picks_.size() && picks_[end].source == picks_[begin].source) ++end;
    duckdb::VectorOperations::Copy(*sources_[picks_[begin].source], elements, selection, end, begin,
                                   begin);
  }
  auto* const entries = FlatVector::GetData<duckdb::list_entry_t>(result);
  for (idx_t row = 0; row < lists_.size(); ++row) {
    entries[row] = lists_[row];
    if (!nulls_[row]) continue;
    if (result.GetVectorType() == duckdb::VectorType::CONSTANT_VECTOR) {
      duckdb::ConstantVector::SetNull(result, true);
    } else {
      FlatVector::SetNull(result, row, true);
    }
  }
}

idx_t RowsToCompute(const duckdb::DataChunk& arguments, Vector& result) {
  const bool constant = arguments.AllConstant();
  result.SetVectorType(constant ? duckdb::VectorType::CONSTANT_VECTOR
                                : duckdb::VectorType::FLAT_VECTOR);
  return constant ? 1 : arguments.size();
}

}  // namespace influxdb3::query::sql
