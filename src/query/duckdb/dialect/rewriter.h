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

  // Query nodes (rewrite_query.cc)
  std::vector<OutputColumn> RewriteNode(duckdb::unique_ptr<Node>& node, const Scope* outer,
                                        const CteScope* ctes);
  void BindParameters(Node& node) const;  ///< puts values in their place (bound_parameter.cc)
  std::vector<OutputColumn> RewriteSelect(duckdb::SelectNode& node, const Scope* outer,
                                          const CteScope* ctes);
  std::vector<SelectItem> BindSelectList(duckdb::SelectNode& node,
                                         const ExpressionContext& context);
  void ExpandStar(duckdb::StarExpression& star, const ExpressionContext& context,
                  std::vector<SelectItem>& items);
  void CheckUniqueNames(const std::vector<SelectItem>& items) const;
  std::vector<OutputColumn> EmitSelectList(duckdb::SelectNode& node,
                                           std::vector<SelectItem>& items);
  void RewriteGroups(duckdb::SelectNode& node, const ExpressionContext& context);
  const SelectItem* GroupedItem(const duckdb::ParsedExpression& group,
                                const ExpressionContext& context, size_t* position) const;
  void RewriteModifiers(Node& node, const ExpressionContext& context,
                        const std::vector<OutputColumn>& columns);
  void RewriteAggregateOrder(duckdb::vector<duckdb::OrderByNode>& orders,
                             const ExpressionContext& context);
  void RewriteOrders(duckdb::vector<duckdb::OrderByNode>& orders, const ExpressionContext& context,
                     const std::vector<OutputColumn>* columns);
  void RewriteLimit(ExpressionPtr& limit, const char* what, const char* rule,
                    const ExpressionContext& context);
  void CheckFilter(const duckdb::ParsedExpression& filter, const ExpressionContext& context);

  // WITH and set operations (rewrite_with.cc)
  std::vector<OutputColumn> RewriteSetOperation(duckdb::SetOperationNode& node, const Scope* outer,
                                                const CteScope* ctes);
  std::vector<OutputColumn> RewriteRecursive(duckdb::RecursiveCTENode& node,
                                             const std::string& name, const Scope* outer,
                                             const CteScope* ctes);
  void DefineCtes(Node& node, const Scope* outer, CteScope& ctes);

  // Grouped queries (grouping_check.cc)
  struct GroupingCheck;
  void FindUngrouped(const duckdb::ParsedExpression& expression, const ExpressionContext& context,
                     GroupingCheck* check);
  void CheckGrouping(const duckdb::SelectNode& node, const ExpressionContext& context);
  void CheckDistinctOrder(const duckdb::SelectNode& node, const ExpressionContext& context);
  void CheckGroupedOrder(const duckdb::SelectNode& node, const ExpressionContext& context,
                         GroupingCheck* check);

  // Gap filling (gap_fill.cc)
  bool FindGapFill(const duckdb::SelectNode& node, const ExpressionContext& context);
  void ReplaceGapFilled(ExpressionPtr& expression, const ExpressionContext& context,
                        GapFillColumns& columns);
  duckdb::unique_ptr<Ref> CompleteSeries(duckdb::SelectNode& node, const ExpressionContext& context,
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
  void RewriteUnnests(duckdb::unique_ptr<Ref>& ref, Scope& scope, const CteScope* ctes);
  void RewriteValues(duckdb::ExpressionListRef& values, Scope& scope, const Scope* outer,
                     const CteScope* ctes);
  void AddRelation(Scope& scope, Ref& ref, std::vector<std::string> qualifier, std::string display,
                   std::vector<OutputColumn> columns);
  std::string UniqueAlias(const std::string& wanted);

  // Expressions (rewrite_expression.cc, rewrite_comparison.cc)
  void Rewrite(ExpressionPtr& expression, const ExpressionContext& context);
  void RewriteChildren(duckdb::ParsedExpression& expression, const ExpressionContext& context);
  void RewriteColumn(ExpressionPtr& expression, const ExpressionContext& context);
  void RewriteConstant(ExpressionPtr& expression);
  /// Refuses a parameter that has no value, or gives it the type that was found for it.
  void RewriteParameter(ExpressionPtr& expression) const;
  /// Notes types of operands that are parameters without a value (open_parameters.cc).
  void InferOpenTypes(const duckdb::ParsedExpression& expression, const ExpressionContext& context);
  void RewriteCast(ExpressionPtr& expression, const ExpressionContext& context);
  void RewriteComparison(ExpressionPtr& expression, const ExpressionContext& context);
  void RewriteConjunction(duckdb::ParsedExpression& expression, const ExpressionContext& context);
  void CheckNot(const duckdb::ParsedExpression& expression, const ExpressionContext& context);
  void RewriteBetween(ExpressionPtr& expression, const ExpressionContext& context);
  void RewriteIn(ExpressionPtr& expression, const ExpressionContext& context);
  /// Returns the name of the first column, and whether its value as a scalar can be NULL.
  std::string RewriteOnce(duckdb::SelectStatement& statement, const ExpressionContext& context,
                          bool* nullable = nullptr);
  void RewriteSubquery(ExpressionPtr& expression, const ExpressionContext& context);
  void AlignComparison(ExpressionPtr& left, ExpressionPtr& right, const std::string& left_type,
                       const std::string& right_type, std::string_view symbol) const;
  bool RewriteInterval(ExpressionPtr& expression);

  // Function calls (rewrite_call.cc)
  void RewriteCall(ExpressionPtr& expression, const ExpressionContext& context);
  void CheckArguments(const duckdb::FunctionExpression& call, const ExpressionContext& where) const;
  void CheckArithmetic(const duckdb::FunctionExpression& call,
                       const ExpressionContext& context) const;
  /// Refuses arguments of types the aggregate does not take (aggregate_types.cc).
  /// False when the types are not known yet.
  bool CheckAggregateTypes(const std::string& name, const duckdb::vector<ExpressionPtr>& arguments,
                           const ExpressionContext& context) const;
  bool CheckAggregateCall(const std::string& name, const duckdb::FunctionExpression& call,
                          const ExpressionContext& context) const;
  void CheckNoArguments(const std::string& name, const duckdb::WindowExpression& window,
                        const ExpressionContext& context) const;
  bool RewriteOperatorCall(ExpressionPtr& expression);
  void RewriteWindow(ExpressionPtr& expression, const ExpressionContext& context);
  const FunctionEntry& RequireFunction(const std::string& name) const;
  ExpressionPtr SpecialCall(duckdb::FunctionExpression& call, const ExpressionContext& context);

  // Names (naming.cc, naming_window.cc). As `display` they show casts and parentheses, as in
  // errors.
  std::string NameOf(const duckdb::ParsedExpression& expression, const ExpressionContext& context,
                     bool display = false);
  std::string NameOfOperand(const duckdb::ParsedExpression& operand,
                            const duckdb::ParsedExpression& whole, const ExpressionContext& context,
                            bool display);
  std::string NameOfCall(const duckdb::FunctionExpression& call, const ExpressionContext& context,
                         bool display);
  std::string NameOfSecondName(const duckdb::FunctionExpression& call, const std::string& name,
                               std::string arguments, const ExpressionContext& context);
  /// What the call says of nulls: null for nothing, else whether it ignores them.
  const bool* IgnoresNulls(const duckdb::ParsedExpression& call) const;
  std::string NameOfWindow(const duckdb::WindowExpression& window, const ExpressionContext& context,
                           bool display);
  std::string NameOfCase(const duckdb::CaseExpression& expression, const ExpressionContext& context,
                         bool display);
  std::string NameOfOperator(const duckdb::OperatorExpression& expression,
                             const ExpressionContext& context, bool display);
  std::string NameOfColumn(const duckdb::ColumnRefExpression& column,
                           const ExpressionContext& context);
  std::string NameOfSubquery(const duckdb::SubqueryExpression& subquery,
                             const ExpressionContext& context, bool display);
  std::string NameList(const duckdb::vector<ExpressionPtr>& list, const char* separator,
                       const ExpressionContext& context, bool display);
  std::string NameOrders(const duckdb::vector<duckdb::OrderByNode>& orders,
                         const ExpressionContext& context);

  /// The reference's type text of columns, literals and casts; empty for anything else.
  std::string KnownType(const duckdb::ParsedExpression& expression,
                        const ExpressionContext& context) const;
  const OutputColumn* PlainColumn(const duckdb::ParsedExpression& expression,
                                  const ExpressionContext& context) const;

  /// Whether the reference's schema lets the value, as parsed, be NULL (nullability.cc).
  bool IsNullable(const duckdb::ParsedExpression& expression, const ExpressionContext& context);
  bool AnyNullable(const duckdb::vector<ExpressionPtr>& list, const ExpressionContext& context);
  bool AllNullable(const duckdb::vector<ExpressionPtr>& list, const ExpressionContext& context);
  bool IsNullableCall(const duckdb::FunctionExpression& call, const ExpressionContext& context);
  bool IsNullableOperator(const duckdb::OperatorExpression& expression,
                          const ExpressionContext& context);
  bool IsNullableCase(const duckdb::CaseExpression& expression, const ExpressionContext& context);

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
