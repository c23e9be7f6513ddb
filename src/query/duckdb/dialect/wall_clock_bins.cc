// Bins by the clocks of a time zone, and the list of all bins of a range.
#include <algorithm>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "duckdb/common/vector_operations/unary_executor.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/civil_time.h"
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/time_stride.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Value;
using util::Status;

int64_t OffsetNanos(int64_t time, const TimeZone& zone) {
  return zone.OffsetSeconds(FloorDivide(time, kNanosPerSecond)) * kNanosPerSecond;
}

/// The instants at which clocks show a time.
struct Instants {
  int64_t early = 0;
  int64_t late = 0;  ///< differs from `early` only where clocks go back
};

Instants InstantsOf(int64_t wall, const TimeZone& zone) {
  const int64_t before = OffsetNanos(wall - kNanosPerDay, zone);
  const int64_t after = OffsetNanos(wall + kNanosPerDay, zone);
  const int64_t with_before = wall - before;
  const int64_t with_after = wall - after;
  const bool before_fits = OffsetNanos(with_before, zone) == before;
  const bool after_fits = OffsetNanos(with_after, zone) == after;
  if (before_fits && after_fits) {
    return {std::min(with_before, with_after), std::max(with_before, with_after)};
  }
  if (after_fits) return {with_after, with_after};
  // Also where clocks skip the time: counted on with the old offset it moves by what they skip.
  return {with_before, with_before};
}

void RunWallClock(duckdb::DataChunk& arguments, duckdb::ExpressionState& state,
                  duckdb::Vector& result) {
  const Stride& stride = BoundValueOf<Stride>(state);
  const std::string name = TimestampZone(arguments.data[0].GetType());
  const auto zone = TimeZone::Find(name.empty() ? "+00:00" : name);
  if (!zone.ok()) ThrowFromFunction(zone.status());
  duckdb::UnaryExecutor::Execute<int64_t, int64_t>(
      arguments.data[0], result, arguments.size(),
      [&](int64_t time) { return BinWallClock(time, stride, **zone); });
}

duckdb::unique_ptr<duckdb::FunctionData> BindWallClock(duckdb::ClientContext& context,
                                                       duckdb::ScalarFunction& function,
                                                       BoundArguments& arguments) {
  Stride stride = ReadStride(ConstantArgument(
      context, *arguments[0],
      "DATE_BIN_WALLCLOCK only supports literal values for the stride argument, not arrays"));
  const LogicalType nanos(LogicalTypeId::TIMESTAMP_NS);
  if (arguments.size() == 3) {
    if (!TimestampZone(arguments[2]->return_type).empty()) {
      ThrowFromFunction(Status::InvalidArgument(
          "Error during planning: DATE_BIN_WALLCLOCK origin argument must not have a timezone"));
    }
    const Value origin =
        ConstantArgument(
            context, *arguments[2],
            "DATE_BIN_WALLCLOCK only supports literal values for the origin argument, not arrays")
            .CastAs(context, nanos);
    if (!origin.IsNull()) stride.origin = origin.GetValueUnsafe<int64_t>();
    duckdb::Function::EraseArgument(function, arguments, 2);
  }
  duckdb::Function::EraseArgument(function, arguments, 0);
  const LogicalType type = arguments[0]->return_type;
  if (!type.IsTemporal() && type.id() != LogicalTypeId::SQLNULL &&
      type.id() != LogicalTypeId::VARCHAR) {
    ThrowFromFunction(Status::InvalidArgument(
        fmt::format("Error during planning: date_bin_wallclock expects a timestamp, but got {}",
                    ArrowTypeText(type))));
  }
  function.arguments = {type.id() == LogicalTypeId::TIMESTAMP_NS ? type : nanos};
  function.return_type = function.arguments[0];
  return duckdb::make_uniq<BoundValue<Stride>>(stride);
}

/// Calendar bins of a wall-clock time: months counted from the origin's.
int64_t BinCalendar(int64_t wall, int64_t months, int64_t origin) {
  const auto index = [](int64_t nanos) {
    const CivilDay civil = CivilFromDays(FloorDivide(nanos, kNanosPerDay));
    return static_cast<int64_t>(civil.year) * 12 + civil.month - 1;
  };
  const auto plus = [](int64_t nanos, int64_t count) {
    const int64_t day = FloorDivide(nanos, kNanosPerDay);
    return AddMonths(day, count) * kNanosPerDay + (nanos - day * kNanosPerDay);
  };
  const int64_t count = FloorDivide(index(wall) - index(origin), months) * months;
  const int64_t start = plus(origin, count);
  return start > wall ? plus(origin, count - months) : start;
}

[[noreturn]] void ThrowTooMany(size_t count_max) {
  ThrowFromFunction(Status::LimitExceeded(fmt::format(
      "Resources exhausted: gap filling would make more than {} rows of one series", count_max)));
}

std::vector<int64_t> ListWallClock(int64_t lower, int64_t upper, const Stride& stride,
                                   const TimeZone& zone, size_t count_max) {
  const int64_t first = BinWallClock(lower, stride, zone);
  const int64_t low = OffsetNanos(first - kNanosPerDay, zone);
  const int64_t begin = first + std::min(low, OffsetNanos(first + kNanosPerDay, zone));
  const int64_t end = upper + std::max(OffsetNanos(upper - kNanosPerDay, zone),
                                       OffsetNanos(upper + kNanosPerDay, zone));
  std::vector<int64_t> bins;
  for (int64_t wall = BinNanos(begin, stride.nanos, stride.origin); wall <= end;
       wall += stride.nanos) {
    const Instants instants = InstantsOf(wall, zone);
    const bool both = stride.nanos <= instants.late - instants.early;
    for (const int64_t bin : {instants.early, both ? instants.late : instants.early}) {
      if (bin >= first && bin <= upper) bins.push_back(bin);
    }
    if (bins.size() > count_max) ThrowTooMany(count_max);
  }
  std::sort(bins.begin(), bins.end());
  bins.erase(std::unique(bins.begin(), bins.end()), bins.end());
  return bins;
}

}  // namespace

int64_t BinWallClock(int64_t time, const Stride& stride, const TimeZone& zone) {
  const int64_t offset = OffsetNanos(time, zone);
  const int64_t wall = time + offset;
  const int64_t start = stride.months != 0 ? BinCalendar(wall, stride.months, stride.origin)
                                           : BinNanos(wall, stride.nanos, stride.origin);
  const Instants instants = InstantsOf(start, zone);
  const int64_t overlap = instants.late - instants.early;
  if (overlap == 0 || stride.months != 0 || stride.nanos > overlap) return instants.early;
  return OffsetNanos(instants.early, zone) == offset ? instants.early : instants.late;
}

std::vector<int64_t> ListBins(int64_t lower, int64_t upper, const Stride& stride,
                              const TimeZone* zone, size_t count_max) {
  if (lower > upper) return {};
  const Wide128 span = static_cast<Wide128>(upper) - lower;
  if (span / stride.nanos > static_cast<Wide128>(count_max)) ThrowTooMany(count_max);
  if (zone != nullptr) return ListWallClock(lower, upper, stride, *zone, count_max);
  std::vector<int64_t> bins;
  int64_t bin = BinNanos(lower, stride.nanos, stride.origin);
  do {
    bins.push_back(bin);
  } while (!__builtin_add_overflow(bin, stride.nanos, &bin) && bin <= upper);
  return bins;
}

void RegisterWallClockBins(duckdb::ExtensionLoader& loader) {
  duckdb::ScalarFunctionSet bins("iox_date_bin_wallclock");
  for (size_t count : {2, 3}) {
    duckdb::ScalarFunction function = Polymorphic("iox_date_bin_wallclock", count, BindWallClock);
    function.function = RunWallClock;
    bins.AddFunction(function);
  }
  loader.RegisterFunction(bins);
}

}  // namespace influxdb3::query::sql
