#include "query/duckdb/selective_filter.h"

#include <algorithm>
#include <utility>

#include "duckdb/planner/filter/conjunction_filter.hpp"
#include "duckdb/planner/filter/constant_filter.hpp"
#include "duckdb/planner/filter/in_filter.hpp"
#include "duckdb/storage/table/column_segment.hpp"

namespace influxdb3::query {
namespace {

using duckdb::ExpressionType;
using duckdb::TableFilter;
using duckdb::TableFilterType;

model::TimeRange TimesOfComparison(const duckdb::ConstantFilter& filter) {
  const model::TimeRange all = model::TimeRange::All();
  const duckdb::Value& value = filter.constant;
  if (value.IsNull() || value.type() != duckdb::LogicalType::TIMESTAMP_NS) return all;
  const auto bound = value.GetValueUnsafe<int64_t>();
  switch (filter.comparison_type) {
    case ExpressionType::COMPARE_EQUAL: return {bound, bound};
    case ExpressionType::COMPARE_LESSTHAN: return model::TimeRange::Below(bound);
    case ExpressionType::COMPARE_LESSTHANOREQUALTO: return model::TimeRange::AtMost(bound);
    case ExpressionType::COMPARE_GREATERTHAN: return model::TimeRange::Above(bound);
    case ExpressionType::COMPARE_GREATERTHANOREQUALTO: return model::TimeRange::AtLeast(bound);
    default: return all;
  }
}

}  // namespace

model::TimeRange TimesOf(const TableFilter& filter) {
  if (filter.filter_type == TableFilterType::CONSTANT_COMPARISON) {
    return TimesOfComparison(filter.Cast<duckdb::ConstantFilter>());
  }
  model::TimeRange range = model::TimeRange::All();
  if (filter.filter_type != TableFilterType::CONJUNCTION_AND) return range;
  for (const auto& child : filter.Cast<duckdb::ConjunctionAndFilter>().child_filters) {
    range = range.Intersect(TimesOf(*child));
  }
  return range;
}

std::optional<std::vector<std::string>> ValuesOf(const TableFilter& filter) {
  const auto is_text = [](const duckdb::Value& value) {
    return !value.IsNull() && value.type().id() == duckdb::LogicalTypeId::VARCHAR;
  };
  switch (filter.filter_type) {
    case TableFilterType::CONSTANT_COMPARISON: {
      const auto& comparison = filter.Cast<duckdb::ConstantFilter>();
      if (comparison.comparison_type != ExpressionType::COMPARE_EQUAL ||
          !is_text(comparison.constant)) {
        return std::nullopt;
      }
      return std::vector<std::string>{duckdb::StringValue::Get(comparison.constant)};
    }
    case TableFilterType::IN_FILTER: {
      std::vector<std::string> values;
      for (const duckdb::Value& value : filter.Cast<duckdb::InFilter>().values) {
        if (!is_text(value)) return std::nullopt;
        values.push_back(duckdb::StringValue::Get(value));
      }
      return values;
    }
    case TableFilterType::CONJUNCTION_AND: {
      std::optional<std::vector<std::string>> fewest;
      for (const auto& child : filter.Cast<duckdb::ConjunctionAndFilter>().child_filters) {
        auto values = ValuesOf(*child);
        if (values && (!fewest || values->size() < fewest->size())) fewest = std::move(values);
      }
      return fewest;
    }
    case TableFilterType::CONJUNCTION_OR: {
      std::vector<std::string> all;
      for (const auto& child : filter.Cast<duckdb::ConjunctionOrFilter>().child_filters) {
        const auto values = ValuesOf(*child);
        if (!values) return std::nullopt;
        all.insert(all.end(), values->begin(), values->end());
      }
      return all;
    }
    default: return std::nullopt;
  }
}

AppliedFilter::AppliedFilter(duckdb::ClientContext& context, const TableFilter& filter)
    : filter_(filter), state_(duckdb::TableFilterState::Initialize(context, filter)) {}

void AppliedFilter::Select(duckdb::Vector* vector, duckdb::idx_t count,
                           duckdb::SelectionVector* selected, duckdb::idx_t* left) {
  if (*left == 0) return;
  duckdb::UnifiedVectorFormat format;
  vector->ToUnifiedFormat(count, format);
  duckdb::ColumnSegment::FilterSelection(*selected, *vector, format, filter_, *state_, count,
                                         *left);
}

std::vector<uint8_t> AppliedFilter::PassingCodes(const std::vector<std::string>& values) {
  std::vector<uint8_t> passes(values.size() + 1, 0);
  for (size_t begin = 0; begin < passes.size(); begin += STANDARD_VECTOR_SIZE) {
    const size_t count = std::min<size_t>(STANDARD_VECTOR_SIZE, passes.size() - begin);
    duckdb::Vector texts(duckdb::LogicalType::VARCHAR);
    auto* data = duckdb::FlatVector::GetData<duckdb::string_t>(texts);
    for (size_t i = 0; i < count; ++i) {
      if (begin + i == 0) {
        duckdb::FlatVector::SetNull(texts, 0, true);
        continue;
      }
      const std::string& value = values[begin + i - 1];
      data[i] = duckdb::string_t(value.data(), static_cast<uint32_t>(value.size()));
    }
    duckdb::SelectionVector selected;
    duckdb::idx_t left = count;
    Select(&texts, count, &selected, &left);
    for (duckdb::idx_t i = 0; i < left; ++i) passes[begin + selected.get_index(i)] = 1;
  }
  return passes;
}

}  // namespace influxdb3::query
