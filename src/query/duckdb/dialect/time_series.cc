// generate_series and range over dates and timestamps: a step is added to the last value, so a day
// that a shorter month cut stays cut.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "duckdb/function/function_binder.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/civil_time.h"
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/growth.h"
#include "query/duckdb/dialect/interval_vector.h"
#include "query/duckdb/dialect/time_arithmetic.h"
#include "query/duckdb/dialect/zone_clock.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::DataChunk;
using duckdb::FlatVector;
using duckdb::idx_t;
using duckdb::ListVector;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::UnifiedVectorFormat;
using duckdb::Vector;
using util::Status;

/// What kind of series it is; the letters stand in the call.
struct SeriesKind {
  bool inclusive;  ///< `i`: the stop belongs to it
  bool table;      ///< `t`: rows of a table function, which has errors of its own
  bool operator==(const SeriesKind& other) const {
    return inclusive == other.inclusive && table == other.table;
  }
};

[[noreturn]] void ThrowInfinite(bool upwards) {
  ThrowFromFunction(Status::InvalidArgument(fmt::format(
      "Error during planning: Start is {} than end, but increment is {}: Cannot generate "
      "infinite series",
      upwards ? "smaller" : "bigger", upwards ? "negative" : "positive")));
}

int Direction(const IntervalParts& step) {
  for (const int64_t part : {int64_t{step.months}, int64_t{step.days}, step.nanos}) {
    if (part != 0) return part > 0 ? 1 : -1;
  }
  return 0;
}

void CheckStep(const SeriesKind& kind, bool days, const IntervalParts& step, int64_t start,
               int64_t stop) {
  const int direction = Direction(step);
  if (kind.table) {
    if (direction == 0) {
      ThrowFromFunction(
          Status::InvalidArgument("Error during planning: Step interval cannot be zero"));
    }
    if (start < stop && direction < 0) ThrowInfinite(true);
    if (start > stop && direction > 0) ThrowInfinite(false);
  } else if (days && step.months == 0 && step.days == 0) {
    ThrowFromFunction(
        Status::Internal("Execution error: Cannot generate date range less than 1 day."));
  } else if (direction == 0) {
    ThrowFromFunction(
        Status::Internal(fmt::format("Execution error: Interval argument to {} must not be 0",
                                     kind.inclusive ? "generate_series" : "range")));
  }
}

/// Appends the series of one row, in nanoseconds.
void AppendSeries(const SeriesKind& kind, int64_t start, int64_t stop, const IntervalParts& step,
                  const TimeZone* zone, GrowthBudget* budget, std::vector<int64_t>* values) {
  const bool upwards = Direction(step) > 0;
  for (int64_t value = start;;) {
    if (upwards ? value > stop : value < stop) return;
    if (!kind.inclusive && value == stop) return;
    budget->Take(1, sizeof(int64_t));
    values->push_back(value);
    const int64_t next = ShiftTime(value, step, false, zone);
    if (upwards ? next <= value : next >= value) return;
    value = next;
  }
}

void RunSeries(DataChunk& arguments, duckdb::ExpressionState& state, Vector& result) {
  const SeriesKind kind = BoundValueOf<SeriesKind>(state);
  const bool days = arguments.data[0].GetType().id() == LogicalTypeId::DATE;
  const int64_t unit = days ? kNanosPerDay : 1;
  const std::string name = TimestampZone(arguments.data[0].GetType());
  const std::shared_ptr<const TimeZone> zone = name.empty() ? nullptr : RequireZone(name);
  UnifiedVectorFormat bounds[2];
  for (size_t i = 0; i < 2; ++i) arguments.data[i].ToUnifiedFormat(arguments.size(), bounds[i]);
  const auto nanos_at = [&](size_t column, idx_t row) {
    const idx_t index = bounds[column].sel->get_index(row);
    return days ? UnifiedVectorFormat::GetData<int32_t>(bounds[column])[index] * unit
                : UnifiedVectorFormat::GetData<int64_t>(bounds[column])[index];
  };
  const IntervalReader steps(arguments.data[2], arguments.size());
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* const entries = FlatVector::GetData<duckdb::list_entry_t>(result);
  std::vector<int64_t> values;
  GrowthBudget budget;
  for (idx_t row = 0; row < count; ++row) {
    const idx_t begin = values.size();
    if (!bounds[0].validity.RowIsValid(bounds[0].sel->get_index(row)) ||
        !bounds[1].validity.RowIsValid(bounds[1].sel->get_index(row)) || !steps.IsValid(row)) {
      FlatVector::SetNull(result, row, true);
    } else {
      const int64_t start = nanos_at(0, row);
      const int64_t stop = nanos_at(1, row);
      CheckStep(kind, days, steps.At(row), start, stop);
      AppendSeries(kind, start, stop, steps.At(row), zone.get(), &budget, &values);
    }
    entries[row] = {begin, values.size() - begin};
  }
  ListVector::Reserve(result, values.size());
  ListVector::SetListSize(result, values.size());
  Vector& elements = ListVector::GetEntry(result);
  for (idx_t i = 0; i < values.size(); ++i) {
    if (days) {
      FlatVector::GetData<int32_t>(elements)[i] = static_cast<int32_t>(values[i] / unit);
    } else {
      FlatVector::GetData<int64_t>(elements)[i] = values[i];
    }
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

bool IsTimestamp(const LogicalType& type) {
  return type.id() == LogicalTypeId::TIMESTAMP_NS || type.id() == LogicalTypeId::TIMESTAMP ||
         type.id() == LogicalTypeId::TIMESTAMP_MS || type.id() == LogicalTypeId::TIMESTAMP_SEC;
}

duckdb::unique_ptr<duckdb::FunctionData> BindSeries(duckdb::ClientContext& context,
                                                    duckdb::ScalarFunction& function,
                                                    BoundArguments& arguments) {
  const auto type = [&](size_t i) { return arguments[i]->return_type; };
  if (type(2).id() != LogicalTypeId::INTERVAL && !IsNanoInterval(type(2))) return nullptr;
  const std::string letters =
      ConstantArgument(context, *arguments[3], "the kind of a series").ToString();
  const SeriesKind kind{letters.find('i') != std::string::npos,
                        letters.find('t') != std::string::npos};
  const bool timestamps = kind.table || IsTimestamp(type(0)) || IsTimestamp(type(1));
  const LogicalType element = !timestamps ? LogicalType(LogicalTypeId::DATE)
                              : type(0).id() == LogicalTypeId::TIMESTAMP_NS
                                  ? type(0)
                                  : LogicalType(LogicalTypeId::TIMESTAMP_NS);
  duckdb::Function::EraseArgument(function, arguments, 3);
  function.arguments = {element, element, type(2)};
  function.return_type = LogicalType::LIST(element);
  function.function = RunSeries;
  return duckdb::make_uniq<BoundValue<SeriesKind>>(kind);
}

/// Series of numbers are DuckDB's own, once they are known not to be too long.
duckdb::unique_ptr<duckdb::Expression> BindNumbers(duckdb::FunctionBindExpressionInput& input) {
  if (input.bind_data) return nullptr;
  const duckdb::Value letters =
      duckdb::ExpressionExecutor::EvaluateScalar(input.context, *input.children[3]);
  const bool inclusive = letters.ToString().find('i') != std::string::npos;
  duckdb::FunctionBinder binder(input.context);
  duckdb::ErrorData error;
  BoundArguments guard;
  guard.push_back(input.children[0]->Copy());
  guard.push_back(std::move(input.children[1]));
  guard.push_back(input.children[2]->Copy());
  auto stop =
      binder.BindScalarFunction(DEFAULT_SCHEMA, "iox_bounded_stop", std::move(guard), error, false);
  if (!stop) error.Throw();
  BoundArguments series;
  series.push_back(std::move(input.children[0]));
  series.push_back(std::move(stop));
  series.push_back(std::move(input.children[2]));
  auto result = binder.BindScalarFunction(DEFAULT_SCHEMA, inclusive ? "generate_series" : "range",
                                          std::move(series), error, false);
  if (!result) error.Throw();
  return result;
}

}  // namespace

void RegisterTimeSeries(duckdb::ExtensionLoader& loader) {
  duckdb::ScalarFunction series = Polymorphic("iox_series", 4, BindSeries);
  series.bind_expression = BindNumbers;
  series.SetErrorMode(duckdb::FunctionErrors::CAN_THROW_RUNTIME_ERROR);
  loader.RegisterFunction(series);
}

}  // namespace influxdb3::query::sql
