#include "server/flight/metadata_tables.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <arrow/table_builder.h>
#include <arrow/type.h>

namespace influxdb3::server::flight {

namespace {

constexpr const char* kCatalog = "public";

std::shared_ptr<arrow::Field> Text(const char* name) {
  return arrow::field(name, arrow::utf8(), false);
}

/// Drivers compare the columns with the protocol's, where some may be null.
std::shared_ptr<arrow::Field> OptionalText(const char* name) {
  return arrow::field(name, arrow::utf8());
}

std::shared_ptr<arrow::Schema> TablesSchema(bool include_schema) {
  arrow::FieldVector fields = {OptionalText("catalog_name"), OptionalText("db_schema_name"),
                               Text("table_name"), Text("table_type")};
  if (include_schema) fields.push_back(arrow::field("table_schema", arrow::binary(), false));
  return arrow::schema(std::move(fields));
}

std::shared_ptr<arrow::Schema> PrimaryKeysSchema() {
  return arrow::schema({Text("catalog_name"), Text("db_schema_name"), Text("table_name"),
                        Text("column_name"), Text("key_name"),
                        arrow::field("key_sequence", arrow::int32(), false)});
}

std::shared_ptr<arrow::Schema> ForeignKeysSchema() {
  return arrow::schema({Text("pk_catalog_name"), Text("pk_db_schema_name"), Text("pk_table_name"),
                        Text("pk_column_name"), Text("fk_catalog_name"), Text("fk_db_schema_name"),
                        Text("fk_table_name"), Text("fk_column_name"),
                        arrow::field("key_sequence", arrow::int32(), false), Text("fk_key_name"),
                        Text("pk_key_name"), arrow::field("update_rule", arrow::uint8(), false),
                        arrow::field("delete_rule", arrow::uint8(), false)});
}

using TextRows = std::vector<std::vector<std::string>>;

/// Rows of texts, in columns of strings or bytes.
arrow::Result<std::shared_ptr<arrow::RecordBatch>> MakeRows(
    const std::shared_ptr<arrow::Schema>& schema, const TextRows& rows) {
  ARROW_ASSIGN_OR_RAISE(auto builder,
                        arrow::RecordBatchBuilder::Make(schema, arrow::default_memory_pool()));
  for (const std::vector<std::string>& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      auto* column = static_cast<arrow::BinaryBuilder*>(builder->GetField(static_cast<int>(i)));
      ARROW_RETURN_NOT_OK(column->Append(row[i]));
    }
  }
  return builder->Flush();
}

TextRows SchemaRows(const Command& command) {
  TextRows rows;
  if (command.catalog && *command.catalog != kCatalog) return rows;
  for (const char* schema : {"information_schema", "iox", "system"}) {
    const bool wanted = !command.schema_pattern || MatchesPattern(schema, *command.schema_pattern);
    if (wanted) rows.push_back({kCatalog, schema});
  }
  return rows;
}

TextRows TableRows(const Command& command, std::vector<ListedTable> tables) {
  std::sort(tables.begin(), tables.end(), [](const ListedTable& a, const ListedTable& b) {
    return std::tie(a.schema, a.name, a.type) < std::tie(b.schema, b.name, b.type);
  });
  TextRows rows;
  for (ListedTable& table : tables) {
    rows.push_back({kCatalog, table.schema, table.name, table.type});
    if (command.include_schema) rows.back().push_back(std::move(table.columns_bytes));
  }
  return rows;
}

}  // namespace

bool MatchesPattern(std::string_view text, std::string_view pattern) {
  size_t at = 0;
  size_t in_pattern = 0;
  // Where to go on when a later part does not match: behind the last `%`, one character further.
  size_t resume_at = 0;
  size_t resume_pattern = std::string_view::npos;
  while (at < text.size()) {
    const bool has_more = in_pattern < pattern.size();
    const char wanted = has_more ? pattern[in_pattern] : '\0';
    const bool escaped = wanted == '\\' && in_pattern + 1 < pattern.size();
    if (has_more && wanted == '%') {
      resume_pattern = ++in_pattern;
      resume_at = at;
    } else if (has_more && escaped && pattern[in_pattern + 1] == text[at]) {
      in_pattern += 2;
      ++at;
    } else if (has_more && !escaped && (wanted == '_' || wanted == text[at])) {
      ++in_pattern;
      ++at;
    } else if (resume_pattern != std::string_view::npos) {
      in_pattern = resume_pattern;
      at = ++resume_at;
    } else {
      return false;
    }
  }
  while (in_pattern < pattern.size() && pattern[in_pattern] == '%') ++in_pattern;
  return in_pattern == pattern.size();
}

bool IsListed(const Command& command, const ListedTable& table) {
  if (command.catalog && *command.catalog != kCatalog) return false;
  if (command.schema_pattern && !MatchesPattern(table.schema, *command.schema_pattern)) {
    return false;
  }
  if (command.table_pattern && !MatchesPattern(table.name, *command.table_pattern)) return false;
  const auto& types = command.table_types;
  return types.empty() || std::find(types.begin(), types.end(), table.type) != types.end();
}

std::shared_ptr<arrow::Schema> MetadataSchema(const Command& command) {
  switch (command.kind) {
    case CommandKind::kGetCatalogs: return arrow::schema({Text("catalog_name")});
    case CommandKind::kGetDbSchemas:
      return arrow::schema({OptionalText("catalog_name"), Text("db_schema_name")});
    case CommandKind::kGetTables: return TablesSchema(command.include_schema);
    case CommandKind::kGetTableTypes: return arrow::schema({Text("table_type")});
    case CommandKind::kGetPrimaryKeys: return PrimaryKeysSchema();
    default: return ForeignKeysSchema();
  }
}

arrow::Result<std::shared_ptr<arrow::RecordBatch>> MetadataRows(
    const Command& command, std::vector<ListedTable> tables, const std::string& base_table_type) {
  TextRows rows;
  switch (command.kind) {
    case CommandKind::kGetCatalogs: rows = {{kCatalog}}; break;
    case CommandKind::kGetDbSchemas: rows = SchemaRows(command); break;
    case CommandKind::kGetTables: rows = TableRows(command, std::move(tables)); break;
    case CommandKind::kGetTableTypes: rows = {{base_table_type}, {"VIEW"}}; break;
    default: break;  // there are no keys
  }
  return MakeRows(MetadataSchema(command), rows);
}

}  // namespace influxdb3::server::flight
