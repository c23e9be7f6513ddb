// nullif for any two vectors of one type.
#include "duckdb/common/vector_operations/vector_operations.hpp"

#include "query/duckdb/dialect/function_support.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::LogicalType;
using duckdb::ScalarFunction;
using duckdb::Vector;

void RunNullIf(duckdb::DataChunk& arguments, duckdb::ExpressionState&, Vector& result) {
  const duckdb::idx_t count = arguments.size();
  const bool constant = arguments.AllConstant();
  const duckdb::idx_t rows = constant ? 1 : count;
  Vector equal(LogicalType::BOOLEAN, count);
  duckdb::VectorOperations::Equals(arguments.data[0], arguments.data[1], equal, rows);
  duckdb::UnifiedVectorFormat flags;
  equal.ToUnifiedFormat(rows, flags);
  const auto* values = duckdb::UnifiedVectorFormat::GetData<bool>(flags);
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  duckdb::VectorOperations::Copy(arguments.data[0], result, rows, 0, 0);
  for (duckdb::idx_t row = 0; row < rows; ++row) {
    const auto index = flags.sel->get_index(row);
    if (flags.validity.RowIsValid(index) && values[index]) {
      duckdb::FlatVector::SetNull(result, row, true);
    }
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

duckdb::unique_ptr<duckdb::FunctionData> BindNullIf(duckdb::ClientContext&,
                                                    ScalarFunction& function,
                                                    BoundArguments& arguments) {
  const LogicalType type = arguments[0]->return_type;
  function.arguments = {type, type};
  function.return_type = type;
  function.function = RunNullIf;
  return nullptr;
}

}  // namespace

void RegisterNullIf(duckdb::ExtensionLoader& loader) {
  loader.RegisterFunction(Polymorphic("iox_nullif", 2, BindNullIf));
}

}  // namespace influxdb3::query::sql
