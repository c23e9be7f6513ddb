#include "server/flight/parameter_binding.h"

#include <algorithm>
#include <utility>

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/visit_scalar_inline.h>

namespace influxdb3::server::flight {

using query::ParameterValue;
using util::Result;
using util::Status;

namespace {

std::string WithoutDollar(const std::string& name) {
  return !name.empty() && name[0] == '$' ? name.substr(1) : name;
}

/// Reads one Arrow value as a parameter's value.
class ValueReader {
 public:
  ParameterValue Take() { return std::move(value_); }

  arrow::Status Visit(const arrow::NullScalar&) { return arrow::Status::OK(); }
  arrow::Status Visit(const arrow::BooleanScalar& scalar) { return Set(scalar.value); }
  template <class T>
  arrow::enable_if_t<arrow::is_integer_type<typename T::TypeClass>::value, arrow::Status> Visit(
      const T& scalar) {
    if constexpr (std::is_unsigned_v<decltype(scalar.value)>) {
      const auto number = static_cast<uint64_t>(scalar.value);
      // Clients that have only unsigned counters mean numbers, not a type.
      if (number <= static_cast<uint64_t>(INT64_MAX)) return Set(static_cast<int64_t>(number));
      return Set(number);
    } else {
      return Set(static_cast<int64_t>(scalar.value));
    }
  }
  arrow::Status Visit(const arrow::FloatScalar& scalar) {
    return Set(static_cast<double>(scalar.value));
  }
  arrow::Status Visit(const arrow::DoubleScalar& scalar) { return Set(scalar.value); }
  arrow::Status Visit(const arrow::StringScalar& scalar) { return SetText(scalar); }
  arrow::Status Visit(const arrow::LargeStringScalar& scalar) { return SetText(scalar); }
  arrow::Status Visit(const arrow::StringViewScalar& scalar) { return SetText(scalar); }
  arrow::Status Visit(const arrow::DenseUnionScalar& scalar) { return Read(*scalar.value); }
  arrow::Status Visit(const arrow::SparseUnionScalar& scalar) {
    return Read(*scalar.value[static_cast<size_t>(scalar.child_id)]);
  }
  arrow::Status Visit(const arrow::DictionaryScalar& scalar) {
    ARROW_ASSIGN_OR_RAISE(const auto decoded, scalar.GetEncodedValue());
    return Read(*decoded);
  }
  arrow::Status Visit(const arrow::Scalar& scalar) {
    switch (scalar.type->id()) {
      case arrow::Type::TIMESTAMP:
      case arrow::Type::DATE32:
      case arrow::Type::DATE64:
      case arrow::Type::DECIMAL128:
      case arrow::Type::DECIMAL256: return Set(scalar.ToString());
      default:
        return arrow::Status::Invalid("parameters of type ", scalar.type->ToString(),
                                      " are not supported");
    }
  }

  arrow::Status Read(const arrow::Scalar& scalar) {
    if (!scalar.is_valid) return arrow::Status::OK();
    return arrow::VisitScalarInline(scalar, this);
  }

 private:
  template <class T>
  arrow::Status Set(T value) {
    value_ = std::move(value);
    return arrow::Status::OK();
  }
  arrow::Status SetText(const arrow::BaseBinaryScalar& scalar) {
    return Set(std::string(scalar.view()));
  }

  ParameterValue value_;
};

/// The numbers 0, 1, …, as the names of fields.
bool AreNumbered(const std::vector<std::string>& names, const std::string& prefix) {
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] != prefix + std::to_string(i)) return false;
  }
  return true;
}

/// The parameter that each column is for.
Result<std::vector<std::string>> Targets(const std::vector<std::string>& columns,
                                         const std::vector<std::string>& parameters) {
  const auto is_known = [&](const std::string& name) {
    return std::find(parameters.begin(), parameters.end(), name) != parameters.end();
  };
  const bool are_named =
      !AreNumbered(columns, "") && std::all_of(columns.begin(), columns.end(), is_known);
  if (are_named) return columns;
  if (columns.size() == parameters.size()) return parameters;
  for (const std::string& column : columns) {
    if (is_known(column)) return columns;
  }
  return Status::InvalidArgument("the statement has " + std::to_string(parameters.size()) +
                                 " parameters, but " + std::to_string(columns.size()) +
                                 " values were given");
}

}  // namespace

Result<std::vector<ParameterRow>> BindRows(const arrow::RecordBatch& batch,
                                           const std::vector<std::string>& parameters) {
  std::vector<std::string> columns;
  for (const auto& field : batch.schema()->fields()) {
    columns.push_back(WithoutDollar(field->name()));
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> targets, Targets(columns, parameters));
  std::vector<ParameterRow> rows(static_cast<size_t>(batch.num_rows()));
  for (int column = 0; column < batch.num_columns(); ++column) {
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      ValueReader reader;
      const auto scalar = batch.column(column)->GetScalar(row);
      const arrow::Status read = scalar.ok() ? reader.Read(**scalar) : scalar.status();
      if (!read.ok()) return Status::InvalidArgument(read.message());
      rows[static_cast<size_t>(row)][targets[static_cast<size_t>(column)]] = reader.Take();
    }
  }
  return rows;
}

}  // namespace influxdb3::server::flight
