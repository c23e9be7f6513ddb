#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "query/duckdb/catalog_resolver.h"
#include "query/duckdb/dialect/function_catalogue.h"
#include "query/duckdb/dialect/function_registry.h"
#include "query/duckdb/dialect/settings.h"
#include "query/duckdb/result_types.h"
#include "query/duckdb/virtual_tables.h"

namespace influxdb3::query {
namespace {

using duckdb::LogicalType;
using duckdb::Value;
using Row = std::vector<Value>;

constexpr const char* kInformationTables[] = {"tables",   "views",    "columns",   "df_settings",
                                              "schemata", "routines", "parameters"};

const Value kNull;

/// Columns whose names end in `?` may be NULL.
VirtualTable TextTable(std::initializer_list<const char*> names) {
  VirtualTable table;
  for (const char* column : names) {
    std::string name(column);
    const bool nullable = name.back() == '?';
    if (nullable) name.pop_back();
    table.names.push_back(std::move(name));
    table.types.push_back(LogicalType::VARCHAR);
    table.required.push_back(!nullable);
  }
  return table;
}

/// Calls `visit(schema, table, is_view)` for each table a database shows, in the reference's order.
template <class Visit>
void ForEachTable(const VirtualTableContext& context, Visit visit) {
  for (const auto& [name, entry] : context.database->tables) {
    if (!entry.deleted) visit("iox", name, false);
  }
  for (const std::string& name : SystemTableNames(*context.database)) visit("system", name, false);
  for (const char* name : kInformationTables) visit("information_schema", std::string(name), true);
}

VirtualTable Tables(const VirtualTableContext& context) {
  VirtualTable table = TextTable({"table_catalog", "table_schema", "table_name", "table_type"});
  ForEachTable(context, [&](const char* schema, const std::string& name, bool is_view) {
    table.rows.push_back(
        Row{Value("public"), Value(schema), Value(name), Value(is_view ? "VIEW" : "BASE TABLE")});
  });
  return table;
}

VirtualTable Views(const VirtualTableContext& context) {
  VirtualTable table = TextTable({"table_catalog", "table_schema", "table_name", "definition?"});
  ForEachTable(context, [&](const char* schema, const std::string& name, bool is_view) {
    if (!is_view) {
      table.rows.push_back(Row{Value("public"), Value(schema), Value(name), kNull});
    }
  });
  return table;
}

/// One row of information_schema.columns.
Row ColumnRow(const std::string& schema, const std::string& table, const std::string& column,
              uint64_t position, const std::string& type, bool nullable) {
  const bool text = type == "Utf8";
  // The reference has none for numbers of 64 bits.
  const std::map<std::string, std::pair<uint64_t, uint64_t>> precision = {
      {"Float64", {24, 2}}, {"UInt8", {8, 2}}, {"UInt16", {16, 2}}, {"UInt32", {32, 2}}};
  const auto number = precision.find(type);
  return Row{Value("public"),
             Value(schema),
             Value(table),
             Value(column),
             Value::UBIGINT(position),
             kNull,
             Value(nullable ? "YES" : "NO"),
             Value(type),
             kNull,
             text ? Value::UBIGINT(2147483647) : kNull,
             number == precision.end() ? kNull : Value::UBIGINT(number->second.first),
             number == precision.end() ? kNull : Value::UBIGINT(number->second.second),
             kNull,
             kNull,
             kNull};
}

void AppendVirtualColumns(const std::string& schema, const std::string& name,
                          const VirtualTable& described, VirtualTable* table) {
  for (size_t i = 0; i < described.names.size(); ++i) {
    table->rows.push_back(ColumnRow(schema, name, described.names[i], i,
                                    ArrowTypeText(described.types[i]), described.IsNullable(i)));
  }
}

VirtualTable ColumnsShape() {
  VirtualTable table =
      TextTable({"table_catalog", "table_schema", "table_name", "column_name", "ordinal_position",
                 "column_default?", "is_nullable", "data_type", "character_maximum_length?",
                 "character_octet_length?", "numeric_precision?", "numeric_precision_radix?",
                 "numeric_scale?", "datetime_precision?", "interval_type?"});
  for (const size_t number : {4, 8, 9, 10, 11, 12, 13}) table.types[number] = LogicalType::UBIGINT;
  return table;
}

VirtualTable Columns(const VirtualTableContext& context) {
  VirtualTable table = ColumnsShape();
  for (const auto& [name, entry] : context.database->tables) {
    if (entry.deleted) continue;
    uint64_t position = 0;
    for (const VisibleColumn& column : VisibleColumns(*entry.schema)) {
      table.rows.push_back(ColumnRow("iox", name, column.info.name, position++,
                                     column.info.arrow_type,
                                     column.scan.kind != ScanColumn::Kind::kTime));
    }
  }
  for (const std::string& name : SystemTableNames(*context.database)) {
    AppendVirtualColumns("system", name, *MakeSystemTable(context, name), &table);
  }
  // The views of information_schema list no columns of their own.
  return table;
}

VirtualTable Schemata() {
  VirtualTable table =
      TextTable({"catalog_name", "schema_name", "schema_owner?", "default_character_set_catalog?",
                 "default_character_set_schema?", "default_character_set_name?", "sql_path?"});
  for (const char* schema : {"iox", "system"}) {
    table.rows.push_back(Row{Value("public"), Value(schema), kNull, kNull, kNull, kNull, kNull});
  }
  return table;
}

VirtualTable Settings() {
  VirtualTable table = TextTable({"name", "value?", "description?"});
  for (const sql::Setting& setting : sql::Settings()) {
    table.rows.push_back(Row{Value(setting.name), setting.value ? Value(*setting.value) : kNull,
                             Value(std::string(setting.description))});
  }
  return table;
}

const char* KindText(sql::FunctionKind kind) {
  switch (kind) {
    case sql::FunctionKind::kAggregate: return "AGGREGATE";
    case sql::FunctionKind::kWindow: return "WINDOW";
    default: return "SCALAR";
  }
}

/// Calls `visit(entry, description)` for each function users can call, by name.
template <class Visit>
void ForEachFunction(Visit visit) {
  for (const sql::FunctionEntry& entry : sql::AllFunctions()) {
    sql::FunctionDescription description;
    if (sql::DescribeFunction(entry.name, &description)) visit(entry, description);
  }
}

/// How a function is called; one row for each way.
std::vector<const char*> KindTexts(const sql::FunctionEntry& entry) {
  static const std::set<std::string> kAlsoWindows = {"first_value", "last_value", "nth_value"};
  if (entry.name == "grouping") return {"AGGREGATE"};
  std::vector<const char*> kinds = {KindText(entry.kind)};
  if (kAlsoWindows.count(entry.name) > 0) kinds.push_back("WINDOW");
  return kinds;
}

VirtualTable Routines() {
  static const std::set<std::string> kChanging = {
      "current_date", "current_time", "current_timestamp", "now", "random", "today", "uuid"};
  VirtualTable table =
      TextTable({"specific_catalog", "specific_schema", "specific_name", "routine_catalog",
                 "routine_schema", "routine_name", "routine_type", "is_deterministic?",
                 "data_type?", "function_type?", "description?", "syntax_example?"});
  table.types[7] = LogicalType::BOOLEAN;
  ForEachFunction([&](const sql::FunctionEntry& entry, const sql::FunctionDescription& described) {
    const Value catalog("public");
    const Value schema("iox");
    const Value name(entry.name);
    const Value same_each_time = Value::BOOLEAN(kChanging.count(entry.name) == 0);
    const Value result = described.result.empty() ? kNull : Value(std::string(described.result));
    const Value summary(std::string(sql::SummaryOfFunction(entry.name)));
    const std::string called(described.alias_of.empty() ? std::string_view(entry.name)
                                                        : described.alias_of);
    const Value syntax(called + std::string(described.arguments));
    for (const char* kind : KindTexts(entry)) {
      table.rows.push_back(Row{catalog, schema, name, catalog, schema, name, Value("FUNCTION"),
                               same_each_time, result, Value(kind), summary, syntax});
    }
  });
  return table;
}

/// The arguments of each function, and behind them its result.
VirtualTable Parameters() {
  VirtualTable table = TextTable({"specific_catalog", "specific_schema", "specific_name",
                                  "ordinal_position", "parameter_mode", "parameter_name?",
                                  "data_type?", "parameter_default?", "is_variadic", "rid"});
  table.types[3] = LogicalType::UBIGINT;
  table.types[8] = LogicalType::BOOLEAN;
  table.types[9] = LogicalType::UTINYINT;
  ForEachFunction([&](const sql::FunctionEntry& entry, const sql::FunctionDescription& described) {
    const bool variadic = described.arguments.find("...") != std::string_view::npos;
    const auto add = [&](uint64_t position, const char* mode, const Value& name,
                         const Value& type) {
      table.rows.push_back(Row{Value("public"), Value("iox"), Value(entry.name),
                               Value::UBIGINT(position), Value(mode), name, type, kNull,
                               Value::BOOLEAN(variadic), Value::UTINYINT(0)});
    };
    uint64_t position = 0;
    for (const std::string& name : sql::ParameterNames(described)) {
      add(++position, "IN", Value(name), kNull);
    }
    if (!described.result.empty()) add(1, "OUT", kNull, Value(std::string(described.result)));
  });
  return table;
}

}  // namespace

std::shared_ptr<const VirtualTable> MakeInformationSchemaTable(const VirtualTableContext& context,
                                                               const std::string& table) {
  const auto share = [](VirtualTable made) {
    return std::make_shared<const VirtualTable>(std::move(made));
  };
  if (table == "tables") return share(Tables(context));
  if (table == "views") return share(Views(context));
  if (table == "columns") return share(Columns(context));
  if (table == "schemata") return share(Schemata());
  if (table == "df_settings") return share(Settings());
  if (table == "routines") return share(Routines());
  if (table == "parameters") return share(Parameters());
  return nullptr;
}

}  // namespace influxdb3::query
