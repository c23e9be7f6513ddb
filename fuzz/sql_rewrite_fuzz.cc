// The pass over a statement's syntax tree: no text makes it crash or throw, every refusal says why,
// and what it lets through is a tree that can be written down and is a read.

#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

#include "duckdb/parser/tableref/basetableref.hpp"

#include "query/duckdb/dialect/dialect.h"

namespace {

using influxdb3::query::sql::ColumnInfo;
using influxdb3::query::sql::ResolvedTable;
using influxdb3::query::sql::TableResolver;

/// Every schema has a table `cpu`, in which two columns differ by case alone.
class OneTable : public TableResolver {
 public:
  influxdb3::util::Result<ResolvedTable> ResolveTable(const std::string& schema,
                                                      const std::string& table) override {
    if (table != "cpu") {
      return influxdb3::util::Status::InvalidArgument("Error during planning: table 'public." +
                                                      schema + "." + table + "' not found");
    }
    ResolvedTable resolved;
    auto ref = duckdb::make_uniq<duckdb::BaseTableRef>();
    ref->table_name = "cpu";
    resolved.ref = std::move(ref);
    resolved.columns = {
        {"Host", "Host__1", "Utf8", ""},
        {"host", "host", "Dictionary(Int32, Utf8)", "iox::column_type::tag"},
        {"time", "time", "Timestamp(ns)", "iox::column_type::timestamp"},
        {"usage", "usage", "Float64", "iox::column_type::field::float"},
    };
    return resolved;
  }
  influxdb3::util::Result<ResolvedTable> ResolveTableFunction(
      const std::string& name, const std::vector<duckdb::Value>&) override {
    return influxdb3::util::Status::InvalidArgument("no table function " + name);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kBytesMax = 4096;
  if (size > kBytesMax) return 0;
  OneTable tables;
  const std::map<std::string, influxdb3::query::ParameterValue> parameters = {
      {"host", std::string("a")}, {"p", int64_t{1}}};
  const auto rewritten = influxdb3::query::sql::RewriteSql(
      std::string(reinterpret_cast<const char*>(data), size), parameters, tables);
  if (!rewritten.ok()) {
    if (rewritten.status().message().empty()) std::abort();
    return 0;
  }
  if (rewritten->statement == nullptr || rewritten->statement->ToString().empty()) std::abort();
  return 0;
}
