// Query nodes: SELECT lists, GROUP BY, ORDER BY, LIMIT.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "duckdb/parser/parsed_expression_iterator.hpp"
#include "duckdb/parser/query_node/list.hpp"
#include "duckdb/parser/result_modifier.hpp"
#include "duckdb/parser/statement/select_statement.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/bound_parameter.h"
#include "query/duckdb/dialect/gap_fill.h"
#include "query/duckdb/dialect/rewriter.h"
#include "query/duckdb/dialect/sql_error.h"
#include "query/duckdb/dialect/statement.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ExpressionClass;
using duckdb::ExpressionType;
using duckdb::ParsedExpression;
using duckdb::QueryNodeType;
using duckdb::Value;
using util::Status;

/// `+a`, as a grouped column is marked that differs from another by case only.
bool IsSignedColumn(const ParsedExpression& expression) {
  if (expression.GetExpressionClass() != ExpressionClass::FUNCTION) return false;
  const auto& call = expression.Cast<duckdb::FunctionExpression>();
  return call.function_name == "+" && call.children.size() == 1 &&
         call.children[0]->GetExpressionClass() == ExpressionClass::COLUMN_REF;
}

bool HasWindow(const ParsedExpression& expression) {
  if (expression.GetExpressionClass() == ExpressionClass::WINDOW) return true;
  bool found = false;
  duckdb::ParsedExpressionIterator::EnumerateChildren(
      expression, [&](const ParsedExpression& child) { found = found || HasWindow(child); });
  return found;
}

}  // namespace

Rewriter::Rewriter(TableResolver& resolver, std::vector<const ParameterValue*> parameters,
                   GrammarText text, int64_t now_ns)
    : resolver_(resolver),
      parameters_(std::move(parameters)),
      text_(std::move(text)),
      now_ns_(now_ns) {}

std::vector<OutputColumn> Rewriter::RewriteQuery(duckdb::unique_ptr<Node>& node) {
  return RewriteNode(node, nullptr, nullptr);
}

std::vector<OutputColumn> Rewriter::RewriteNode(duckdb::unique_ptr<Node>& node, const Scope* outer,
                                                const CteScope* ctes) {
  BindParameters(*node);
  CteScope own_ctes;
  own_ctes.outer = ctes;
  DefineCtes(*node, outer, own_ctes);
  switch (node->type) {
    case QueryNodeType::SELECT_NODE:
      return RewriteSelect(node->Cast<duckdb::SelectNode>(), outer, &own_ctes);
    case QueryNodeType::SET_OPERATION_NODE: return RewriteSetOperation(node, outer, &own_ctes);
    default: ThrowUnsupported("this form of WITH");
  }
}

std::vector<OutputColumn> Rewriter::RewriteSelect(duckdb::SelectNode& node, const Scope* outer,
                                                  const CteScope* ctes) {
  Scope scope(outer);
  RewriteFrom(node.from_table, scope, outer, ctes);
  node.sample.reset();  // The reference parses TABLESAMPLE and ignores it.
  ExpressionContext context;
  context.scope = &scope;
  context.ctes = ctes;
  if (node.where_clause) {
    RefuseAggregates(*node.where_clause);
    CheckFilter(*node.where_clause, context);
    RefuseGapCalls(*node.where_clause);
    Rewrite(node.where_clause, context);
  }
  context.groups_nullable = node.groups.grouping_sets.size() > 1;
  std::vector<SelectItem> items = BindSelectList(node, context);
  CheckUniqueNames(items);
  context.items = &items;
  for (ExpressionPtr& group : node.groups.group_expressions) {
    if (IsSignedColumn(*group)) {
      group = std::move(group->Cast<duckdb::FunctionExpression>().children[0]);
    }
    CheckColumns(*group, context);
  }
  if (node.having) CheckColumns(*node.having, context);
  GroupGapFillByAll(node, items);
  CheckGrouping(node, context);
  Scope filled_scope(outer);
  const bool gap_fill = FindGapFill(node, context);
  if (gap_fill) {
    RewriteGapFill(node, context, filled_scope, items);
  } else {
    RewriteGroups(node, context);
  }
  if (node.having) {
    ExpressionContext having = context;
    having.alias_use = AliasUse::kAfterColumns;
    Rewrite(node.having, having);
    if (gap_fill) node.where_clause = std::move(node.having);
  }
  if (node.qualify) {
    bool windows = HasWindow(*node.qualify);
    for (const SelectItem& item : items) windows = windows || HasWindow(*item.original);
    if (!windows) {
      ThrowPlanError(
          "QUALIFY clause requires window functions in the SELECT list or QUALIFY clause");
    }
    ExpressionContext qualify = context;
    qualify.alias_use = AliasUse::kAfterColumns;
    Rewrite(node.qualify, qualify);
  }
  std::vector<OutputColumn> columns(items.size());
  for (size_t i = 0; i < items.size(); ++i) columns[i] = items[i].output;
  CheckDistinctOrder(node, context);
  RewriteModifiers(node, context, columns);
  return EmitSelectList(node, items);
}

std::vector<SelectItem> Rewriter::BindSelectList(duckdb::SelectNode& node,
                                                 const ExpressionContext& context) {
  std::vector<SelectItem> items;
  for (ExpressionPtr& expression : node.select_list) {
    if (expression->GetExpressionClass() == ExpressionClass::STAR) {
      ExpandStar(expression->Cast<duckdb::StarExpression>(), context, items);
      continue;
    }
    if (!expression->HasAlias() && IsSignedColumn(*expression)) {
      expression = std::move(expression->Cast<duckdb::FunctionExpression>().children[0]);
    }
    SelectItem item;
    item.aliased = expression->HasAlias();
    const OutputColumn* plain = PlainColumn(*expression, context);
    if (item.aliased) {
      item.name = expression->GetAlias();
      item.display = fmt::format("{} AS {}", NameOf(*expression, context, true), item.name);
      item.output.name = item.name;
    } else {
      const std::string name = NameOf(*expression, context);
      item.display =
          name == "count(*)" ? "count(Int64(1)) AS count(*)" : NameOf(*expression, context, true);
      item.name = name;
      item.output.name = plain != nullptr ? plain->name : name;
    }
    if (plain != nullptr) item.output.iox_type = plain->iox_type;
    if (plain != nullptr && !item.aliased) {
      ResolvedColumn found;
      const auto& parts = expression->Cast<duckdb::ColumnRefExpression>().column_names;
      if (context.scope->TryResolve({parts.begin(), parts.end()}, &found)) {
        item.output.qualifier = found.relation->qualifier;
        item.output.display = found.relation->display;
      }
    }
    item.output.arrow_type = KnownType(*expression, context);
    item.output.nullable = IsNullable(*expression, context);
    expression->ClearAlias();
    item.original = expression->Copy();
    item.expression = std::move(expression);
    Rewrite(item.expression, context);
    item.expression->ClearAlias();
    items.push_back(std::move(item));
  }
  return items;
}

void Rewriter::CheckUniqueNames(const std::vector<SelectItem>& items) const {
  std::map<std::string, size_t> seen;
  for (size_t i = 0; i < items.size(); ++i) {
    const auto [first, inserted] = seen.emplace(items[i].name, i);
    if (inserted) continue;
    ThrowPlanError(
        fmt::format("Projections require unique expression names but the expression \"{}\" at "
                    "position {} and \"{}\" at position {} have the same name. Consider aliasing "
                    "(\"AS\") one of them.",
                    items[first->second].display, first->second, items[i].display, i));
  }
}

std::vector<OutputColumn> Rewriter::EmitSelectList(duckdb::SelectNode& node,
                                                   std::vector<SelectItem>& items) {
  std::vector<OutputColumn> columns(items.size());
  for (size_t i = 0; i < items.size(); ++i) columns[i] = items[i].output;
  AssignEngineNames(columns);
  node.select_list.clear();
  for (size_t i = 0; i < items.size(); ++i) {
    items[i].expression->SetAlias(columns[i].engine_name);
    node.select_list.push_back(std::move(items[i].expression));
  }
  return columns;
}

/// The item a group expression names by position or alias; null when it is an expression.
const SelectItem* Rewriter::GroupedItem(const ParsedExpression& group,
                                        const ExpressionContext& context, size_t* position) const {
  const std::vector<SelectItem>& items = *context.items;
  if (IsOrdinal(group)) {
    const int64_t ordinal = Ordinal(group);
    if (ordinal < 1 || ordinal > static_cast<int64_t>(items.size())) {
      ThrowPlanError(fmt::format(
          "Cannot find column with position {} in SELECT clause. Valid columns: 1 to {}", ordinal,
          items.size()));
    }
    *position = static_cast<size_t>(ordinal);
    return &items[*position - 1];
  }
  const std::string* name = BareName(group);
  ResolvedColumn found;
  if (name == nullptr) return nullptr;
  // An own column wins over an alias, an alias over a column of the query around this one.
  const auto& own = context.scope->relations();
  if (context.scope->TryResolve({*name}, &found) && found.relation >= own.data() &&
      found.relation < own.data() + own.size()) {
    return nullptr;
  }
  for (size_t i = 0; i < items.size(); ++i) {
    if (items[i].aliased && items[i].name == *name) {
      *position = i + 1;
      return &items[i];
    }
  }
  return nullptr;
}

void Rewriter::RewriteGroups(duckdb::SelectNode& node, const ExpressionContext& context) {
  ExpressionContext own = context;
  own.alias_use = AliasUse::kAfterColumns;
  for (ExpressionPtr& group : node.groups.group_expressions) {
    size_t position = 0;
    if (GroupedItem(*group, context, &position) != nullptr) {
      group = Literal(Value::INTEGER(static_cast<int32_t>(position)));
    } else {
      Rewrite(group, own);
      HidePosition(group);
      group->ClearAlias();
    }
  }
}

void Rewriter::CheckFilter(const ParsedExpression& filter, const ExpressionContext& context) {
  const std::string type = KnownType(filter, context);
  if (type.empty() || type == "Boolean" || type == "Null") return;
  ThrowPlanError(fmt::format("Cannot create filter with non-boolean predicate '{}' returning {}",
                             NameOf(filter, context), type));
}

}  // namespace influxdb3::query::sql
