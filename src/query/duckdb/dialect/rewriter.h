#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "duckdb/parser/query_node/list.hpp"
#include "duckdb/parser/tableref/list.hpp"

#include "query/duckdb/dialect/dialect.h"
#include "query/duckdb/dialect/expression_builder.h"
#include "query/duckdb/dialect/function_registry.h"
#include "query/duckdb/dialect/rewrite_context.h"
#include "query/duckdb/dialect/rewrite_rules.h"
#include "query/duckdb/dialect/statement.h"

namespace influxdb3::query::sql {

struct GapFillColumns;

/// Rewrites one parsed query in place. Throws SqlError. One object per query; one thread.
class Rewriter {
 public:
  /// `text` is what was parsed; `parameters` are the values of its `$p0`, `$p1`, ….
  Rewriter(TableResolver& resolver, std::vector<const ParameterValue*> parameters, GrammarText text,
           int64_t now_ns);

  /// From now on parameters without a value stay as they are instead of being errors.
  void KeepUnboundParameters() { keep_unbound_ = true; }

  std::vector<OutputColumn> RewriteQuery(duckdb::unique_ptr<duckdb::QueryNode>& node);

 private:
  using Node = duckdb::QueryNode;
  using Ref = duckdb::TableRef;
  using Parsed = duckdb::ParsedExpression;
  using Columns = std::vector<OutputColumn>;
  using Context = ExpressionContext;

  // Query nodes (rewrite_query.cc)
  Columns RewriteNode(duckdb::unique_ptr<Node>& node, const Scope* outer, const CteScope* ctes);
  void BindParameters(Node& node) const;  ///< puts values in their place (bound_parameter.cc)
  Columns RewriteSelect(duckdb::SelectNode& node, const Scope* outer, const CteScope* ctes);
  std::vector<SelectItem> BindSelectList(duckdb::SelectNode& node, const Context& context);
  void ExpandStar(duckdb::StarExpression& star, const Context& context,
                  std::vector<SelectItem>& items);  // rewrite_star.cc
  void CheckUniqueNames(const std::vector<SelectItem>& items) const;
  Columns EmitSelectList(duckdb::SelectNode& node, std::vector<SelectItem>& items);
  void RewriteGroups(duckdb::SelectNode& node, const Context& context);
  const SelectItem* GroupedItem(const Parsed& group, const Context& context,
                                size_t* position) const;
  /// Refuses columns that neither the rows nor the SELECT list has.
  void CheckColumns(const Parsed& expression, const Context& context);

  // ORDER BY, LIMIT, DISTINCT (rewrite_modifiers.cc)
  void CheckDistinctColumns(const duckdb::vector<duckdb::OrderByNode>& orders,
                            const Context& context);
  void RewriteModifiers(Node& node, const Context& context, const Columns& columns);
  void RewriteAggregateOrder(duckdb::vector<duckdb::OrderByNode>& orders, const Context& context);
  void RewriteOrders(duckdb::vector<duckdb::OrderByNode>& orders, const Context& context,
                     const Columns* columns);
  void RewriteLimit(ExpressionPtr& limit, const char* what, const char* rule,
                    const Context& context);
  void CheckFilter(const Parsed& filter, const Context& context);

  // Set operations (rewrite_set_operation.cc)
  Columns RewriteSetOperation(duckdb::unique_ptr<Node>& node, const Scope* outer,
                              const CteScope* ctes);
  void RewriteSetAll(duckdb::unique_ptr<Node>& node, const Columns& left, const Columns& right);
  void AlignUnion(duckdb::SetOperationNode& node, std::vector<Columns>& sides);

  // WITH (rewrite_with.cc)
  Columns RewriteRecursive(duckdb::RecursiveCTENode& node, const std::string& name,
                           const Scope* outer, const CteScope* ctes);
  void DefineCtes(Node& node, const Scope* outer, CteScope& ctes);

  // Grouped queries (grouping_check.cc)
  struct GroupingCheck;
  void FindUngrouped(const Parsed& expression, const Context& context, GroupingCheck* check);
  void CheckGrouping(const duckdb::SelectNode& node, const Context& context);
  void CheckDistinctOrder(const duckdb::SelectNode& node, const Context& context);
  void CheckGroupedOrder(const duckdb::SelectNode& node, const Context& context,
                         GroupingCheck* check);

  // Gap filling (gap_fill.cc)
  bool FindGapFill(const duckdb::SelectNode& node, const Context& context);
  void ReplaceGapFilled(ExpressionPtr& expression, const Context& context, GapFillColumns& columns);
  duckdb::unique_ptr<Ref> CompleteSeries(duckdb::SelectNode& node, const Context& context,
                                         GapFillColumns& columns);
  /// Leaves a query over `filled_scope`, with the items bound to it.
  void RewriteGapFill(duckdb::SelectNode& node, ExpressionContext& context, Scope& filled_scope,
                      std::vector<SelectItem>& items);

  // FROM (rewrite_from.cc)
  void RewriteFrom(duckdb::unique_ptr<Ref>& ref, Scope& scope, const Scope* outer,
                   const CteScope* ctes);
  void RewriteBaseTable(duckdb::unique_ptr<Ref>& ref, Scope& scope, const CteScope* ctes);
  void RewriteJoin(duckdb::JoinRef& join, Scope& scope, const Scope* outer, const CteScope* ctes);
  void RewriteTableFunction(duckdb::unique_ptr<Ref>& ref, Scope& scope, const CteScope* ctes);
  void CheckSeries(const std::string& name, const duckdb::FunctionExpression& call,
                   const Context& context) const;
  void RewriteUnnests(duckdb::unique_ptr<Ref>& ref, Scope& scope, const CteScope* ctes);
  void RewriteValues(duckdb::ExpressionListRef& values, Scope& scope, const Scope* outer,
                     const CteScope* ctes);
  void AddRelation(Scope& scope, Ref& ref, std::vector<std::string> qualifier, std::string display,
                   Columns columns);
  std::string UniqueAlias(const std::string& wanted);

  // Expressions (rewrite_expression.cc, rewrite_comparison.cc)
  void Rewrite(ExpressionPtr& expression, const Context& context);
  void RewriteChildren(duckdb::ParsedExpression& expression, const Context& context);
  void RewriteColumn(ExpressionPtr& expression, const Context& context);
  void RewriteConstant(ExpressionPtr& expression);
  /// Refuses a parameter that has no value, or gives it the type that was found for it.
  void RewriteParameter(ExpressionPtr& expression) const;
  /// Notes types of operands that are parameters without a value (open_parameters.cc).
  void InferOpenTypes(const Parsed& expression, const Context& context);
  void RewriteCast(ExpressionPtr& expression, const Context& context);
  void RewriteComparison(ExpressionPtr& expression, const Context& context);
  void RewriteConjunction(duckdb::ParsedExpression& expression, const Context& context);
  void CheckNot(const Parsed& expression, const Context& context);
  void RewriteBetween(ExpressionPtr& expression, const Context& context);
  void RewriteIn(ExpressionPtr& expression, const Context& context);
  /// Returns the name of the first column, and whether its value as a scalar can be NULL.
  std::string RewriteOnce(const duckdb::SubqueryExpression& subquery, const Context& context,
                          bool* nullable = nullptr);
  void RewriteSubquery(ExpressionPtr& expression, const Context& context);
  void AlignComparison(ExpressionPtr& left, ExpressionPtr& right, const std::string& left_type,
                       const std::string& right_type, std::string_view symbol) const;
  bool RewriteInterval(ExpressionPtr& expression);

  // Function calls (rewrite_call.cc)
  void RewriteCall(ExpressionPtr& expression, const Context& context);
  void CheckArguments(const duckdb::FunctionExpression& call, const Context& where) const;
  void CheckArithmetic(const duckdb::FunctionExpression& call, const Context& context) const;
  /// Refuses arguments of types the aggregate does not take (aggregate_types.cc).
  /// False when the types are not known yet.
  bool CheckAggregateTypes(const std::string& name, const duckdb::vector<ExpressionPtr>& arguments,
                           const Context& context) const;
  bool CheckAggregateCall(const std::string& name, const duckdb::FunctionExpression& call,
                          const Context& context) const;
  void CheckNoArguments(const std::string& name, const duckdb::WindowExpression& window,
                        const Context& context) const;
  bool RewriteOperatorCall(ExpressionPtr& expression);
  void RewriteWindow(ExpressionPtr& expression, const Context& context);
  const FunctionEntry& RequireFunction(const std::string& name) const;
  ExpressionPtr SpecialCall(duckdb::FunctionExpression& call, const Context& context);

  // Names (naming.cc, naming_window.cc). As `display` they show casts and parentheses, as in
  // errors.
  std::string NameOf(const Parsed& expression, const Context& context, bool display = false);
  std::string NameOfOperand(const Parsed& operand, const Parsed& whole, const Context& context,
                            bool display);
  std::string NameOfCall(const duckdb::FunctionExpression& call, const Context& context,
                         bool display);
  std::string NameOfSecondName(const duckdb::FunctionExpression& call, const std::string& name,
                               std::string arguments, const Context& context);
  /// What the call says of nulls: null for nothing, else whether it ignores them.
  const bool* IgnoresNulls(const Parsed& call) const;
  std::string NameOfWindow(const duckdb::WindowExpression& window, const Context& context,
                           bool display);
  std::string NameOfCase(const duckdb::CaseExpression& expression, const Context& context,
                         bool display);
  std::string NameOfOperator(const duckdb::OperatorExpression& expression, const Context& context,
                             bool display);
  std::string NameOfColumn(const duckdb::ColumnRefExpression& column, const Context& context);
  std::string NameOfSubquery(const duckdb::SubqueryExpression& subquery, const Context& context,
                             bool display);
  std::string NameList(const duckdb::vector<ExpressionPtr>& list, const char* separator,
                       const Context& context, bool display);
  std::string NameOrders(const duckdb::vector<duckdb::OrderByNode>& orders, const Context& context);

  /// The reference's type text of columns, literals and casts; empty for anything else.
  std::string KnownType(const Parsed& expression, const Context& context) const;
  const OutputColumn* PlainColumn(const Parsed& expression, const Context& context) const;

  /// Whether the reference's schema lets the value, as parsed, be NULL (nullability.cc).
  bool IsNullable(const Parsed& expression, const Context& context);
  bool AnyNullable(const duckdb::vector<ExpressionPtr>& list, const Context& context);
  bool AllNullable(const duckdb::vector<ExpressionPtr>& list, const Context& context);
  bool IsNullableCall(const duckdb::FunctionExpression& call, const Context& context);
  bool IsNullableOperator(const duckdb::OperatorExpression& expression, const Context& context);
  bool IsNullableCase(const duckdb::CaseExpression& expression, const Context& context);

  TableResolver& resolver_;
  std::vector<const ParameterValue*> parameters_;
  GrammarText text_;
  bool keep_unbound_ = false;
  std::map<size_t, duckdb::LogicalType> open_types_;  ///< by parameter, the first that was found
  int64_t now_ns_;
  std::map<std::string, const Node*> cte_queries_;  ///< rewritten ones, by engine name
  std::set<std::string> used_aliases_;              ///< lower-cased, of the whole query
};

}  // namespace influxdb3::query::sql
