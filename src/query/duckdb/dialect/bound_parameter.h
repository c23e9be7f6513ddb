#pragma once

#include <string>

#include "query/duckdb/dialect/expression_builder.h"

namespace influxdb3::query::sql {

/// A parameter's value where `$name` stood: a literal in all but its name.
class BoundParameter : public duckdb::ConstantExpression {
 public:
  BoundParameter(duckdb::Value bound, std::string name)
      : ConstantExpression(std::move(bound)), name_(std::move(name)) {}
  duckdb::unique_ptr<duckdb::ParsedExpression> Copy() const override;

  const std::string& name() const { return name_; }  ///< without `$`

 private:
  std::string name_;
};

/// Null for anything else.
const BoundParameter* AsBoundParameter(const duckdb::ParsedExpression& expression);

}  // namespace influxdb3::query::sql
