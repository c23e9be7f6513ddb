#include "query/duckdb/file_union.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "duckdb/parser/expression/constant_expression.hpp"
#include "duckdb/parser/expression/function_expression.hpp"
#include "duckdb/parser/tableref/table_function_ref.hpp"

#include "query/duckdb/buffer_scan.h"
#include "query/duckdb/file_scan.h"
#include "query/duckdb/parsed_query.h"
#include "query/duckdb/union_parts.h"

namespace influxdb3::query {
namespace {

using parsed::ExpressionPtr;
using parsed::NodePtr;
using Names = std::vector<std::string>;

/// Above that of every file.
constexpr uint64_t kFirstChunkOrder = uint64_t{1} << 63;

parsed::RefPtr FileScanReference(size_t number) {
  auto reference = duckdb::make_uniq<duckdb::TableFunctionRef>();
  duckdb::vector<ExpressionPtr> arguments;
  arguments.push_back(parsed::Constant(duckdb::Value(std::to_string(number))));
  reference->function =
      duckdb::make_uniq<duckdb::FunctionExpression>(kFileScanName, std::move(arguments));
  return reference;
}

bool Contains(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class UnionBuilder {
 public:
  UnionBuilder(const UnionRequest& request, std::vector<UnionPart> parts)
      : request_(request),
        source_(*request.source),
        parts_(std::move(parts)),
        time_name_(TimeColumnOf(source_)) {}

  NodePtr Build() const {
    Names names = NamesOf(request_.columns);
    if (names.empty()) names.push_back(time_name_);
    const bool few_rows = std::all_of(parts_.begin(), parts_.end(), [](const UnionPart& part) {
      return part.newest_only || !part.of_files;
    });
    if (!request_.newest_by || few_rows) return Rows(names);
    Names inner = names;
    if (!Contains(inner, time_name_)) inner.push_back(time_name_);
    auto node = Select(names, parsed::Subquery(Rows(inner)));
    node->where_clause = parsed::IsIn(parsed::Column(time_name_), NewestTimes());
    return node;
  }

 private:
  Names NamesOf(const std::vector<uint32_t>& columns) const {
    Names names;
    for (const uint32_t column : columns) names.push_back(source_.columns()[column].engine_name);
    return names;
  }

  static duckdb::unique_ptr<duckdb::SelectNode> Select(const Names& names, parsed::RefPtr from) {
    auto node = duckdb::make_uniq<duckdb::SelectNode>();
    node->from_table = std::move(from);
    for (const std::string& name : names) node->select_list.push_back(parsed::Column(name));
    return node;
  }

  static duckdb::unique_ptr<duckdb::SelectNode> SelectPart(const Names& names,
                                                           const UnionPart& part) {
    auto node = Select(names, part.of_files ? FileScanReference(part.number)
                                            : MakeScanReference(kBufferScanName, part.number));
    if (part.condition) node->where_clause = part.condition->Copy();
    return node;
  }

  /// Each row once.
  NodePtr Rows(const Names& names) const {
    std::vector<NodePtr> clear;
    std::vector<NodePtr> contested;
    Names merged;  // with the columns of the key
    for (const ScanColumn& column : source_.columns()) {
      const std::string& name = column.engine_name;
      if (column.kind != ScanColumn::Kind::kField || Contains(names, name)) merged.push_back(name);
    }
    for (const UnionPart& part : parts_) {
      if (!part.contested) {
        clear.push_back(SelectPart(names, part));
        continue;
      }
      auto node = SelectPart(merged, part);
      ExpressionPtr order =
          part.of_files
              ? parsed::Column(FileScan::kOrderName)
              : parsed::Constant(duckdb::Value::UBIGINT(kFirstChunkOrder + part.chunk_order));
      node->select_list.push_back(parsed::Named(std::move(order), FileScan::kOrderName));
      contested.push_back(std::move(node));
    }
    if (!contested.empty()) clear.push_back(Merge(names, parsed::UnionAll(std::move(contested))));
    return parsed::UnionAll(std::move(clear));
  }

  /// Of the rows of each key one, with the last value of each field that is not null.
  NodePtr Merge(const Names& names, NodePtr rows) const {
    auto node = duckdb::make_uniq<duckdb::SelectNode>();
    node->from_table = parsed::Subquery(std::move(rows));
    std::map<std::string, ExpressionPtr> columns;
    Names key;
    for (const ScanColumn& column : source_.columns()) {
      const std::string& name = column.engine_name;
      if (column.kind != ScanColumn::Kind::kField) {
        key.push_back(name);
        columns[name] = parsed::Column(name);
      } else if (Contains(names, name)) {
        std::vector<ExpressionPtr> arguments;
        arguments.push_back(parsed::Column(name));
        arguments.push_back(parsed::Column(FileScan::kOrderName));
        columns[name] = parsed::Named(parsed::Call("arg_max", std::move(arguments)), name);
      }
    }
    parsed::GroupBy(key, node.get());
    for (const std::string& name : names) node->select_list.push_back(columns[name]->Copy());
    return node;
  }

  /// The newest time of each combination of values. Rows of the same key do no harm here, so
  /// nothing is merged.
  NodePtr NewestTimes() const {
    const Names by = NamesOf(*request_.newest_by);
    Names names = by;
    names.push_back(time_name_);
    std::vector<NodePtr> rows;
    for (const UnionPart& part : parts_) rows.push_back(SelectPart(names, part));
    auto node = duckdb::make_uniq<duckdb::SelectNode>();
    node->from_table = parsed::Subquery(parsed::UnionAll(std::move(rows)));
    std::vector<ExpressionPtr> arguments;
    arguments.push_back(parsed::Column(time_name_));
    node->select_list.push_back(parsed::Call("max", std::move(arguments)));
    parsed::GroupBy(by, node.get());
    return node;
  }

  const UnionRequest& request_;
  const ScanSource& source_;
  const std::vector<UnionPart> parts_;
  const std::string& time_name_;
};

}  // namespace

duckdb::unique_ptr<duckdb::TableRef> MakeFileUnion(const UnionRequest& request,
                                                   QuerySources* sources) {
  std::vector<UnionPart> parts =
      FindUnionParts({request.source, request.time, request.newest_of_series}, sources);
  if (parts.empty()) return nullptr;
  return parsed::Subquery(UnionBuilder(request, std::move(parts)).Build());
}

}  // namespace influxdb3::query
