// information_schema, SHOW and system tables.
#include "query/testing/engine_fixture.h"

namespace influxdb3::query {
namespace {

using testing::Answer;
using testing::EngineTest;
using ::testing::IsEmpty;

using Texts = std::vector<std::string>;

class SystemTablesTest : public EngineTest {
 protected:
  SystemTablesTest() { Write("cpu,host=a usage=1,n=1i,u=1u,s=\"x\",b=true 1\nApp v=1i 1\n"); }
};

TEST_F(SystemTablesTest, ShowTablesListsWhatTheGuideShows) {
  const Answer answer = Ask("SHOW TABLES");
  EXPECT_EQ(answer.names, (Texts{"table_catalog", "table_schema", "table_name", "table_type"}));
  EXPECT_EQ(
      answer.rows,
      (Texts{"public|iox|App|BASE TABLE", "public|iox|cpu|BASE TABLE",
             "public|information_schema|tables|VIEW", "public|information_schema|views|VIEW",
             "public|information_schema|columns|VIEW", "public|information_schema|df_settings|VIEW",
             "public|information_schema|schemata|VIEW"}));
}

TEST_F(SystemTablesTest, TablesListsUserTablesThenSystemThenViews) {
  EXPECT_EQ(Rows("SELECT table_schema, table_name, table_type FROM information_schema.tables"),
            (Texts{"iox|App|BASE TABLE", "iox|cpu|BASE TABLE", "system|distinct_caches|BASE TABLE",
                   "system|influxdb_schema|BASE TABLE", "system|last_caches|BASE TABLE",
                   "system|parquet_files|BASE TABLE", "system|processing_engine_logs|BASE TABLE",
                   "system|processing_engine_trigger_arguments|BASE TABLE",
                   "system|processing_engine_triggers|BASE TABLE", "system|queries|BASE TABLE",
                   "information_schema|tables|VIEW", "information_schema|views|VIEW",
                   "information_schema|columns|VIEW", "information_schema|df_settings|VIEW",
                   "information_schema|schemata|VIEW", "information_schema|routines|VIEW",
                   "information_schema|parameters|VIEW"}));
}

TEST_F(SystemTablesTest, ColumnsHaveTheReferencesTypesAndPositions) {
  const Answer answer =
      Ask("SELECT * FROM information_schema.columns WHERE table_name = 'cpu' ORDER BY "
          "ordinal_position");
  EXPECT_EQ(answer.names,
            (Texts{"table_catalog", "table_schema", "table_name", "column_name", "ordinal_position",
                   "column_default", "is_nullable", "data_type", "character_maximum_length",
                   "character_octet_length", "numeric_precision", "numeric_precision_radix",
                   "numeric_scale", "datetime_precision", "interval_type"}));
  const std::string head = "public|iox|cpu|";
  EXPECT_EQ(
      answer.rows,
      (Texts{head + "b|0|NULL|YES|Boolean|NULL|NULL|NULL|NULL|NULL|NULL|NULL",
             head + "host|1|NULL|YES|Dictionary(Int32, Utf8)|NULL|NULL|NULL|NULL|NULL|NULL|NULL",
             head + "n|2|NULL|YES|Int64|NULL|NULL|NULL|NULL|NULL|NULL|NULL",
             head + "s|3|NULL|YES|Utf8|NULL|2147483647|NULL|NULL|NULL|NULL|NULL",
             head + "time|4|NULL|NO|Timestamp(ns)|NULL|NULL|NULL|NULL|NULL|NULL|NULL",
             head + "u|5|NULL|YES|UInt64|NULL|NULL|NULL|NULL|NULL|NULL|NULL",
             head + "usage|6|NULL|YES|Float64|NULL|NULL|24|2|NULL|NULL|NULL"}));
  EXPECT_EQ(answer.types[4], "uint64");
}

TEST_F(SystemTablesTest, SchemataAndSettings) {
  EXPECT_EQ(Rows("SELECT catalog_name, schema_name FROM information_schema.schemata"),
            (Texts{"public|iox", "public|system"}));
  EXPECT_EQ(Row("SELECT value FROM information_schema.df_settings WHERE name = "
                "'datafusion.execution.batch_size'"),
            "8192");
  EXPECT_EQ(Row("SELECT count(*) FROM information_schema.views WHERE table_name = 'cpu'"), "1");
  EXPECT_EQ(Rows("SELECT ordinal_position, parameter_mode, parameter_name FROM "
                 "information_schema.parameters WHERE specific_name = 'power' ORDER BY 2, 1"),
            (Texts{"1|IN|base", "2|IN|exponent"}));
  EXPECT_EQ(Row("SELECT function_type FROM information_schema.routines WHERE routine_name = "
                "'selector_last'"),
            "AGGREGATE");
}

TEST_F(SystemTablesTest, InfluxdbSchemaNamesTypesAsLineProtocolDoes) {
  EXPECT_EQ(Rows("SELECT measurement, key, data_type FROM system.influxdb_schema "
                 "WHERE measurement = 'cpu' ORDER BY key"),
            (Texts{"cpu|b|boolean", "cpu|host|tag", "cpu|n|integer", "cpu|s|string",
                   "cpu|time|time", "cpu|u|uinteger", "cpu|usage|float"}));
}

TEST_F(SystemTablesTest, QueriesShowsWhatRan) {
  Rows("SELECT usage FROM cpu");
  Ask("SELECT nosuch FROM cpu");
  const Answer answer = Ask("SELECT * FROM system.queries");
  ASSERT_TRUE(answer.status.ok()) << answer.status.ToString();
  EXPECT_EQ(answer.names, (Texts{"id", "phase", "issue_time", "query_type", "query_text",
                                 "partitions", "parquet_files", "plan_duration", "permit_duration",
                                 "execute_duration", "end2end_duration", "compute_duration",
                                 "max_memory", "success", "running", "cancelled", "trace_id"}));
  EXPECT_EQ(answer.types,
            (Texts{"string", "string", "timestamp[ns]", "string", "string", "int64", "int64",
                   "duration[ns]", "duration[ns]", "duration[ns]", "duration[ns]", "duration[ns]",
                   "int64", "bool", "bool", "bool", "string"}));
  EXPECT_EQ(Rows("SELECT phase, query_type, query_text, success, running, cancelled "
                 "FROM system.queries WHERE query_text LIKE '%FROM cpu' ORDER BY id"),
            (Texts{"success|sql|SELECT usage FROM cpu|true|false|false",
                   "fail|sql|SELECT nosuch FROM cpu|false|false|false"}));
}

TEST_F(SystemTablesTest, TheLogKeepsTheLastThousandQueries) {
  for (int i = 0; i < 1005; ++i) Row("SELECT 1");
  EXPECT_EQ(Row("SELECT count(*) FROM system.queries"), "1000");
}

TEST_F(SystemTablesTest, TheLogKeepsTheBeginningOfLongQueries) {
  const std::string text = "SELECT 'ä" + std::string(65525, 'x') + "ä' AS c";
  Rows(text);  // the last ä crosses the limit of 65,536 bytes
  EXPECT_EQ(Row("SELECT octet_length(query_text), right(query_text, 2) FROM system.queries "
                "WHERE query_text LIKE 'SELECT ''%'"),
            "65538|x…");
}

TEST_F(SystemTablesTest, TablesWithoutContentHaveTheirColumns) {
  const auto columns = [&](const std::string& table) {
    const Answer answer = Ask("SELECT * FROM system." + table);
    EXPECT_TRUE(answer.status.ok()) << answer.status.ToString();
    EXPECT_THAT(answer.rows, IsEmpty());
    return answer.names;
  };
  EXPECT_EQ(columns("parquet_files"),
            (Texts{"table_name", "path", "size_bytes", "row_count", "min_time", "max_time"}));
  EXPECT_EQ(columns("last_caches"),
            (Texts{"table", "name", "key_column_ids", "key_column_names", "value_column_ids",
                   "value_column_names", "count", "ttl"}));
  EXPECT_EQ(columns("distinct_caches"), (Texts{"table", "name", "column_ids", "column_names",
                                               "max_cardinality", "max_age_seconds"}));
  EXPECT_EQ(columns("processing_engine_triggers"),
            (Texts{"trigger_name", "plugin_filename", "trigger_specification", "disabled",
                   "error_behavior"}));
  EXPECT_EQ(columns("processing_engine_trigger_arguments"),
            (Texts{"trigger_name", "argument_key", "argument_value"}));
  EXPECT_EQ(columns("processing_engine_logs"),
            (Texts{"event_time", "trigger_name", "log_level", "log_text"}));
}

TEST_F(SystemTablesTest, TheInternalDatabaseListsDatabasesAndTables) {
  Apply({model::CreateDatabaseOp{catalog_.state()->next_db_id(), "kept", 3'600'000'000'000, 0}});
  const auto db = catalog_.state()->FindDatabase("d");
  Apply({model::DeleteTableOp{db->id, db->FindTable("App")->table_id(), "App-1", kNowNs,
                              1704067200'000'000'000}});
  database_ = "_internal";
  EXPECT_EQ(Rows("SELECT database_name, retention_period_ns, deleted FROM system.databases "
                 "WHERE database_name <> '_internal' ORDER BY database_name"),
            (Texts{"d|NULL|false", "kept|3600000000000|false"}));
  const Answer tables =
      Ask("SELECT database_name, table_name, column_count, series_key_columns, deleted, "
          "hard_deletion_time FROM system.tables WHERE database_name = 'd' ORDER BY table_name");
  EXPECT_EQ(tables.rows,
            (Texts{"d|App-1|2||true|2024-01-01 00:00:00Z", "d|cpu|7|host|false|NULL"}));
  EXPECT_EQ(tables.types[5], "timestamp[s, tz=UTC]");
  database_ = "d";
  EXPECT_FALSE(Ask("SELECT * FROM system.databases").status.ok());
}

}  // namespace
}  // namespace influxdb3::query
