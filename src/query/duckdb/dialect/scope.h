#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "duckdb.hpp"

#include "query/duckdb/dialect/dialect.h"

namespace influxdb3::query::sql {

/// A column a query node yields.
struct OutputColumn {
  std::string name;         ///< what users see and write
  std::string engine_name;  ///< unique in the node, ignoring case
  std::string arrow_type;   ///< empty when not known before binding
  std::string iox_type;     ///< set for plain table columns
  bool nullable = true;     ///< false when it cannot hold NULLs
  /// Of a plain column of a SELECT list: what the relation it comes from is called. It stays so in
  /// a sub-query without alias.
  std::vector<std::string> qualifier = {};
  std::string display = {};
};

/// A table, sub-query or function in a FROM clause.
struct Relation {
  std::vector<std::string> qualifier;  ///< parts a reference may name it by; empty: none
  std::string display;                 ///< the qualifier in names and errors; may be empty
  std::string engine_alias;
  std::vector<OutputColumn> columns;
};

/// A column reference found in a scope.
struct ResolvedColumn {
  const Relation* relation = nullptr;
  const OutputColumn* column = nullptr;
  std::vector<std::string> field_path;  ///< struct members behind the column
};

/// A column that a reference could have named.
struct ValidField {
  std::string qualifier;  ///< may be empty
  std::string name;
};
/// The reference's error for a column that is none of the valid ones, with what was perhaps meant.
[[noreturn]] void ThrowUnknownField(const std::vector<std::string>& parts,
                                    const std::vector<ValidField>& valid);

/// The relations of one FROM clause, and the scope of the query around it.
class Scope {
 public:
  explicit Scope(const Scope* outer) : outer_(outer) {}

  void Add(Relation relation) { relations_.push_back(std::move(relation)); }
  /// Columns that a join made one, found by their bare name.
  void Merge(const std::string& column) { merged_.insert(column); }
  void CopyMergedFrom(const Scope& other) {
    merged_.insert(other.merged_.begin(), other.merged_.end());
  }

  /// Columns of the relations from `begin` to before `end` may be NULL from now on: a join adds
  /// rows without them.
  void MakeNullable(size_t begin, size_t end);
  /// Forgets all but the first `count` relations.
  void Truncate(size_t count) { relations_.resize(count); }

  const std::vector<Relation>& relations() const { return relations_; }
  bool IsMerged(const std::string& column) const { return merged_.count(column) > 0; }

  /// Throws SqlError with the reference's text when nothing or more than one column fits.
  ResolvedColumn Resolve(const std::vector<std::string>& parts) const;
  /// The error for a column that nothing offers.
  [[noreturn]] void ThrowUnknown(const std::vector<std::string>& parts) const;
  /// Every column, as errors list what they would take.
  std::vector<ValidField> ValidFields() const;
  /// False instead of an error when nothing fits.
  bool TryResolve(const std::vector<std::string>& parts, ResolvedColumn* out) const;
  /// The relation `t.*` means.
  const Relation& ResolveRelation(const std::string& name) const;

 private:
  bool FindHere(const std::vector<std::string>& parts, ResolvedColumn* out) const;

  const Scope* outer_;
  std::vector<Relation> relations_;
  std::set<std::string> merged_;
};

/// The name as the reference writes it in errors: quoted unless lower-case.
std::string QuoteIfNeeded(const std::string& name);
/// `cpu.host`, or `host` when the relation has no name.
std::string DisplayColumn(const Relation& relation, const OutputColumn& column);

}  // namespace influxdb3::query::sql
