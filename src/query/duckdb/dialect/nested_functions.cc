// Functions over lists, structures and maps: the part of the function table.
#include <string>
#include <utility>

#include <fmt/format.h>

#include "duckdb/parser/parsed_expression_iterator.hpp"

#include "query/duckdb/dialect/function_registry.h"
#include "query/duckdb/dialect/rewrite_rules.h"
#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ExpressionType;
using duckdb::LogicalTypeId;
using duckdb::Value;

constexpr FunctionKind kScalar = FunctionKind::kScalar;

/// `{'a': 1}`: the members' names are their aliases already.
ExpressionPtr StructLiteral(FunctionCall& call) {
  return CallList("struct_pack", std::move(call.children));
}

ExpressionPtr Struct(FunctionCall& call) {
  CheckArgumentCount(call, 1, 1000);
  for (size_t i = 0; i < call.children.size(); ++i) {
    call.children[i]->SetAlias(fmt::format("c{}", i));
  }
  return CallList("struct_pack", std::move(call.children));
}

ExpressionPtr NamedStruct(FunctionCall& call) {
  if (call.children.empty() || call.children.size() % 2 != 0) {
    ThrowPlanError(fmt::format("named_struct requires an even number of arguments, got {} instead",
                               call.children.size()));
  }
  duckdb::vector<ExpressionPtr> members;
  for (size_t i = 0; i < call.children.size(); i += 2) {
    const std::string* name = LiteralText(*call.children[i]);
    if (name == nullptr) {
      ThrowPlanError("named_struct even arguments must be string literals");
    }
    call.children[i + 1]->SetAlias(*name);
    members.push_back(std::move(call.children[i + 1]));
  }
  return CallList("struct_pack", std::move(members));
}

ExpressionPtr Element(FunctionCall& call) {
  CheckArgumentCount(call, 2, 2);
  return Operator(ExpressionType::ARRAY_EXTRACT, std::move(call.children[0]),
                  std::move(call.children[1]));
}

/// Checks first that the value has such a member.
ExpressionPtr Field(FunctionCall& call) {
  CheckArgumentCount(call, 2, 2);
  ExpressionPtr checked =
      Call("iox_having_field", std::move(call.children[0]), call.children[1]->Copy());
  return Operator(ExpressionType::ARRAY_EXTRACT, std::move(checked), std::move(call.children[1]));
}

/// A list written as its elements, not all of them literals, is searched as IN does: not finding
/// is NULL where an element is.
ExpressionPtr Has(FunctionCall& call) {
  if (call.children.size() != 2 || !IsListConstructor(*call.children[0])) {
    return CallList("list_contains", std::move(call.children));
  }
  duckdb::vector<ExpressionPtr> operands;
  bool literals = true;
  operands.push_back(std::move(call.children[1]));
  duckdb::ParsedExpressionIterator::EnumerateChildren(
      *call.children[0], [&](const duckdb::ParsedExpression& element) {
        literals = literals && LiteralValue(element) != nullptr;
        operands.push_back(element.Copy());
      });
  if (literals || operands.size() == 1) {
    return Call("list_contains", std::move(call.children[0]), std::move(operands[0]));
  }
  return duckdb::make_uniq<duckdb::OperatorExpression>(ExpressionType::COMPARE_IN,
                                                       std::move(operands));
}

ExpressionPtr Slice(FunctionCall& call) {
  CheckArgumentCount(call, 3, 4);
  if (call.children.size() == 4) return CallList("iox_list_slice", std::move(call.children));
  return Operator(ExpressionType::ARRAY_SLICE, std::move(call.children[0]),
                  std::move(call.children[1]), std::move(call.children[2]));
}

ExpressionPtr Empty(FunctionCall& call) {
  CheckArgumentCount(call, 1, 1);
  return Compare(ExpressionType::COMPARE_EQUAL, Call("len", std::move(call.children[0])),
                 Literal(Value::BIGINT(0)));
}

ExpressionPtr Sort(FunctionCall& call) {
  CheckArgumentCount(call, 1, 3);
  ExpressionPtr order = call.children.size() > 1 ? std::move(call.children[1]) : Literal("ASC");
  ExpressionPtr nulls =
      call.children.size() > 2 ? std::move(call.children[2]) : Literal("NULLS FIRST");
  return Call("list_sort", std::move(call.children[0]), std::move(order), std::move(nulls));
}

ExpressionPtr MakeMap(FunctionCall& call) {
  if (call.children.size() % 2 != 0)
    ThrowPlanError("make_map requires an even number of arguments");
  duckdb::vector<ExpressionPtr> keys;
  duckdb::vector<ExpressionPtr> values;
  for (size_t i = 0; i < call.children.size(); i += 2) {
    keys.push_back(std::move(call.children[i]));
    values.push_back(std::move(call.children[i + 1]));
  }
  return Call("map", CallList("list_value", std::move(keys)),
              CallList("list_value", std::move(values)));
}

ExpressionPtr AnyValue(FunctionCall& call) {
  CheckArgumentCount(call, 1, 1);
  return Call("list_any_value", std::move(call.children[0]));
}

ExpressionPtr Count(int64_t count) {
  return Literal(Value::BIGINT(count));
}

/// The calls take any number of elements where they name none: the first, or all.
ExpressionPtr Remove(FunctionCall& call) {
  const bool some = call.function_name.ends_with("_n");
  CheckArgumentCount(call, some ? 3 : 2, some ? 3 : 2);
  if (!some) call.children.push_back(Count(call.function_name.ends_with("_all") ? INT64_MAX : 1));
  return CallList("iox_list_remove", std::move(call.children));
}

ExpressionPtr Replace(FunctionCall& call) {
  const bool some = call.function_name.ends_with("_n");
  CheckArgumentCount(call, some ? 4 : 3, some ? 4 : 3);
  if (!some) call.children.push_back(Count(call.function_name.ends_with("_all") ? INT64_MAX : 1));
  return CallList("iox_list_replace", std::move(call.children));
}

ExpressionPtr Position(FunctionCall& call) {
  CheckArgumentCount(call, 2, 3);
  if (call.children.size() == 2) call.children.push_back(Count(1));
  return CallList("iox_list_position", std::move(call.children));
}

ExpressionPtr Length(FunctionCall& call) {
  CheckArgumentCount(call, 1, 2);
  if (call.children.size() == 2) return CallList("iox_array_length", std::move(call.children));
  return CastTo(duckdb::LogicalType::UBIGINT, CallList("len", std::move(call.children)));
}

ExpressionPtr ToText(FunctionCall& call) {
  CheckArgumentCount(call, 2, 3);
  if (call.children.size() == 2)
    call.children.push_back(Literal(Value(duckdb::LogicalType::VARCHAR)));
  return CallList("iox_array_to_string", std::move(call.children));
}

ExpressionPtr FromText(FunctionCall& call) {
  CheckArgumentCount(call, 2, 3);
  if (call.children.size() == 2)
    call.children.push_back(Literal(Value(duckdb::LogicalType::VARCHAR)));
  return CallList("iox_string_to_array", std::move(call.children));
}

/// The element goes first, unlike in DuckDB.
ExpressionPtr Prepend(FunctionCall& call) {
  CheckArgumentCount(call, 2, 2);
  return CallList("list_prepend", std::move(call.children));
}

/// A key that is not there gives a list with NULL in it.
ExpressionPtr MapElement(FunctionCall& call) {
  CheckArgumentCount(call, 2, 2);
  return Call("list_resize", CallList("map_extract", std::move(call.children)), Count(1));
}

/// A second copy of an argument, for the guards of list sizes. Copies double what they hold, so
/// guards within guards have a bound.
ExpressionPtr CopyForGuard(const FunctionCall& call, const duckdb::ParsedExpression& argument) {
  constexpr int kGuardsMax = 16;
  const std::string text = argument.ToString();
  int guards = 0;
  for (size_t at = 0; (at = text.find("iox_bounded_", at)) != std::string::npos; ++at) ++guards;
  if (guards > kGuardsMax) ThrowUnsupported(call.function_name + " nested this deep");
  return argument.Copy();
}

ExpressionPtr Resize(FunctionCall& call) {
  CheckArgumentCount(call, 2, 3);
  ExpressionPtr list = std::move(call.children[0]);
  ExpressionPtr fill = call.children.size() == 3 ? std::move(call.children[2])
                                                 : Literal(Value(duckdb::LogicalType::SQLNULL));
  ExpressionPtr size = Call("iox_bounded_size", std::move(call.children[1]),
                            CopyForGuard(call, *list), CopyForGuard(call, *fill));
  return Call("list_resize", std::move(list), std::move(size), std::move(fill));
}

ExpressionPtr Series(FunctionCall& call) {
  CheckArgumentCount(call, 1, 3);
  auto& given = call.children;
  if (given.size() == 3) {
    given.push_back(Literal(call.function_name == "range" ? "" : "i"));
    return CallList("iox_series", std::move(given));
  }
  const size_t stop = given.size() == 1 ? 0 : 1;
  ExpressionPtr from = stop == 0 ? Literal(Value::BIGINT(0)) : CopyForGuard(call, *given[0]);
  given[stop] =
      Call("iox_bounded_stop", std::move(from), std::move(given[stop]), Literal(Value::BIGINT(1)));
  return CallList(call.function_name, std::move(given));
}

FunctionEntry Mapped(const std::string& name, const char* engine,
                     LogicalTypeId result = LogicalTypeId::INVALID) {
  return {name, kScalar, engine, result};
}

/// Functions called array_ and list_.
struct Both {
  const char* suffix;
  const char* engine;
  CallTransform transform = nullptr;
};
constexpr Both kBoth[] = {{"any_value", "", AnyValue},
                          {"append", "list_append"},
                          {"cat", "list_concat"},
                          {"concat", "list_concat"},
                          {"contains", "", Has},
                          {"dims", "iox_array_dims"},
                          {"distance", "iox_array_distance"},
                          {"distinct", "iox_list_distinct"},
                          {"element", "", Element},
                          {"except", "iox_list_except"},
                          {"extract", "", Element},
                          {"has", "", Has},
                          {"has_all", "list_has_all"},
                          {"has_any", "list_has_any"},
                          {"indexof", "", Position},
                          {"intersect", "iox_list_intersect"},
                          {"join", "", ToText},
                          {"length", "", Length},
                          {"max", "list_max"},
                          {"min", "list_min"},
                          {"ndims", "iox_array_ndims"},
                          {"pop_back", "array_pop_back"},
                          {"pop_front", "array_pop_front"},
                          {"position", "", Position},
                          {"positions", "iox_list_positions"},
                          {"prepend", "", Prepend},
                          {"push_back", "list_append"},
                          {"push_front", "", Prepend},
                          {"remove", "", Remove},
                          {"remove_all", "", Remove},
                          {"remove_n", "", Remove},
                          {"repeat", "iox_list_repeat"},
                          {"replace", "", Replace},
                          {"replace_all", "", Replace},
                          {"replace_n", "", Replace},
                          {"resize", "", Resize},
                          {"reverse", "list_reverse"},
                          {"slice", "", Slice},
                          {"sort", "", Sort},
                          {"to_string", "", ToText},
                          {"union", "iox_list_union"}};

}  // namespace

std::vector<FunctionEntry> NestedFunctions() {
  std::vector<FunctionEntry> table;
  for (const Both& entry : kBoth) {
    for (const char* prefix : {"array_", "list_"}) {
      table.push_back({std::string(prefix) + entry.suffix, kScalar, entry.engine,
                       LogicalTypeId::INVALID, entry.transform});
    }
  }
  for (const char* name : {"flatten", "map", "map_entries", "map_keys", "map_values", "unnest"}) {
    table.push_back(Mapped(name, name));
  }
  table.push_back(Mapped("cardinality", "iox_cardinality"));
  table.push_back(Mapped("arrays_overlap", "list_has_any"));
  table.push_back(Mapped("make_array", "list_value"));
  table.push_back(Mapped("make_list", "list_value"));
  const std::pair<const char*, CallTransform> built[] = {{"array_empty", Empty},
                                                         {"element_at", MapElement},
                                                         {"map_extract", MapElement},
                                                         {"string_to_array", FromText},
                                                         {"string_to_list", FromText},
                                                         {"empty", Empty},
                                                         {"get_field", Field},
                                                         {"generate_series", Series},
                                                         {"range", Series},
                                                         {"list_empty", Empty},
                                                         {"make_map", MakeMap},
                                                         {"named_struct", NamedStruct},
                                                         {"row", Struct},
                                                         {"struct", Struct},
                                                         {"struct_literal", StructLiteral}};
  for (const char* name : {"union_extract", "union_tag"}) {
    table.push_back({name, kScalar, std::string("iox_") + name});
  }
  for (const auto& [name, transform] : built) {
    table.push_back({name, kScalar, "", LogicalTypeId::INVALID, transform});
  }
  return table;
}

}  // namespace influxdb3::query::sql
