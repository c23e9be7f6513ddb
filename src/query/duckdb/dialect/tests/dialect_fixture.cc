#include "query/duckdb/dialect/tests/dialect_fixture.h"

#include <utility>

#include <fmt/format.h>

#include "duckdb/parser/tableref/basetableref.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/number_text.h"
#include "query/duckdb/dialect/timestamp_text.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::LogicalTypeId;
using duckdb::Value;

constexpr const char* kSetUp = R"(
CREATE TABLE cpu AS SELECT * FROM (VALUES
  (1::BIGINT, 'a', true, 'x', make_timestamp_ns(1000000000), 1::UBIGINT, 0.5::DOUBLE),
  (2, 'b', false, NULL, make_timestamp_ns(1704067200123456789), 2, NULL),
  (NULL, 'a', NULL, 'z', make_timestamp_ns(-1), 3, 2.5)) t(cnt, host, ok, s, time, u, usage);
CREATE TABLE mem AS SELECT * FROM (VALUES
  (1::BIGINT, 'a', 10::BIGINT, make_timestamp_ns(1), 1::BIGINT),
  (2, 'b', 20, make_timestamp_ns(2), 2),
  (3, 'a', 30, make_timestamp_ns(3), 3)) t(temp__2, host, temp, time, used);
CREATE TABLE tables AS SELECT * FROM (VALUES
  ('public', 'information_schema', 'schemata', 'VIEW'),
  ('public', 'system', 'queries', 'BASE TABLE'),
  ('public', 'iox', 'mem', 'BASE TABLE'),
  ('public', 'information_schema', 'tables', 'VIEW'),
  ('public', 'information_schema', 'df_settings', 'VIEW'),
  ('public', 'information_schema', 'views', 'VIEW'),
  ('public', 'information_schema', 'routines', 'VIEW'),
  ('public', 'iox', 'cpu', 'BASE TABLE'),
  ('public', 'information_schema', 'columns', 'VIEW'))
  t(table_catalog, table_schema, table_name, table_type);
CREATE TABLE df_settings AS SELECT * FROM (VALUES
  ('datafusion.execution.batch_size', '8192', 'rows of a batch')) t(name, value, description);
)";

const char kTag[] = "iox::column_type::tag";
const char kTime[] = "iox::column_type::timestamp";

std::string Field(const std::string& type) {
  return "iox::column_type::field::" + type;
}

std::vector<ColumnInfo> TextColumns(const std::vector<std::string>& names) {
  std::vector<ColumnInfo> columns;
  for (const std::string& name : names) columns.push_back({name, name, "Utf8", ""});
  return columns;
}

std::string CellText(const Value& value) {
  if (value.IsNull()) return "NULL";
  switch (value.type().id()) {
    case LogicalTypeId::TIMESTAMP_NS: return FormatTimestamp(value.GetValueUnsafe<int64_t>());
    case LogicalTypeId::DOUBLE: return CastNumber(value.GetValueUnsafe<double>());
    case LogicalTypeId::FLOAT: return CastNumber(value.GetValueUnsafe<float>());
    case LogicalTypeId::STRUCT: {
      std::string text;
      const auto& members = duckdb::StructValue::GetChildren(value);
      for (size_t i = 0; i < members.size(); ++i) {
        text +=
            fmt::format("{}{}: {}", i == 0 ? "" : ", ",
                        duckdb::StructType::GetChildName(value.type(), i), CellText(members[i]));
      }
      return "{" + text + "}";
    }
    default: return value.ToString();
  }
}

}  // namespace

class DialectTest::Resolver : public TableResolver {
 public:
  util::Result<ResolvedTable> ResolveTable(const std::string& schema,
                                           const std::string& table) override {
    ResolvedTable resolved;
    const std::string name = schema + "." + table;
    if (name == "iox.cpu") {
      resolved.columns = {{"cnt", "cnt", "Int64", Field("integer")},
                          {"host", "host", "Dictionary(Int32, Utf8)", kTag},
                          {"ok", "ok", "Boolean", Field("boolean")},
                          {"s", "s", "Utf8", Field("string")},
                          {"time", "time", "Timestamp(ns)", kTime, false},
                          {"u", "u", "UInt64", Field("uinteger")},
                          {"usage", "usage", "Float64", Field("float")}};
    } else if (name == "iox.mem") {
      resolved.columns = {{"Temp", "temp__2", "Int64", Field("integer")},
                          {"host", "host", "Dictionary(Int32, Utf8)", kTag},
                          {"temp", "temp", "Int64", Field("integer")},
                          {"time", "time", "Timestamp(ns)", kTime, false},
                          {"used", "used", "Int64", Field("integer")}};
    } else if (name == "information_schema.tables") {
      resolved.columns = TextColumns({"table_catalog", "table_schema", "table_name", "table_type"});
    } else if (name == "information_schema.df_settings") {
      resolved.columns = TextColumns({"name", "value", "description"});
    } else {
      return util::Status::InvalidArgument(
          fmt::format("Error during planning: table 'public.{}' not found", name));
    }
    auto ref = duckdb::make_uniq<duckdb::BaseTableRef>();
    ref->table_name = table;
    resolved.ref = std::move(ref);
    return resolved;
  }

  util::Result<ResolvedTable> ResolveTableFunction(
      const std::string& name, const std::vector<Value>& /*arguments*/) override {
    return util::Status::InvalidArgument(
        fmt::format("Error during planning: Table function '{}' not found", name));
  }
};

DialectTest::DialectTest()
    : database_(std::make_unique<duckdb::DuckDB>(nullptr)),
      connection_(std::make_unique<duckdb::Connection>(*database_)),
      resolver_(std::make_unique<Resolver>()) {
  RegisterDialect(*database_->instance);
  const auto result = connection_->Query(kSetUp);
  if (result->HasError()) ADD_FAILURE() << result->GetError();
}

DialectTest::~DialectTest() = default;

QueryOutcome DialectTest::Run(const std::string& sql,
                              const std::map<std::string, ParameterValue>& parameters) {
  QueryOutcome outcome;
  util::Result<RewrittenQuery> rewritten = RewriteSql(sql, parameters, *resolver_);
  if (!rewritten.ok()) {
    outcome.status = rewritten.status();
    return outcome;
  }
  for (const ResultColumn& column : rewritten->columns) {
    outcome.names.push_back(column.name);
    outcome.iox_types.push_back(column.iox_type);
  }
  const auto result = connection_->Query(std::move(rewritten->statement));
  if (result->HasError()) {
    outcome.status = TranslateError(result->GetErrorObject());
    return outcome;
  }
  for (const duckdb::LogicalType& type : result->types) {
    outcome.types.push_back(ArrowTypeText(type));
  }
  if (outcome.names.size() != outcome.types.size()) {
    outcome.status = util::Status::Internal("names and columns differ in number");
  }
  for (duckdb::idx_t row = 0; row < result->RowCount(); ++row) {
    std::vector<std::string> cells;
    for (duckdb::idx_t column = 0; column < result->ColumnCount(); ++column) {
      cells.push_back(CellText(result->GetValue(column, row)));
    }
    outcome.rows.push_back(std::move(cells));
  }
  return outcome;
}

std::string DialectTest::Cell(const std::string& sql,
                              const std::map<std::string, ParameterValue>& parameters) {
  const QueryOutcome outcome = Run(sql, parameters);
  if (!outcome.status.ok()) return outcome.status.ToString();
  if (outcome.rows.size() != 1 || outcome.rows[0].size() != 1) {
    return fmt::format("{} rows", outcome.rows.size());
  }
  return outcome.rows[0][0];
}

std::string DialectTest::TypeOf(const std::string& expression) {
  const QueryOutcome outcome = Run("SELECT " + expression);
  return outcome.status.ok() ? outcome.types[0] : outcome.status.ToString();
}

std::string DialectTest::NameOf(const std::string& expression) {
  const QueryOutcome outcome = Run("SELECT " + expression + " FROM cpu");
  return outcome.status.ok() ? outcome.names[0] : outcome.status.ToString();
}

std::string DialectTest::Error(const std::string& sql) {
  const QueryOutcome outcome = Run(sql);
  return outcome.status.ok() ? "no error" : outcome.status.ToString();
}

}  // namespace influxdb3::query::sql
