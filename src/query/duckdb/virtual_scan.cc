#include <algorithm>
#include <memory>
#include <utility>

#include "duckdb/function/table_function.hpp"
#include "duckdb/main/extension/extension_loader.hpp"

#include "query/duckdb/buffer_scan.h"
#include "query/duckdb/scan_source.h"

namespace influxdb3::query {
namespace {

using duckdb::ClientContext;
using duckdb::idx_t;

struct VirtualScanData : public duckdb::TableFunctionData {
  std::shared_ptr<const VirtualTable> table;
};

struct VirtualScanState : public duckdb::GlobalTableFunctionState {
  std::vector<duckdb::column_t> columns;
  size_t next_row = 0;
};

duckdb::unique_ptr<duckdb::FunctionData> Bind(ClientContext& context,
                                              duckdb::TableFunctionBindInput& input,
                                              duckdb::vector<duckdb::LogicalType>& types,
                                              duckdb::vector<duckdb::string>& names) {
  const auto sources = context.registered_state->Get<QuerySources>(QuerySources::kKey);
  const auto index = input.inputs[0].GetValue<uint64_t>();
  if (!sources || index >= sources->virtual_tables.size()) {
    throw duckdb::BinderException("the scan has no source");
  }
  auto data = duckdb::make_uniq<VirtualScanData>();
  data->table = sources->virtual_tables[index];
  names.assign(data->table->names.begin(), data->table->names.end());
  types.assign(data->table->types.begin(), data->table->types.end());
  return data;
}

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> Init(ClientContext&,
                                                          duckdb::TableFunctionInitInput& input) {
  auto state = duckdb::make_uniq<VirtualScanState>();
  state->columns.assign(input.column_ids.begin(), input.column_ids.end());
  return state;
}

void Scan(ClientContext&, duckdb::TableFunctionInput& input, duckdb::DataChunk& out) {
  auto& state = input.global_state->Cast<VirtualScanState>();
  const VirtualTable& table = *input.bind_data->Cast<VirtualScanData>().table;
  const size_t count = std::min<size_t>(STANDARD_VECTOR_SIZE, table.rows.size() - state.next_row);
  for (size_t i = 0; i < state.columns.size(); ++i) {
    for (size_t row = 0; row < count; ++row) {
      const bool placeholder = duckdb::IsVirtualColumn(state.columns[i]);
      out.SetValue(
          i, row,
          placeholder ? duckdb::Value() : table.rows[state.next_row + row][state.columns[i]]);
    }
  }
  state.next_row += count;
  out.SetCardinality(count);
}

}  // namespace

void RegisterVirtualScan(duckdb::DatabaseInstance& database) {
  duckdb::TableFunction scan(kVirtualScanName, {duckdb::LogicalType::UBIGINT}, Scan, Bind, Init);
  scan.projection_pushdown = true;
  duckdb::ExtensionLoader loader(database, "influxdb3");
  loader.RegisterFunction(scan);
}

}  // namespace influxdb3::query
