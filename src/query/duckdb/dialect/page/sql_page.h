#pragma once

#include <string>
#include <vector>

namespace influxdb3::query::sql {

/// docs/sql_examples.md as it must be: every function users can call, and what examples give
/// when they are run.
std::string SqlPage();

/// An expression that shows what a function does. Aggregates and windows run over three rows.
struct FunctionExample {
  const char* function;
  const char* expression;
};
const std::vector<FunctionExample>& FunctionExamples();

/// Expressions that show operators and literals.
const std::vector<std::string>& OperatorExamples();
/// SQL types as written in a CAST.
const std::vector<std::string>& TypeExamples();
/// Whole statements, run over the same rows.
const std::vector<std::string>& StatementExamples();

}  // namespace influxdb3::query::sql
