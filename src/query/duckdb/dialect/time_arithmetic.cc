// + and - over timestamps, dates, durations and intervals.
#include "query/duckdb/dialect/time_arithmetic.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "duckdb/common/vector_operations/binary_executor.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/civil_time.h"
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/interval_vector.h"
#include "query/duckdb/dialect/zone_clock.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::FlatVector;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::ScalarFunction;
using duckdb::UnifiedVectorFormat;
using duckdb::Vector;
using util::Status;

enum class Kind { kOther, kNull, kTimestamp, kDate, kTime, kDuration, kInterval };

Kind KindOf(const LogicalType& type) {
  if (IsDuration(type)) return Kind::kDuration;
  if (IsNanoInterval(type)) return Kind::kInterval;
  switch (type.id()) {
    case LogicalTypeId::SQLNULL: return Kind::kNull;
    case LogicalTypeId::TIMESTAMP_NS:
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_MS:
    case LogicalTypeId::TIMESTAMP_SEC: return Kind::kTimestamp;
    case LogicalTypeId::DATE: return Kind::kDate;
    case LogicalTypeId::TIME:
    case LogicalTypeId::TIME_NS: return Kind::kTime;
    case LogicalTypeId::INTERVAL: return Kind::kInterval;
    default: return Kind::kOther;
  }
}

bool IsTemporal(Kind kind) {
  return kind != Kind::kOther && kind != Kind::kNull;
}
bool IsSpan(Kind kind) {
  return kind == Kind::kDuration || kind == Kind::kInterval;
}

[[noreturn]] void ThrowOverflow(int64_t a, const char* symbol, int64_t b) {
  ThrowFromFunction(Status::Internal(fmt::format(
      "Arrow error: Arithmetic overflow: Overflow happened on: {} {} {}", a, symbol, b)));
}
[[noreturn]] void ThrowOutOfRange() {
  ThrowFromFunction(Status::Internal("Arrow error: Compute error: Timestamp out of range"));
}

template <bool negative, class T>
T Combine(T a, T b) {
  T result = 0;
  if (negative ? __builtin_sub_overflow(a, b, &result) : __builtin_add_overflow(a, b, &result)) {
    ThrowOverflow(a, negative ? "-" : "+", b);
  }
  return result;
}

/// Days by the calendar in nanoseconds.
int64_t ShiftDays(int64_t nanos, int64_t months, int64_t days) {
  const int64_t day = FloorDivide(nanos, kNanosPerDay);
  const int64_t moved = AddMonths(day, months) + days;
  int64_t result = 0;
  if (__builtin_mul_overflow(moved, kNanosPerDay, &result) ||
      __builtin_add_overflow(result, nanos - day * kNanosPerDay, &result)) {
    ThrowOutOfRange();
  }
  return result;
}

/// Months and days move what clocks in the zone show, the rest moves the instant. The reference
/// finds no instant where clocks skip or repeat what they would show.
int64_t ShiftZoned(int64_t nanos, int64_t months, int64_t days, const TimeZone& zone) {
  const auto step = [&](int64_t month_count, int64_t day_count) {
    const auto moved = OnlyInstantOf(ShiftDays(WallOf(nanos, zone), month_count, day_count), zone);
    if (!moved.has_value()) ThrowOutOfRange();
    nanos = *moved;
  };
  if (months != 0) step(months, 0);
  if (days != 0) step(0, days);
  return nanos;
}

/// `apply(time, interval)` for each row, over times as they are stored.
template <class T, class Function>
void RunOverIntervals(DataChunk& arguments, Vector& result, size_t time, size_t interval,
                      const Function& apply) {
  const IntervalReader intervals(arguments.data[interval], arguments.size());
  UnifiedVectorFormat times;
  arguments.data[time].ToUnifiedFormat(arguments.size(), times);
  const T* values = UnifiedVectorFormat::GetData<T>(times);
  const bool constant = arguments.AllConstant();
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  T* out = FlatVector::GetData<T>(result);
  const idx_t count = constant ? 1 : arguments.size();
  for (idx_t i = 0; i < count; ++i) {
    const idx_t index = times.sel->get_index(i);
    if (!times.validity.RowIsValid(index) || !intervals.IsValid(i)) {
      FlatVector::SetNull(result, i, true);
    } else {
      out[i] = apply(values[index], intervals.At(i));
    }
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

template <bool negative, size_t time>
void RunShift(DataChunk& arguments, ExpressionState&, Vector& result) {
  const LogicalType& type = arguments.data[time].GetType();
  const int64_t unit = TimeUnitNanos(type);
  const std::string name = TimestampZone(type);
  const std::shared_ptr<const TimeZone> zone = name.empty() ? nullptr : RequireZone(name);
  RunOverIntervals<int64_t>(
      arguments, result, time, 1 - time, [&](int64_t value, const IntervalParts& parts) {
        int64_t nanos = 0;
        if (__builtin_mul_overflow(value, unit, &nanos)) ThrowOutOfRange();
        return FloorDivide(ShiftTime(nanos, parts, negative, zone.get()), unit);
      });
}

/// A date stays a date: what is less than a day is cut off.
template <bool negative, size_t date>
void RunShiftDate(DataChunk& arguments, ExpressionState&, Vector& result) {
  constexpr int64_t kSign = negative ? -1 : 1;
  RunOverIntervals<int32_t>(
      arguments, result, date, 1 - date, [](int32_t value, const IntervalParts& parts) {
        return static_cast<int32_t>(AddMonths(value, kSign * parts.months) +
                                    kSign * (parts.days + parts.nanos / kNanosPerDay));
      });
}

template <bool negative>
void RunSpans(DataChunk& arguments, ExpressionState&, Vector& result) {
  const IntervalReader left(arguments.data[0], arguments.size());
  const IntervalReader right(arguments.data[1], arguments.size());
  const bool constant = arguments.AllConstant();
  IntervalWriter writer(result);
  const idx_t count = constant ? 1 : arguments.size();
  for (idx_t i = 0; i < count; ++i) {
    if (!left.IsValid(i) || !right.IsValid(i)) {
      writer.SetNull(i);
      continue;
    }
    const IntervalParts a = left.At(i);
    const IntervalParts b = right.At(i);
    writer.Set(i, {Combine<negative>(a.months, b.months), Combine<negative>(a.days, b.days),
                   Combine<negative>(a.nanos, b.nanos)});
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

/// Counts of the same unit.
template <bool negative>
void RunCounts(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::BinaryExecutor::Execute<int64_t, int64_t, int64_t>(
      arguments.data[0], arguments.data[1], result, arguments.size(), Combine<negative, int64_t>);
}

/// Timestamps of two units are taken in the coarser one, cut off towards 1970.
void RunDistance(DataChunk& arguments, ExpressionState&, Vector& result) {
  const int64_t unit = TimeUnitNanos(result.GetType());
  const int64_t left = unit / TimeUnitNanos(arguments.data[0].GetType());
  const int64_t right = unit / TimeUnitNanos(arguments.data[1].GetType());
  duckdb::BinaryExecutor::Execute<int64_t, int64_t, int64_t>(
      arguments.data[0], arguments.data[1], result, arguments.size(),
      [&](int64_t a, int64_t b) { return Combine<true>(a / left, b / right); });
}

void RunDayDistance(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::BinaryExecutor::Execute<int32_t, int32_t, int64_t>(
      arguments.data[0], arguments.data[1], result, arguments.size(),
      [](int32_t a, int32_t b) { return (int64_t{a} - b) * kSecondsPerDay; });
}

[[noreturn]] void ThrowNoResult(char symbol, const std::string& type, const char* kind) {
  ThrowFromFunction(Status::InvalidArgument(fmt::format(
      "Error during planning: Cannot get result type for temporal operation {0} {1} {0}: Invalid "
      "argument error: Invalid {2} arithmetic operation: {0} {1} {0}",
      type, symbol, kind)));
}

/// What timestamps and dates become to be subtracted from each other.
LogicalType CommonTimestamp(const LogicalType& left, const LogicalType& right) {
  if (KindOf(left) == Kind::kDate || KindOf(right) == Kind::kDate) {
    const LogicalType& other = KindOf(left) == Kind::kDate ? right : left;
    return TimestampZone(other).empty() ? LogicalType(LogicalTypeId::TIMESTAMP_NS) : other;
  }
  if (TimeUnitNanos(left) != TimeUnitNanos(right)) {
    return TimeUnitNanos(left) > TimeUnitNanos(right) ? left : right;
  }
  return TimestampZone(left).empty() ? right : left;
}

class Binder {
 public:
  Binder(char symbol, ScalarFunction& function, LogicalType left, LogicalType right)
      : symbol_(symbol),
        function_(function),
        left_(std::move(left)),
        right_(std::move(right)),
        kind_(KindOf(left_)),
        other_(KindOf(right_)) {}

  /// False when the two do not go together.
  bool Bind() {
    if (symbol_ == '-' && ReplaceNullDate()) return true;
    if (kind_ == Kind::kNull) SetLeft(right_);
    if (other_ == Kind::kNull) SetRight(left_);
    return BindShift() || BindSpans() || BindCounts() || BindDistance();
  }

 private:
  bool adds() const { return symbol_ == '+'; }
  bool adds_or_subtracts() const { return symbol_ == '+' || symbol_ == '-'; }

  void SetLeft(const LogicalType& type) {
    if (KindOf(type) == Kind::kDate || KindOf(type) == Kind::kTime) return;
    left_ = type;
    kind_ = other_;
  }
  void SetRight(const LogicalType& type) {
    if (KindOf(type) == Kind::kDate || KindOf(type) == Kind::kTime) return;
    right_ = type;
    other_ = kind_;
  }

  bool ReplaceNullDate() {
    const bool nulls = (kind_ == Kind::kNull && other_ == Kind::kDate) ||
                       (kind_ == Kind::kDate && other_ == Kind::kNull);
    if (nulls) SetDayDistance();
    return nulls;
  }

  bool Set(LogicalType result, duckdb::scalar_function_t run) {
    function_.arguments = {left_, right_};
    function_.return_type = std::move(result);
    function_.function = std::move(run);
    return true;
  }
  bool SetDayDistance() {
    left_ = right_ = LogicalType::DATE;
    return Set(DurationType(kNanosPerSecond), RunDayDistance);
  }

  /// A moment and an interval.
  bool BindShift() {
    if (!adds_or_subtracts()) return false;
    if (other_ == Kind::kInterval) {
      if (kind_ == Kind::kTimestamp) {
        return Set(left_, adds() ? RunShift<false, 0> : RunShift<true, 0>);
      }
      if (kind_ == Kind::kDate) {
        return Set(left_, adds() ? RunShiftDate<false, 0> : RunShiftDate<true, 0>);
      }
    }
    if (kind_ != Kind::kInterval || !adds()) return false;
    if (other_ == Kind::kTimestamp) return Set(right_, RunShift<false, 1>);
    return other_ == Kind::kDate && Set(right_, RunShiftDate<false, 1>);
  }

  bool BindSpans() {
    if (!IsSpan(kind_) || !IsSpan(other_)) return false;
    if (kind_ == Kind::kDuration && other_ == Kind::kDuration && adds_or_subtracts() &&
        TimeUnitNanos(left_) == TimeUnitNanos(right_)) {
      return false;
    }
    if (!adds_or_subtracts()) ThrowNoResult(symbol_, "Interval(MonthDayNano)", "interval");
    const bool micros =
        left_.id() == LogicalTypeId::INTERVAL && right_.id() == LogicalTypeId::INTERVAL;
    return Set(micros ? LogicalType::INTERVAL : NanoIntervalType(),
               adds() ? RunSpans<false> : RunSpans<true>);
  }

  /// Durations of one unit with each other and with timestamps of that unit.
  bool BindCounts() {
    if (!adds_or_subtracts() || TimeUnitNanos(left_) != TimeUnitNanos(right_)) return false;
    const duckdb::scalar_function_t run = adds() ? RunCounts<false> : RunCounts<true>;
    if (other_ == Kind::kDuration && (kind_ == Kind::kDuration || kind_ == Kind::kTimestamp)) {
      return Set(left_, run);
    }
    return kind_ == Kind::kDuration && other_ == Kind::kTimestamp && adds() && Set(right_, run);
  }

  bool BindDistance() {
    const bool left_moment = kind_ == Kind::kTimestamp || kind_ == Kind::kDate;
    const bool right_moment = other_ == Kind::kTimestamp || other_ == Kind::kDate;
    if (!left_moment || !right_moment) return false;
    if (kind_ == Kind::kDate && other_ == Kind::kDate) return symbol_ == '-' && SetDayDistance();
    const LogicalType common = CommonTimestamp(left_, right_);
    if (symbol_ != '-') ThrowNoResult(symbol_, ArrowTypeText(common), "timestamp");
    const LogicalType nanos(LogicalTypeId::TIMESTAMP_NS);
    const bool days = kind_ == Kind::kDate || other_ == Kind::kDate;
    if (kind_ == Kind::kDate || (days && left_.id() != nanos.id())) left_ = nanos;
    if (other_ == Kind::kDate || (days && right_.id() != nanos.id())) right_ = nanos;
    return Set(DurationType(TimeUnitNanos(common)), RunDistance);
  }

  char symbol_;
  ScalarFunction& function_;
  LogicalType left_;
  LogicalType right_;
  Kind kind_;
  Kind other_;
};

}  // namespace

int64_t ShiftTime(int64_t nanos, const IntervalParts& parts, bool negative, const TimeZone* zone) {
  const int64_t months = negative ? -int64_t{parts.months} : parts.months;
  const int64_t days = negative ? -int64_t{parts.days} : parts.days;
  if (months != 0 || days != 0) {
    nanos =
        zone != nullptr ? ShiftZoned(nanos, months, days, *zone) : ShiftDays(nanos, months, days);
  }
  if (negative ? __builtin_sub_overflow(nanos, parts.nanos, &nanos)
               : __builtin_add_overflow(nanos, parts.nanos, &nanos)) {
    ThrowOutOfRange();
  }
  return nanos;
}

bool BindTimeArithmetic(char symbol, ScalarFunction& function, const LogicalType& left,
                        const LogicalType& right) {
  if (!IsTemporal(KindOf(left)) && !IsTemporal(KindOf(right))) return false;
  if (!Binder(symbol, function, left, right).Bind()) {
    ThrowFromFunction(Status::InvalidArgument(
        fmt::format("Error during planning: Cannot coerce arithmetic expression {} {} {} to valid "
                    "types",
                    ArrowTypeText(left), symbol, ArrowTypeText(right))));
  }
  return true;
}

void RegisterFrameOperators(duckdb::ExtensionLoader& loader) {
  const LogicalType nanos(LogicalTypeId::TIMESTAMP_NS);
  loader.AddFunctionOverload(
      ScalarFunction("+", {nanos, LogicalType::INTERVAL}, nanos, RunShift<false, 0>));
  loader.AddFunctionOverload(
      ScalarFunction("-", {nanos, LogicalType::INTERVAL}, nanos, RunShift<true, 0>));
  loader.AddFunctionOverload(
      ScalarFunction("+", {nanos, NanoIntervalType()}, nanos, RunShift<false, 0>));
  loader.AddFunctionOverload(
      ScalarFunction("-", {nanos, NanoIntervalType()}, nanos, RunShift<true, 0>));
}

}  // namespace influxdb3::query::sql
