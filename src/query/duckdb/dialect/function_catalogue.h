#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace influxdb3::query::sql {

/// How a function is called, for people: SHOW FUNCTIONS, information_schema and docs/sql.md.
struct FunctionDescription {
  std::string_view name;
  std::string_view arguments;  ///< with parentheses and what may follow; empty for an alias
  std::string_view result;     ///< type text; empty when it depends on the arguments
  std::string_view alias_of;   ///< the name of the function this is another name of, or empty
};

/// False for functions that only the grammar calls. An alias comes with its arguments and result.
/// Names are lower-case.
bool DescribeFunction(std::string_view name, FunctionDescription* description);

/// What the function gives, in a sentence; empty for unknown names.
std::string_view SummaryOfFunction(std::string_view name);

/// The parts of `arguments` between the parentheses, without brackets and ellipses.
std::vector<std::string> ParameterNames(const FunctionDescription& description);

/// docs/sql.md's list of functions, in Markdown, made from the table that calls are resolved with.
std::string FunctionsAsMarkdown();

}  // namespace influxdb3::query::sql
