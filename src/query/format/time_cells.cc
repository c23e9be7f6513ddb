#include "query/format/scalar_cells.h"

#include <utility>

#include "arrow/api.h"

namespace influxdb3::query {
namespace {

template <class T>
const T* Values(const CellColumn& column) {
  return static_cast<const T*>(column.values);
}

template <class T>
const void* RawValues(const arrow::Array& array) {
  return array.data()->template GetValues<T>(1);
}

/// Runs `write(char*)` between quotes where the style wants them.
template <bool kJson, class Write>
void Quoted(ByteSink& sink, Write write) {
  char* out = sink.Reserve(kTimeBytesMax + 2);
  if constexpr (kJson) *out++ = '"';
  out = write(out);
  if constexpr (kJson) *out++ = '"';
  sink.Commit(out);
}

/// Splits a count of units into whole seconds, rounded down, and nanoseconds.
std::pair<int64_t, uint32_t> Split(int64_t value, int64_t units_per_second) {
  int64_t seconds = value / units_per_second;
  int64_t rest = value % units_per_second;
  if (rest < 0) {
    rest += units_per_second;
    --seconds;
  }
  return {seconds, static_cast<uint32_t>(rest * (1'000'000'000 / units_per_second))};
}

template <bool kJson>
void Timestamp(const CellColumn& column, int64_t row, ByteSink& sink) {
  const auto [seconds, nanoseconds] = Split(Values<int64_t>(column)[row], column.units_per_second);
  Quoted<kJson>(sink, [&, s = seconds, n = nanoseconds](char* out) {
    return WriteTimestamp(s, n, column.zone.get(), out);
  });
}

template <bool kJson>
void Duration(const CellColumn& column, int64_t row, ByteSink& sink) {
  const auto [seconds, nanoseconds] = Split(Values<int64_t>(column)[row], column.units_per_second);
  Quoted<kJson>(sink,
                [s = seconds, n = nanoseconds](char* out) { return WriteDuration(s, n, out); });
}

template <bool kJson>
void Date32(const CellColumn& column, int64_t row, ByteSink& sink) {
  Quoted<kJson>(sink, [&](char* out) { return WriteDate(Values<int32_t>(column)[row], out); });
}

template <class Int, bool kJson>
void TimeOfDay(const CellColumn& column, int64_t row, ByteSink& sink) {
  const int64_t unit_ns = 1'000'000'000 / column.units_per_second;
  Quoted<kJson>(sink, [&](char* out) {
    return WriteTimeOfDay(int64_t{Values<Int>(column)[row]} * unit_ns, out);
  });
}

template <bool kJson>
void YearMonth(const CellColumn& column, int64_t row, ByteSink& sink) {
  Quoted<kJson>(
      sink, [&](char* out) { return WriteYearMonthInterval(Values<int32_t>(column)[row], out); });
}

template <bool kJson>
void DayTime(const CellColumn& column, int64_t row, ByteSink& sink) {
  const auto& value = Values<arrow::DayTimeIntervalType::DayMilliseconds>(column)[row];
  Quoted<kJson>(sink, [&](char* out) {
    return WriteInterval(0, value.days, int64_t{value.milliseconds} * 1'000'000, 3, out);
  });
}

template <bool kJson>
void MonthDayNano(const CellColumn& column, int64_t row, ByteSink& sink) {
  const auto& value = Values<arrow::MonthDayNanoIntervalType::MonthDayNanos>(column)[row];
  Quoted<kJson>(sink, [&](char* out) {
    return WriteInterval(value.months, value.days, value.nanoseconds, 9, out);
  });
}

/// The JSON or the text variant of one function.
bool Use(bool json, CellColumn::AppendFunction as_json, CellColumn::AppendFunction as_text,
         CellColumn* column) {
  column->append = json ? as_json : as_text;
  return true;
}

int64_t UnitsPerSecond(arrow::TimeUnit::type unit) {
  switch (unit) {
    case arrow::TimeUnit::SECOND: return 1;
    case arrow::TimeUnit::MILLI: return 1000;
    case arrow::TimeUnit::MICRO: return 1'000'000;
    case arrow::TimeUnit::NANO: return 1'000'000'000;
  }
  return 1;
}

template <class Type, class Value>
void UseUnits(CellColumn* column) {
  column->values = RawValues<Value>(*column->array);
  column->units_per_second =
      UnitsPerSecond(static_cast<const Type&>(*column->array->type()).unit());
}

bool SetIntervalCells(bool json, CellColumn* column) {
  const arrow::Array& array = *column->array;
  switch (array.type_id()) {
    case arrow::Type::INTERVAL_MONTHS:
      column->values = RawValues<int32_t>(array);
      return Use(json, YearMonth<true>, YearMonth<false>, column);
    case arrow::Type::INTERVAL_DAY_TIME:
      column->values = RawValues<arrow::DayTimeIntervalType::DayMilliseconds>(array);
      return Use(json, DayTime<true>, DayTime<false>, column);
    case arrow::Type::INTERVAL_MONTH_DAY_NANO:
      column->values = RawValues<arrow::MonthDayNanoIntervalType::MonthDayNanos>(array);
      return Use(json, MonthDayNano<true>, MonthDayNano<false>, column);
    default: return false;
  }
}

}  // namespace

bool SetTimeCells(bool json, CellColumn* column) {
  switch (column->array->type_id()) {
    case arrow::Type::TIMESTAMP:
      UseUnits<arrow::TimestampType, int64_t>(column);
      return Use(json, Timestamp<true>, Timestamp<false>, column);
    case arrow::Type::DATE32:
      column->values = RawValues<int32_t>(*column->array);
      return Use(json, Date32<true>, Date32<false>, column);
    case arrow::Type::DATE64:
      column->values = RawValues<int64_t>(*column->array);
      column->units_per_second = 1000;
      return Use(json, Timestamp<true>, Timestamp<false>, column);
    case arrow::Type::TIME32:
      UseUnits<arrow::Time32Type, int32_t>(column);
      return Use(json, TimeOfDay<int32_t, true>, TimeOfDay<int32_t, false>, column);
    case arrow::Type::TIME64:
      UseUnits<arrow::Time64Type, int64_t>(column);
      return Use(json, TimeOfDay<int64_t, true>, TimeOfDay<int64_t, false>, column);
    case arrow::Type::DURATION:
      UseUnits<arrow::DurationType, int64_t>(column);
      return Use(json, Duration<true>, Duration<false>, column);
    default: return SetIntervalCells(json, column);
  }
}

}  // namespace influxdb3::query
