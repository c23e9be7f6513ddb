// iox_gap_fill: the aggregated rows of one series, with a row for every bin.
#include <algorithm>
#include <limits>
#include <numeric>
#include <string>
#include <type_traits>
#include <vector>

#include <fmt/format.h>

#include "duckdb/common/vector_operations/vector_operations.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/civil_time.h"
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/gap_fill.h"
#include "query/duckdb/dialect/time_stride.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::FlatVector;
using duckdb::idx_t;
using duckdb::ListVector;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::StructVector;
using duckdb::Value;
using duckdb::Vector;
using util::Status;

constexpr idx_t kGap = duckdb::DConstants::INVALID_INDEX;

/// What is constant in one call.
struct FillPlan {
  std::string fills;  ///< one FillStrategy per column behind the time
  bool wall_clock = false;
  Stride stride;
  bool operator==(const FillPlan& other) const {
    return fills == other.fills && wall_clock == other.wall_clock && stride == other.stride;
  }
};

/// The rows that come out: for each its time, and the row it comes from or kGap.
struct FilledRows {
  std::vector<int64_t> times;
  std::vector<idx_t> sources;
  std::vector<std::pair<idx_t, idx_t>> series;  ///< begin and end in the above
};

void AddSeries(const duckdb::list_entry_t& entry, const int64_t* times,
               const std::vector<int64_t>& bins, FilledRows* filled) {
  std::vector<idx_t> order(entry.length);
  std::iota(order.begin(), order.end(), entry.offset);
  std::sort(order.begin(), order.end(), [&](idx_t a, idx_t b) { return times[a] < times[b]; });
  const idx_t begin = filled->times.size();
  size_t row = 0;
  const auto emit_rows = [&](int64_t until) {
    for (; row < order.size() && times[order[row]] <= until; ++row) {
      filled->times.push_back(times[order[row]]);
      filled->sources.push_back(order[row]);
    }
  };
  for (const int64_t bin : bins) {
    emit_rows(bin);
    if (filled->times.size() > begin && filled->times.back() == bin) continue;
    filled->times.push_back(bin);
    filled->sources.push_back(kGap);
  }
  emit_rows(INT64_MAX);
  filled->series.emplace_back(begin, filled->times.size());
}

/// Copies a column's values to where they come out. For `locf` a row without a value takes the
/// last one of its series.
void CopyColumn(Vector& input, idx_t input_count, const FilledRows& filled, FillStrategy strategy,
                Vector& output) {
  const idx_t count = filled.times.size();
  duckdb::UnifiedVectorFormat format;
  input.ToUnifiedFormat(input_count, format);
  duckdb::SelectionVector sources(count);
  std::vector<bool> missing(count);
  for (const auto& [begin, end] : filled.series) {
    idx_t last = kGap;
    for (idx_t i = begin; i < end; ++i) {
      const idx_t source = filled.sources[i];
      const bool present =
          source != kGap && format.validity.RowIsValid(format.sel->get_index(source));
      if (present) last = source;
      const idx_t taken = present || strategy != FillStrategy::kPrevious ? source : last;
      missing[i] = taken == kGap;
      sources.set_index(i, taken == kGap ? 0 : taken);
    }
  }
  duckdb::VectorOperations::Copy(input, output, sources, count, 0, 0);
  for (idx_t i = 0; i < count; ++i) {
    if (!missing[i]) continue;
    if (strategy == FillStrategy::kZero) {
      FlatVector::Validity(output).SetValid(i);
      FlatVector::GetData<int64_t>(output)[i] = 0;
    } else {
      FlatVector::SetNull(output, i, true);
    }
  }
}

template <class T>
double Rise(T low, T high) {
  if constexpr (std::is_floating_point_v<T>) return high - low;
  // Unsigned, as the difference of two signed numbers need not fit.
  const auto from = static_cast<uint64_t>(low);
  const auto to = static_cast<uint64_t>(high);
  return high >= low ? static_cast<double>(to - from) : -static_cast<double>(from - to);
}

/// On the line through two points. Integers are cut towards zero, after the sum.
template <class T>
T OnLine(T low, T high, int64_t low_time, int64_t high_time, int64_t time) {
  const double rise = Rise(low, high);
  const double run = static_cast<double>(static_cast<uint64_t>(high_time) - low_time);
  const double distance = static_cast<double>(static_cast<uint64_t>(time) - low_time);
  const double value = rise / run * distance + static_cast<double>(low);
  if constexpr (std::is_floating_point_v<T>) return value;
  // What does not fit is what is nearest to it.
  if (value <= static_cast<double>(std::numeric_limits<T>::min())) {
    return std::numeric_limits<T>::min();
  }
  if (value >= static_cast<double>(std::numeric_limits<T>::max())) {
    return std::numeric_limits<T>::max();
  }
  return static_cast<T>(value);
}

/// Fills the rows without a value that stand between two with one.
template <class T>
void InterpolateValues(Vector& column, const FilledRows& filled) {
  T* const values = FlatVector::GetData<T>(column);
  auto& validity = FlatVector::Validity(column);
  std::vector<idx_t> set;
  for (const auto& [begin, end] : filled.series) {
    idx_t low = kGap;
    for (idx_t high = begin; high < end; ++high) {
      if (!validity.RowIsValid(high)) continue;
      for (idx_t i = low + 1; low != kGap && i < high; ++i) {
        values[i] = OnLine<T>(values[low], values[high], filled.times[low], filled.times[high],
                              filled.times[i]);
        set.push_back(i);
      }
      low = high;
    }
  }
  for (const idx_t i : set) validity.SetValid(i);
}

void Interpolate(Vector& column, const FilledRows& filled) {
  switch (column.GetType().id()) {
    case LogicalTypeId::BIGINT: InterpolateValues<int64_t>(column, filled); return;
    case LogicalTypeId::UBIGINT: InterpolateValues<uint64_t>(column, filled); return;
    case LogicalTypeId::DOUBLE: InterpolateValues<double>(column, filled); return;
    case LogicalTypeId::STRUCT: {
      // A selector's pair. Only its value is on a line; the time of a gap stays unknown, and the
      // pair itself is there in every row.
      auto& members = StructVector::GetEntries(column);
      for (idx_t i = 0; i < filled.times.size(); ++i) FlatVector::Validity(column).SetValid(i);
      Interpolate(*members[0], filled);
      return;
    }
    default:
      ThrowFromFunction(Status::Internal(
          fmt::format("Execution error: unsupported data type {} for interpolation gap filling",
                      ArrowTypeText(column.GetType()))));
  }
}

int64_t Bound(Vector& bound, idx_t row, int64_t otherwise) {
  const Value value = bound.GetValue(row);
  return value.IsNull() ? otherwise : value.GetValue<int64_t>();
}

void RunGapFill(duckdb::DataChunk& arguments, duckdb::ExpressionState& state, Vector& result) {
  const FillPlan& plan = BoundValueOf<FillPlan>(state);
  Vector& lists = arguments.data[0];
  const idx_t count = arguments.size();
  lists.Flatten(count);
  Vector& rows = ListVector::GetEntry(lists);
  const idx_t row_count = ListVector::GetListSize(lists);
  rows.Flatten(row_count);
  auto& members = StructVector::GetEntries(rows);
  for (auto& member : members) member->Flatten(row_count);
  std::shared_ptr<const TimeZone> zone;
  if (plan.wall_clock) {
    const std::string name = TimestampZone(members[0]->GetType());
    auto found = TimeZone::Find(name.empty() ? "+00:00" : name);
    if (!found.ok()) ThrowFromFunction(found.status());
    zone = *found;
  }
  // A bound that is NULL lets no row pass, so there is nothing to fill either.
  const std::vector<int64_t> bins =
      ListBins(Bound(arguments.data[1], 0, 0), Bound(arguments.data[2], 0, -1), plan.stride,
               zone.get(), kGapFillRowsMax);
  FilledRows filled;
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* const entries = FlatVector::GetData<duckdb::list_entry_t>(result);
  for (idx_t i = 0; i < count; ++i) {
    const idx_t begin = filled.times.size();
    if (FlatVector::IsNull(lists, i)) {
      FlatVector::SetNull(result, i, true);
    } else {
      if (filled.times.size() + bins.size() > kGapFillBatchRowsMax) {
        ThrowFromFunction(Status::LimitExceeded(
            fmt::format("Resources exhausted: gap filling would make more than {} rows of {} "
                        "series at once",
                        kGapFillBatchRowsMax, count)));
      }
      AddSeries(FlatVector::GetData<duckdb::list_entry_t>(lists)[i],
                FlatVector::GetData<int64_t>(*members[0]), bins, &filled);
    }
    entries[i] = {begin, filled.times.size() - begin};
  }
  const idx_t filled_count = filled.times.size();
  ListVector::Reserve(result, filled_count);
  ListVector::SetListSize(result, filled_count);
  auto& outputs = StructVector::GetEntries(ListVector::GetEntry(result));
  if (filled_count > 0) {
    std::copy(filled.times.begin(), filled.times.end(), FlatVector::GetData<int64_t>(*outputs[0]));
  }
  for (size_t k = 1; k < members.size() && filled_count > 0; ++k) {
    const auto strategy = static_cast<FillStrategy>(plan.fills[k - 1]);
    CopyColumn(*members[k], row_count, filled, strategy, *outputs[k]);
    if (strategy == FillStrategy::kInterpolate) Interpolate(*outputs[k], filled);
  }
}

duckdb::unique_ptr<duckdb::FunctionData> BindGapFill(duckdb::ClientContext& context,
                                                     duckdb::ScalarFunction& function,
                                                     BoundArguments& arguments) {
  FillPlan plan;
  plan.fills = ConstantArgument(context, *arguments[3], "gap filling plan").ToString();
  plan.wall_clock = plan.fills[0] == kWallClockPlan;
  plan.fills.erase(0, 1);
  plan.stride =
      ReadStride(ConstantArgument(context, *arguments[4],
                                  "stride argument to DATE_BIN_GAPFILL for gap fill query must "
                                  "evaluate to a scalar"));
  if (plan.stride.months != 0) {
    ThrowFromFunction(
        Status::Internal("Execution error: gap filling does not support month intervals"));
  }
  const Value origin = ConstantArgument(context, *arguments[5],
                                        "origin argument to DATE_BIN_GAPFILL for gap fill query "
                                        "must evaluate to a scalar")
                           .CastAs(context, LogicalType(LogicalTypeId::TIMESTAMP_NS));
  if (!origin.IsNull()) plan.stride.origin = origin.GetValueUnsafe<int64_t>();
  for (size_t i = 5; i >= 3; --i) duckdb::Function::EraseArgument(function, arguments, i);
  function.arguments = {arguments[0]->return_type, LogicalType::BIGINT, LogicalType::BIGINT};
  function.return_type = arguments[0]->return_type;
  return duckdb::make_uniq<BoundValue<FillPlan>>(plan);
}

}  // namespace

void RegisterGapFill(duckdb::ExtensionLoader& loader) {
  duckdb::ScalarFunction function = Polymorphic("iox_gap_fill", 6, BindGapFill);
  function.function = RunGapFill;
  function.SetNullHandling(duckdb::FunctionNullHandling::SPECIAL_HANDLING);
  function.SetErrorMode(duckdb::FunctionErrors::CAN_THROW_RUNTIME_ERROR);
  loader.RegisterFunction(function);
}

}  // namespace influxdb3::query::sql
