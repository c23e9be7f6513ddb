// Access to members by name, and what is said of values that have none.
#include <string>

#include <fmt/format.h>

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/function_support.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::ScalarFunction;
using duckdb::Value;
using util::Status;

[[noreturn]] void ThrowExecutionError(const std::string& text) {
  ThrowFromFunction(Status::Internal("Execution error: " + text));
}

bool HasField(const LogicalType& type, const std::string& name) {
  for (const auto& [field, member] : duckdb::StructType::GetChildTypes(type)) {
    if (field == name) return true;
  }
  return false;
}

/// `iox_having_field(value, name)` is the value.
duckdb::unique_ptr<duckdb::FunctionData> BindHavingField(duckdb::ClientContext& context,
                                                         ScalarFunction& function,
                                                         BoundArguments& arguments) {
  const LogicalType type = arguments[0]->return_type;
  function.arguments = {type, arguments[1]->return_type};
  function.return_type = type;
  if (type.id() == LogicalTypeId::SQLNULL || type.id() == LogicalTypeId::MAP) return nullptr;
  if (type.id() != LogicalTypeId::STRUCT) {
    ThrowExecutionError(
        fmt::format("The expression to get an indexed field is only valid for `Struct`, `Map` or "
                    "`Null` types, got {}",
                    ArrowTypeText(type)));
  }
  const Value name = arguments[1]->IsFoldable()
                         ? duckdb::ExpressionExecutor::EvaluateScalar(context, *arguments[1])
                         : Value();
  if (name.IsNull() || name.type().id() != LogicalTypeId::VARCHAR || name.ToString().empty()) {
    ThrowExecutionError("Field name must be a non-empty string");
  }
  if (!HasField(type, name.ToString())) {
    ThrowFromFunction(Status::InvalidArgument(
        fmt::format("Error during planning: Field {} not found in struct", name.ToString())));
  }
  return nullptr;
}

duckdb::unique_ptr<duckdb::Expression> ReplaceHavingField(
    duckdb::FunctionBindExpressionInput& input) {
  return std::move(input.children[0]);
}

// There are no unions: no column has one, and no function returns one.
duckdb::unique_ptr<duckdb::FunctionData> BindUnionTag(duckdb::ClientContext&, ScalarFunction&,
                                                      BoundArguments& arguments) {
  ThrowExecutionError("union_tag only support unions, got " +
                      ArrowTypeText(arguments[0]->return_type));
}
duckdb::unique_ptr<duckdb::FunctionData> BindUnionExtract(duckdb::ClientContext&, ScalarFunction&,
                                                          BoundArguments& arguments) {
  ThrowExecutionError(fmt::format("union_extract first argument must be a union, got {} instead",
                                  ArrowTypeText(arguments[0]->return_type)));
}

}  // namespace

void RegisterMembers(duckdb::ExtensionLoader& loader) {
  ScalarFunction having = Polymorphic("iox_having_field", 2, BindHavingField);
  having.bind_expression = ReplaceHavingField;
  loader.RegisterFunction(having);
  loader.RegisterFunction(Polymorphic("iox_union_tag", 1, BindUnionTag));
  loader.RegisterFunction(Polymorphic("iox_union_extract", 2, BindUnionExtract));
}

}  // namespace influxdb3::query::sql
