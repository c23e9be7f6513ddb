// << and >>: of 64 bits, by the lower six bits of the distance.
#include "duckdb/common/vector_operations/binary_executor.hpp"

#include "query/duckdb/dialect/function_support.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::LogicalType;

template <class T, bool kLeft>
void RunShift(duckdb::DataChunk& arguments, duckdb::ExpressionState&, duckdb::Vector& result) {
  duckdb::BinaryExecutor::Execute<T, int64_t, T>(
      arguments.data[0], arguments.data[1], result, arguments.size(),
      [](T value, int64_t distance) {
        const int bits = static_cast<int>(distance & 63);
        return kLeft ? static_cast<T>(static_cast<uint64_t>(value) << bits)
                     : static_cast<T>(value >> bits);
      });
}

template <bool kLeft>
void RegisterShift(duckdb::ExtensionLoader& loader, const char* name) {
  const LogicalType integer = LogicalType::BIGINT;
  const LogicalType unsigned_integer = LogicalType::UBIGINT;
  duckdb::ScalarFunctionSet shift(name);
  shift.AddFunction(duckdb::ScalarFunction({integer, integer}, integer, RunShift<int64_t, kLeft>));
  shift.AddFunction(duckdb::ScalarFunction({unsigned_integer, integer}, unsigned_integer,
                                           RunShift<uint64_t, kLeft>));
  loader.RegisterFunction(shift);
}

}  // namespace

void RegisterBitShifts(duckdb::ExtensionLoader& loader) {
  RegisterShift<true>(loader, "iox_shift_left");
  RegisterShift<false>(loader, "iox_shift_right");
}

}  // namespace influxdb3::query::sql
