#include "query/duckdb/dialect/scope.h"

#include <algorithm>

#include <fmt/format.h>

#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

using util::Status;

std::string JoinQuoted(const std::vector<std::string>& parts, size_t first, size_t last) {
  std::string text;
  for (size_t i = first; i < last; ++i) text += (i > first ? "." : "") + QuoteIfNeeded(parts[i]);
  return text;
}

/// Whether the last parts of the relation's qualifier are the first `count` of `parts`.
bool Matches(const Relation& relation, const std::vector<std::string>& parts, size_t count) {
  if (count > relation.qualifier.size()) return false;
  return std::equal(relation.qualifier.end() - static_cast<std::ptrdiff_t>(count),
                    relation.qualifier.end(), parts.begin());
}

}  // namespace

std::string QuoteIfNeeded(const std::string& name) {
  const bool plain = !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
                     std::all_of(name.begin(), name.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                     });
  if (plain) return name;
  std::string quoted = "\"";
  for (char c : name) {
    quoted += c;
    if (c == '"') quoted += c;
  }
  return quoted + "\"";
}

std::string DisplayColumn(const Relation& relation, const OutputColumn& column) {
  return relation.display.empty() ? column.name : relation.display + "." + column.name;
}

bool Scope::FindHere(const std::vector<std::string>& parts, ResolvedColumn* out) const {
  const size_t longest = std::min<size_t>(3, parts.size() - 1);
  for (size_t qualifier_count = longest + 1; qualifier_count-- > 0;) {
    const std::string& name = parts[qualifier_count];
    ResolvedColumn found;
    bool ambiguous = false;
    for (const Relation& relation : relations_) {
      if (!Matches(relation, parts, qualifier_count)) continue;
      for (const OutputColumn& column : relation.columns) {
        if (column.name != name) continue;
        if (found.column != nullptr) ambiguous = true;
        if (found.column == nullptr) {
          found.relation = &relation;
          found.column = &column;
        }
      }
    }
    if (found.column == nullptr) continue;
    const bool merged = qualifier_count == 0 && IsMerged(name);
    if (ambiguous && !merged) {
      throw SqlError(
          Status::InvalidArgument(fmt::format("Schema error: Ambiguous reference to {}field {}",
                                              qualifier_count == 0 ? "unqualified " : "qualified ",
                                              JoinQuoted(parts, 0, qualifier_count + 1))));
    }
    found.field_path.assign(parts.begin() + static_cast<std::ptrdiff_t>(qualifier_count) + 1,
                            parts.end());
    *out = std::move(found);
    return true;
  }
  return false;
}

bool Scope::TryResolve(const std::vector<std::string>& parts, ResolvedColumn* out) const {
  for (const Scope* scope = this; scope != nullptr; scope = scope->outer_) {
    if (scope->FindHere(parts, out)) return true;
  }
  return false;
}

void Scope::MakeNullable(size_t begin, size_t end) {
  for (size_t i = begin; i < end; ++i) {
    for (OutputColumn& column : relations_[i].columns) column.nullable = true;
  }
}

ResolvedColumn Scope::Resolve(const std::vector<std::string>& parts) const {
  ResolvedColumn found;
  if (TryResolve(parts, &found)) return found;
  ThrowUnknown(parts);
}

void Scope::ThrowUnknown(const std::vector<std::string>& parts) const {
  ThrowUnknownField(parts, ValidFields());
}

std::vector<ValidField> Scope::ValidFields() const {
  std::vector<ValidField> fields;
  for (const Relation& relation : relations_) {
    for (const OutputColumn& column : relation.columns) {
      fields.push_back({relation.display, column.name});
    }
  }
  return fields;
}

const Relation& Scope::ResolveRelation(const std::string& name) const {
  for (const Relation& relation : relations_) {
    if (Matches(relation, {name}, 1)) return relation;
  }
  ThrowPlanError(fmt::format("Invalid qualifier {}", name));
}

}  // namespace influxdb3::query::sql
