#include "query/duckdb/dialect/page/sql_page.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "duckdb.hpp"
#include "duckdb/parser/tableref/basetableref.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/dialect.h"
#include "query/duckdb/dialect/function_catalogue.h"
#include "query/duckdb/dialect/function_registry.h"
#include "query/duckdb/dialect/interval_literal.h"
#include "query/duckdb/dialect/number_text.h"
#include "query/duckdb/dialect/timestamp_text.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::LogicalTypeId;
using duckdb::Value;

constexpr const char* kSampleRows = R"(
CREATE TABLE home AS SELECT * FROM (VALUES
  (1::BIGINT, 'Kitchen', 21.5::DOUBLE, make_timestamp_ns(1704067200000000001)),
  (5, 'Kitchen', 22.0, make_timestamp_ns(1704067260000000000)),
  (3, 'Hall', NULL, make_timestamp_ns(1704070800000000000))) t(co, room, temp, time);
CREATE TABLE tables AS SELECT 'public' AS table_catalog, 'iox' AS table_schema,
  'home' AS table_name, 'BASE TABLE' AS table_type;
CREATE TABLE columns AS SELECT * FROM (VALUES
  ('public', 'iox', 'home', 'co', 'Int64', 'YES'),
  ('public', 'iox', 'home', 'room', 'Dictionary(Int32, Utf8)', 'YES'),
  ('public', 'iox', 'home', 'temp', 'Float64', 'YES'),
  ('public', 'iox', 'home', 'time', 'Timestamp(ns)', 'NO'))
  t(table_catalog, table_schema, table_name, column_name, data_type, is_nullable);
CREATE TABLE df_settings AS SELECT * FROM (VALUES
  ('datafusion.execution.batch_size', '8192', 'rows of a batch')) t(name, value, description);
)";

/// The sample table, and what the statements about tables read.
class SampleTables : public TableResolver {
 public:
  util::Result<ResolvedTable> ResolveTable(const std::string& schema,
                                           const std::string& table) override {
    ResolvedTable resolved;
    if (schema == "iox" && table == "home") {
      resolved.columns = {{"co", "co", "Int64", ""},
                          {"room", "room", "Dictionary(Int32, Utf8)", ""},
                          {"temp", "temp", "Float64", ""},
                          {"time", "time", "Timestamp(ns)", ""}};
    } else if (schema == "information_schema" && table == "tables") {
      resolved.columns = TextColumns({"table_catalog", "table_schema", "table_name", "table_type"});
    } else if (schema == "information_schema" && table == "columns") {
      resolved.columns = TextColumns({"table_catalog", "table_schema", "table_name", "column_name",
                                      "data_type", "is_nullable"});
    } else if (schema == "information_schema" && table == "df_settings") {
      resolved.columns = TextColumns({"name", "value", "description"});
    } else {
      return util::Status::InvalidArgument(
          fmt::format("Error during planning: table 'public.{}.{}' not found", schema, table));
    }
    auto ref = duckdb::make_uniq<duckdb::BaseTableRef>();
    ref->table_name = table;
    resolved.ref = std::move(ref);
    return resolved;
  }

  util::Result<ResolvedTable> ResolveTableFunction(const std::string& name,
                                                   const std::vector<Value>&) override {
    return util::Status::InvalidArgument(
        fmt::format("Error during planning: Table function '{}' not found", name));
  }

 private:
  static std::vector<ColumnInfo> TextColumns(const std::vector<std::string>& names) {
    std::vector<ColumnInfo> columns;
    for (const std::string& name : names) columns.push_back({name, name, "Utf8", ""});
    return columns;
  }
};

std::string CellText(const Value& value) {
  if (value.IsNull()) return "NULL";
  const LogicalTypeId id = value.type().id();
  if (id == LogicalTypeId::TIMESTAMP_NS) {
    const char* zone = TimestampZone(value.type()).empty() ? "" : "Z";
    return FormatTimestamp(value.GetValueUnsafe<int64_t>()) + zone;
  }
  if (id == LogicalTypeId::DOUBLE) return CastNumber(value.GetValueUnsafe<double>());
  if (id == LogicalTypeId::FLOAT) return CastNumber(value.GetValueUnsafe<float>());
  if (id == LogicalTypeId::BLOB) return "bytes";
  if (id == LogicalTypeId::LIST) {
    std::string text;
    for (const Value& child : duckdb::ListValue::GetChildren(value)) {
      text += (text.empty() ? "" : ", ") + CellText(child);
    }
    return "[" + text + "]";
  }
  if (id == LogicalTypeId::STRUCT && !IsNanoInterval(value.type())) {
    std::string text;
    const auto& members = duckdb::StructValue::GetChildren(value);
    for (size_t i = 0; i < members.size(); ++i) {
      text += fmt::format("{}{}: {}", i == 0 ? "" : ", ",
                          duckdb::StructType::GetChildName(value.type(), i), CellText(members[i]));
    }
    return "{" + text + "}";
  }
  return value.ToString();
}

struct Outcome {
  util::Status status;
  std::string cells;  ///< of the first column, one row after the other
  std::string type;   ///< of the first column
  std::string names;
  size_t rows = 0;
};

class Sample {
 public:
  Sample() : database_(nullptr), connection_(database_) {
    RegisterDialect(*database_.instance);
    connection_.Query(kSampleRows);
  }

  Outcome Run(const std::string& sql) {
    Outcome outcome;
    util::Result<RewrittenQuery> rewritten = RewriteSql(sql, {}, tables_);
    if (!rewritten.ok()) {
      outcome.status = rewritten.status();
      return outcome;
    }
    for (const ResultColumn& column : rewritten->columns) {
      outcome.names += (outcome.names.empty() ? "" : ", ") + column.name;
    }
    const auto result = connection_.Query(std::move(rewritten->statement));
    if (result->HasError()) {
      outcome.status = TranslateError(result->GetErrorObject());
      return outcome;
    }
    outcome.rows = result->RowCount();
    outcome.type = ArrowTypeText(result->types[0]);
    for (size_t row = 0; row < outcome.rows; ++row) {
      outcome.cells += (row == 0 ? "" : "; ") + CellText(result->GetValue(0, row));
    }
    return outcome;
  }

 private:
  duckdb::DuckDB database_;
  duckdb::Connection connection_;
  SampleTables tables_;
};

/// Text for a cell of a Markdown table.
std::string Escaped(const std::string& text) {
  std::string escaped;
  for (char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return escaped;
}
std::string Code(const std::string& text) {
  return text.empty() ? std::string() : "`" + Escaped(text) + "`";
}

std::string Row(Sample& sample, const std::string& expression, bool from_table) {
  const std::string sql = "SELECT " + expression + (from_table ? " FROM home" : "");
  const Outcome outcome = sample.Run(sql);
  if (!outcome.status.ok()) {
    return fmt::format("{} | {} | |\n", Code(expression), Escaped(outcome.status.message()));
  }
  // What differs from call to call would make the page differ as well.
  for (const char* changing : {"now()", "uuid()", "random()", "current_", "today()"}) {
    if (expression.rfind(changing, 0) == 0) {
      return fmt::format("{} | | {} |\n", Code(expression), Code(outcome.type));
    }
  }
  return fmt::format("{} | {} | {} |\n", Code(expression), Code(outcome.cells), Code(outcome.type));
}

/// The name of the function this is another name of; empty when it is its own.
std::string OtherNameOf(const std::string& name) {
  FunctionDescription description;
  return DescribeFunction(name, &description) ? std::string(description.alias_of) : std::string();
}

std::string FunctionSection(Sample& sample, const FunctionGroup& group) {
  std::map<std::string, std::vector<std::string>> examples;
  for (const FunctionExample& example : FunctionExamples()) {
    examples[example.function].push_back(example.expression);
  }
  std::vector<FunctionEntry> functions = group.entries();
  std::sort(functions.begin(), functions.end(),
            [](const FunctionEntry& a, const FunctionEntry& b) { return a.name < b.name; });
  std::string text =
      fmt::format("\n### {}\n\n| function | example | result | type |\n| --- | --- | --- | --- |\n",
                  group.title);
  for (const FunctionEntry& entry : functions) {
    const bool rows = entry.kind == FunctionKind::kAggregate || entry.kind == FunctionKind::kWindow;
    const auto own = examples.find(entry.name);
    if (own == examples.end()) {
      const std::string other = OtherNameOf(entry.name);
      const bool fills = entry.name.find("gapfill") != std::string::npos || entry.name == "locf" ||
                         entry.name == "interpolate";
      text += fmt::format("| {} | {} | | |\n", Code(entry.name),
                          fills           ? "see Statements"
                          : other.empty() ? std::string()
                                          : "as " + Code(other));
      continue;
    }
    for (const std::string& example : own->second) {
      text += fmt::format("| {} | {}", Code(entry.name), Row(sample, example, rows));
    }
  }
  return text;
}

std::string StatementSection(Sample& sample) {
  std::string text = "\n## Statements\n\n| statement | columns | rows |\n| --- | --- | --- |\n";
  for (const std::string& statement : StatementExamples()) {
    const Outcome outcome = sample.Run(statement);
    text += outcome.status.ok() ? fmt::format("| {} | {} | {} |\n", Code(statement),
                                              Code(outcome.names), outcome.rows)
                                : fmt::format("| {} | error: {} | |\n", Code(statement),
                                              Escaped(outcome.status.message()));
  }
  return text;
}

std::string TypeSection(Sample& sample) {
  std::string text = "\n## Types of CAST\n\n| SQL | type of the result |\n| --- | --- |\n";
  for (const std::string& type : TypeExamples()) {
    const Outcome outcome = sample.Run(fmt::format("SELECT CAST(NULL AS {})", type));
    text += fmt::format(
        "| {} | {} |\n", Code(type),
        outcome.status.ok() ? Code(outcome.type) : "error: " + Escaped(outcome.status.message()));
  }
  return text;
}

}  // namespace

std::string SqlPage() {
  Sample sample;
  std::string text =
      "# SQL by example\n\n"
      "Written by `./dev docs` from the table of functions that queries are checked against; a "
      "test\n"
      "compares. Every example was run to fill in its result and type. [sql.md](sql.md) describes "
      "the\n"
      "dialect. Examples with rows use the table `home`:\n\n"
      "| co | room | temp | time |\n| --- | --- | --- | --- |\n"
      "| 1 | Kitchen | 21.5 | 2024-01-01T00:00:00.000000001 |\n"
      "| 5 | Kitchen | 22.0 | 2024-01-01T00:01:00 |\n"
      "| 3 | Hall | NULL | 2024-01-01T01:00:00 |\n";
  text += StatementSection(sample);
  text += TypeSection(sample);
  text += "\n## Operators and literals\n\n| example | result | type |\n| --- | --- | --- |\n";
  for (const std::string& example : OperatorExamples()) {
    text += "| " + Row(sample, example, false);
  }
  text += "\n## Functions\n";
  for (const FunctionGroup& group : FunctionGroups()) text += FunctionSection(sample, group);
  return text;
}

}  // namespace influxdb3::query::sql
