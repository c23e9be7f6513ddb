#include "query/duckdb/scan_filter.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "duckdb/execution/expression_executor.hpp"
#include "duckdb/planner/expression/bound_between_expression.hpp"
#include "duckdb/planner/expression/bound_columnref_expression.hpp"
#include "duckdb/planner/expression/bound_comparison_expression.hpp"
#include "duckdb/planner/expression/bound_constant_expression.hpp"
#include "duckdb/planner/expression/bound_reference_expression.hpp"
#include "duckdb/planner/expression_iterator.hpp"

namespace influxdb3::query {
namespace {

using duckdb::Expression;
using duckdb::ExpressionClass;
using duckdb::ExpressionType;
using model::TimeRange;

class FilterExtractor {
 public:
  FilterExtractor(duckdb::ClientContext& context, ScanSource& source,
                  const std::vector<uint32_t>& columns, ScanFilter* filter)
      : context_(context), source_(source), columns_(columns), filter_(filter) {}

  /// Whether `filter` was taken over completely.
  bool Take(const Expression& expression) {
    return TakeTime(expression) || TakeTagCondition(expression);
  }
  /// The same for bounds of `time` alone.
  bool TakeTime(const Expression& expression) {
    return TakeTimeComparison(expression) || TakeTimeBetween(expression);
  }

 private:
  const ScanColumn* ColumnOf(const Expression& expression) const {
    if (expression.GetExpressionClass() != ExpressionClass::BOUND_COLUMN_REF) return nullptr;
    const auto& reference = expression.Cast<duckdb::BoundColumnRefExpression>();
    const auto index = reference.binding.column_index;
    if (reference.depth > 0 || index >= columns_.size()) return nullptr;
    return columns_[index] == kNoScanColumn ? nullptr : &source_.columns()[columns_[index]];
  }
  bool IsTime(const Expression& expression) const {
    const ScanColumn* column = ColumnOf(expression);
    return column != nullptr && column->kind == ScanColumn::Kind::kTime;
  }
  static std::optional<int64_t> TimeConstant(const Expression& expression) {
    if (expression.GetExpressionClass() != ExpressionClass::BOUND_CONSTANT) return std::nullopt;
    const duckdb::Value& value = expression.Cast<duckdb::BoundConstantExpression>().value;
    if (value.IsNull() || value.type() != duckdb::LogicalType::TIMESTAMP_NS) return std::nullopt;
    return value.GetValueUnsafe<int64_t>();
  }

  void Narrow(TimeRange range) { filter_->time = filter_->time.Intersect(range); }

  bool TakeTimeComparison(const Expression& expression) {
    if (expression.GetExpressionClass() != ExpressionClass::BOUND_COMPARISON) return false;
    const auto& comparison = expression.Cast<duckdb::BoundComparisonExpression>();
    ExpressionType type = comparison.GetExpressionType();
    const Expression* constant = comparison.right.get();
    if (!IsTime(*comparison.left)) {
      if (!IsTime(*comparison.right)) return false;
      constant = comparison.left.get();
      type = duckdb::FlipComparisonExpression(type);
    }
    const std::optional<int64_t> bound = TimeConstant(*constant);
    if (!bound) return false;
    switch (type) {
      case ExpressionType::COMPARE_EQUAL: Narrow({*bound, *bound}); return true;
      case ExpressionType::COMPARE_LESSTHAN: Narrow(TimeRange::Below(*bound)); return true;
      case ExpressionType::COMPARE_LESSTHANOREQUALTO:
        Narrow(TimeRange::AtMost(*bound));
        return true;
      case ExpressionType::COMPARE_GREATERTHAN: Narrow(TimeRange::Above(*bound)); return true;
      case ExpressionType::COMPARE_GREATERTHANOREQUALTO:
        Narrow(TimeRange::AtLeast(*bound));
        return true;
      default: return false;
    }
  }

  bool TakeTimeBetween(const Expression& expression) {
    if (expression.GetExpressionClass() != ExpressionClass::BOUND_BETWEEN) return false;
    const auto& between = expression.Cast<duckdb::BoundBetweenExpression>();
    if (!IsTime(*between.input)) return false;
    const std::optional<int64_t> lower = TimeConstant(*between.lower);
    const std::optional<int64_t> upper = TimeConstant(*between.upper);
    if (!lower || !upper) return false;
    Narrow(between.lower_inclusive ? TimeRange::AtLeast(*lower) : TimeRange::Above(*lower));
    Narrow(between.upper_inclusive ? TimeRange::AtMost(*upper) : TimeRange::Below(*upper));
    return true;
  }

  /// Replaces the expression's column references by references to positions in `tags`, which gets
  /// the tags named; false when something else than tags is named, or nothing.
  bool ReferToTags(duckdb::unique_ptr<Expression>* expression, std::vector<uint32_t>* tags) const {
    if ((*expression)->GetExpressionClass() == ExpressionClass::BOUND_COLUMN_REF) {
      const ScanColumn* column = ColumnOf(**expression);
      if (column == nullptr || column->kind != ScanColumn::Kind::kTag) return false;
      const auto known = std::find(tags->begin(), tags->end(), column->tag_index);
      const auto position = static_cast<duckdb::idx_t>(known - tags->begin());
      if (known == tags->end()) tags->push_back(column->tag_index);
      *expression = duckdb::make_uniq<duckdb::BoundReferenceExpression>(
          duckdb::LogicalType::VARCHAR, position);
      return true;
    }
    bool only_tags = (*expression)->GetExpressionClass() != ExpressionClass::BOUND_SUBQUERY;
    duckdb::ExpressionIterator::EnumerateChildren(
        **expression, [&](duckdb::unique_ptr<Expression>& child) {
          only_tags = only_tags && ReferToTags(&child, tags);
        });
    return only_tags;
  }

  bool TakeTagCondition(const Expression& expression) {
    if (expression.IsVolatile() || expression.HasParameter() || expression.HasSubquery() ||
        expression.return_type != duckdb::LogicalType::BOOLEAN || source_.snapshot() == nullptr) {
      return false;
    }
    duckdb::unique_ptr<Expression> condition = expression.Copy();
    std::vector<uint32_t> tags;
    if (!ReferToTags(&condition, &tags) || tags.empty()) return false;
    std::vector<uint8_t> series_passes;
    try {
      series_passes = tags.size() == 1 ? EvaluateOnValues(*condition, tags[0])
                                       : EvaluateOnSeries(*condition, tags);
    } catch (const std::exception&) {
      // Some value makes it fail. Whether a row with that value is reached is the engine's
      // business.
      return false;
    }
    SelectSeries(std::move(series_passes));
    return true;
  }

  /// Sets those of the flags from `begin` whose row in `input` passes.
  static void Evaluate(duckdb::ExpressionExecutor* executor, duckdb::DataChunk* input,
                       duckdb::idx_t count, uint8_t* passes) {
    input->SetCardinality(count);
    duckdb::SelectionVector selected(STANDARD_VECTOR_SIZE);
    const duckdb::idx_t selected_count = executor->SelectExpression(*input, selected);
    for (duckdb::idx_t i = 0; i < selected_count; ++i) passes[selected.get_index(i)] = 1;
  }

  /// By series; decided once for each value of the tag.
  std::vector<uint8_t> EvaluateOnValues(const Expression& condition, uint32_t tag) {
    const auto dictionary = source_.TagDictionary(tag);
    const duckdb::idx_t size = dictionary->size.GetIndex();
    std::vector<uint8_t> value_passes(size);
    duckdb::ExpressionExecutor executor(context_, condition);
    for (duckdb::idx_t begin = 0; begin < size; begin += STANDARD_VECTOR_SIZE) {
      const duckdb::idx_t count = std::min<duckdb::idx_t>(STANDARD_VECTOR_SIZE, size - begin);
      duckdb::DataChunk input;
      input.InitializeEmpty({duckdb::LogicalType::VARCHAR});
      input.data[0].Slice(dictionary->data, begin, begin + count);
      Evaluate(&executor, &input, count, value_passes.data() + begin);
    }
    const buffer::SeriesView& series = source_.snapshot()->series();
    const uint32_t* codes = series.tags[tag].codes;
    std::vector<uint8_t> passes(series.series_count);
    for (uint32_t i = 0; i < series.series_count; ++i) {
      passes[i] = value_passes[codes == nullptr ? 0 : codes[i]];
    }
    return passes;
  }

  /// By series; decided once for each of them.
  std::vector<uint8_t> EvaluateOnSeries(const Expression& condition,
                                        const std::vector<uint32_t>& tags) {
    const buffer::SeriesView& series = source_.snapshot()->series();
    std::vector<uint8_t> passes(series.series_count);
    duckdb::ExpressionExecutor executor(context_, condition);
    const duckdb::vector<duckdb::LogicalType> types(tags.size(), duckdb::LogicalType::VARCHAR);
    for (uint32_t begin = 0; begin < series.series_count; begin += STANDARD_VECTOR_SIZE) {
      const uint32_t count = std::min<uint32_t>(STANDARD_VECTOR_SIZE, series.series_count - begin);
      duckdb::DataChunk input;
      input.InitializeEmpty(types);
      for (size_t i = 0; i < tags.size(); ++i) {
        const uint32_t* codes = series.tags[tags[i]].codes;
        duckdb::SelectionVector values(count);
        for (uint32_t j = 0; j < count; ++j) {
          values.set_index(j, codes == nullptr ? 0 : codes[begin + j]);
        }
        input.data[i].Dictionary(source_.TagDictionary(tags[i]), values);
      }
      Evaluate(&executor, &input, count, passes.data() + begin);
    }
    return passes;
  }

  void SelectSeries(std::vector<uint8_t> passes) {
    uint32_t selected = 0;
    for (size_t i = 0; i < passes.size(); ++i) {
      if (filter_->SelectsSeries()) passes[i] &= filter_->series_selected[i];
      selected += passes[i];
    }
    filter_->series_selected = std::move(passes);
    filter_->selected_count = selected;
  }

  duckdb::ClientContext& context_;
  ScanSource& source_;
  const std::vector<uint32_t>& columns_;
  ScanFilter* filter_;
};

}  // namespace

void ExtractScanFilters(duckdb::ClientContext& context, ScanSource& source,
                        const std::vector<uint32_t>& columns,
                        duckdb::vector<duckdb::unique_ptr<Expression>>* filters,
                        ScanFilter* filter) {
  FilterExtractor extractor(context, source, columns, filter);
  std::erase_if(*filters, [&](const duckdb::unique_ptr<Expression>& expression) {
    return extractor.Take(*expression);
  });
}

void NarrowToTimes(duckdb::ClientContext& context, ScanSource& source,
                   const std::vector<uint32_t>& columns,
                   const duckdb::vector<duckdb::unique_ptr<Expression>>& filters,
                   ScanFilter* filter) {
  FilterExtractor extractor(context, source, columns, filter);
  for (const auto& expression : filters) extractor.TakeTime(*expression);
}

}  // namespace influxdb3::query
