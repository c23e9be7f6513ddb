#include "query/duckdb/dialect/function_registry.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

size_t EditDistance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

std::vector<FunctionEntry> BuildTable() {
  std::vector<FunctionEntry> table;
  for (const FunctionGroup& group : FunctionGroups()) {
    const std::vector<FunctionEntry> entries = group.entries();
    table.insert(table.end(), entries.begin(), entries.end());
  }
  std::sort(table.begin(), table.end(),
            [](const FunctionEntry& a, const FunctionEntry& b) { return a.name < b.name; });
  return table;
}

}  // namespace

const std::vector<FunctionGroup>& FunctionGroups() {
  static const auto& groups =
      *new std::vector<FunctionGroup>{{"Mathematics", MathFunctions},
                                      {"Text, hashes and conditions", TextFunctions},
                                      {"Regular expressions", RegexFunctions},
                                      {"Time and types", TimeFunctions},
                                      {"Lists, structures and maps", NestedFunctions},
                                      {"Aggregates and windows", AggregateFunctions}};
  return groups;
}

const std::vector<FunctionEntry>& AllFunctions() {
  static const auto& table = *new std::vector<FunctionEntry>(BuildTable());
  return table;
}

const FunctionEntry* FindFunction(const std::string& name) {
  static const auto& index = *[] {
    auto* map = new std::unordered_map<std::string, const FunctionEntry*>();
    for (const FunctionEntry& entry : AllFunctions()) map->emplace(entry.name, &entry);
    return map;
  }();
  const auto found = index.find(name);
  return found == index.end() ? nullptr : found->second;
}

std::string NearestFunction(const std::string& name) {
  const FunctionEntry* best = nullptr;
  size_t best_distance = 0;
  for (const FunctionEntry& entry : AllFunctions()) {
    if (entry.kind == FunctionKind::kWindow) continue;
    const size_t distance = EditDistance(name, entry.name);
    if (best == nullptr || distance < best_distance) {
      best = &entry;
      best_distance = distance;
    }
  }
  return best->name;
}

void CheckArgumentCount(const FunctionCall& call, size_t least, size_t most) {
  const size_t count = call.children.size();
  if (count >= least && count <= most) return;
  const std::string expected =
      least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most);
  ThrowPlanError(fmt::format("Function '{}' expects {} arguments but received {}",
                             call.function_name, expected, count));
}

}  // namespace influxdb3::query::sql
