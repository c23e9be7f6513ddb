// Which statements pass, what the others are told, and what the token pass makes acceptable.
#include <string>
#include <utility>
#include <vector>

#include "query/duckdb/dialect/tests/dialect_fixture.h"

namespace influxdb3::query::sql {
namespace {

using Rows = std::vector<std::vector<std::string>>;
using Names = std::vector<std::string>;
using StatementTest = DialectTest;

TEST_F(StatementTest, DefinitionsAreRefused) {
  const std::pair<const char*, const char*> cases[] = {
      {"CREATE TABLE t (a INT)", "CreateMemoryTable"},
      {"CREATE TABLE t AS SELECT 1", "CreateMemoryTable"},
      {"CREATE VIEW v AS SELECT 1", "CreateView"},
      {"CREATE DATABASE d", "CreateCatalog"},
      {"CREATE SCHEMA s", "CreateCatalogSchema"},
      {"CREATE EXTERNAL TABLE t STORED AS CSV LOCATION 'x'", "CreateExternalTable"},
      {"DROP TABLE cpu", "DropTable"},
      {"DROP VIEW v", "DropView"}};
  for (const auto& [sql, kind] : cases) {
    EXPECT_EQ(Error(sql),
              std::string("invalid argument: Error during planning: DDL not supported: ") + kind)
        << sql;
  }
}

TEST_F(StatementTest, ChangesAreRefused) {
  const std::pair<const char*, const char*> cases[] = {
      {"INSERT INTO cpu (cnt) VALUES (1)", "DML not supported: Insert Into"},
      {"INSERT INTO cpu SELECT * FROM cpu", "DML not supported: Insert Into"},
      {"INSERT OVERWRITE cpu SELECT * FROM cpu", "DML not supported: Insert Overwrite"},
      {"REPLACE INTO cpu SELECT * FROM cpu", "DML not supported: Replace Into"},
      {"INSERT INTO cpu VALUES (1)",
       "Inconsistent data length across values list: got 1 values in row 0 but expected 7"},
      {"INSERT INTO cpu (cnt, u) VALUES (1, 2), ([3, 4])",
       "Inconsistent data length across values list: got 1 values in row 1 but expected 2"},
      {"INSERT INTO nosuch VALUES (1)", "table 'public.iox.nosuch' not found"},
      {"COPY cpu TO 'x.csv'", "DML not supported: COPY"},
      {"DELETE FROM cpu", "DML not supported: Delete"},
      {"DELETE FROM nosuch", "table 'public.iox.nosuch' not found"},
      {"UPDATE cpu SET cnt = 1", "DML not supported: Update"}};
  for (const auto& [sql, text] : cases) {
    EXPECT_EQ(Error(sql), std::string("invalid argument: Error during planning: ") + text) << sql;
  }
}

TEST_F(StatementTest, SessionStatementsAreRefused) {
  EXPECT_EQ(Error("SET x = 1"),
            "invalid argument: Error during planning: Statement not supported: SetVariable");
  EXPECT_EQ(Error("PREPARE x AS SELECT 1"),
            "invalid argument: Error during planning: Statement not supported: Prepare");
}

TEST_F(StatementTest, UnknownKindsAreUnsupported) {
  const std::pair<const char*, const char*> cases[] = {
      {"BEGIN", "Unsupported SQL statement: BEGIN"},
      {"pragma foo", "Unsupported SQL statement: PRAGMA foo"},
      {"ALTER TABLE cpu ADD COLUMN x INT",
       "Unsupported SQL statement: ALTER TABLE cpu ADD COLUMN x INT"},
      {"SHOW DATABASES", "Unsupported SQL statement: SHOW DATABASES"},
      {"SHOW TABLES LIKE 'a%'", "SHOW TABLES FILTER not supported"},
      {"SELECT 1; SELECT 2", "The context currently only supports a single SQL statement"}};
  for (const auto& [sql, text] : cases) {
    EXPECT_EQ(Error(sql), std::string("unsupported: This feature is not implemented: ") + text)
        << sql;
  }
}

TEST_F(StatementTest, DuckDbsOwnStatementsAreRefused) {
  for (const char* sql :
       {"ATTACH 'x'", "DETACH x", "INSTALL httpfs", "LOAD httpfs", "CALL foo()", "USE x", "VACUUM",
        "CHECKPOINT", "EXPORT DATABASE 'x'", "IMPORT DATABASE 'x'", "SUMMARIZE cpu",
        "PIVOT cpu ON host USING sum(cnt)", "EXECUTE x", "EXPLAIN DROP TABLE cpu",
        "EXPLAIN ANALYZE DELETE FROM cpu"}) {
    EXPECT_NE(Error(sql), "no error") << sql;
  }
}

TEST_F(StatementTest, EmptyAndBlankTextIsRefused) {
  const std::string expected =
      "invalid argument: Error during planning: No SQL statements were provided in the query "
      "string";
  for (const char* sql : {"", "  \n", ";", " ; ;", "-- nothing", "/* nothing */"}) {
    EXPECT_EQ(Error(sql), expected) << sql;
  }
}

TEST_F(StatementTest, TrailingSemicolonAndCommentsPass) {
  EXPECT_EQ(Cell("SELECT 1;"), "1");
  EXPECT_EQ(Cell("SELECT /* a /* nested */ one */ 1 -- end\n;;"), "1");
}

TEST_F(StatementTest, ParserErrorsNameTokenLineAndColumn) {
  const std::string prefix = "invalid argument: SQL error: ParserError(\"";
  EXPECT_EQ(Error("selec 1"),
            prefix + "Expected: an SQL statement, found: selec at Line: 1, Column: 1\")");
  EXPECT_EQ(Error("select cnt frm cpu"),
            prefix + "Expected: end of statement, found: cpu at Line: 1, Column: 16\")");
  EXPECT_EQ(Error("select cnt\n  cnt2 cnt3 from cpu"),
            prefix + "Expected: end of statement, found: cnt3 at Line: 2, Column: 8\")");
  EXPECT_EQ(Error("select"), prefix + "Expected: an expression, found: EOF\")");
  EXPECT_EQ(Error("select 1 +"), prefix + "Expected: an expression, found: EOF\")");
  EXPECT_EQ(Error("select cnt from"), prefix + "Expected: identifier, found: EOF\")");
  EXPECT_EQ(Error("select (1"), prefix + "Expected: ), found: EOF\")");
}

TEST_F(StatementTest, TokenizerErrors) {
  EXPECT_EQ(Error("select 'abc"),
            "invalid argument: SQL error: TokenizerError(\"Unterminated string literal at Line: 1, "
            "Column: 8\")");
}

TEST_F(StatementTest, ShowTablesIsOrdered) {
  const QueryOutcome outcome = Run("SHOW TABLES");
  ASSERT_TRUE(outcome.status.ok()) << outcome.status.ToString();
  EXPECT_EQ(outcome.names, (Names{"table_catalog", "table_schema", "table_name", "table_type"}));
  std::vector<std::string> tables;
  for (const auto& row : outcome.rows) tables.push_back(row[1] + "." + row[2]);
  EXPECT_EQ(tables, (Names{"iox.cpu", "iox.mem", "information_schema.tables",
                           "information_schema.views", "information_schema.columns",
                           "information_schema.df_settings", "information_schema.schemata"}));
}

TEST_F(StatementTest, ShowColumns) {
  for (const char* sql : {"SHOW COLUMNS FROM cpu", "show columns in public.iox.cpu"}) {
    const QueryOutcome outcome = Run(sql);
    ASSERT_TRUE(outcome.status.ok()) << outcome.status.ToString();
    EXPECT_EQ(outcome.names, (Names{"table_catalog", "table_schema", "table_name", "column_name",
                                    "data_type", "is_nullable"}));
    ASSERT_EQ(outcome.rows.size(), 7u);
    EXPECT_EQ(outcome.rows[1],
              (Names{"public", "iox", "cpu", "host", "Dictionary(Int32, Utf8)", "YES"}));
    EXPECT_EQ(outcome.rows[4], (Names{"public", "iox", "cpu", "time", "Timestamp(ns)", "NO"}));
  }
}

TEST_F(StatementTest, DescribeTable) {
  for (const char* sql : {"DESCRIBE cpu", "DESC iox.cpu"}) {
    const QueryOutcome outcome = Run(sql);
    ASSERT_TRUE(outcome.status.ok()) << outcome.status.ToString();
    EXPECT_EQ(outcome.names, (Names{"column_name", "data_type", "is_nullable"}));
    EXPECT_EQ(outcome.rows, (Rows{{"cnt", "Int64", "YES"},
                                  {"host", "Dictionary(Int32, Utf8)", "YES"},
                                  {"ok", "Boolean", "YES"},
                                  {"s", "Utf8", "YES"},
                                  {"time", "Timestamp(ns)", "NO"},
                                  {"u", "UInt64", "YES"},
                                  {"usage", "Float64", "YES"}}));
  }
  EXPECT_EQ(Error("DESCRIBE nosuch"),
            "invalid argument: Error during planning: table 'public.iox.nosuch' not found");
}

TEST_F(StatementTest, DescribeQueryTellsTypesWithoutRunningIt) {
  const QueryOutcome outcome = Run("DESCRIBE SELECT host AS h, avg(usage) FROM cpu GROUP BY host");
  ASSERT_TRUE(outcome.status.ok()) << outcome.status.ToString();
  EXPECT_EQ(outcome.rows,
            (Rows{{"h", "Dictionary(Int32, Utf8)", "YES"}, {"avg(cpu.usage)", "Float64", "YES"}}));
}

TEST_F(StatementTest, Settings) {
  const QueryOutcome outcome = Run("SHOW ALL");
  ASSERT_TRUE(outcome.status.ok()) << outcome.status.ToString();
  EXPECT_EQ(outcome.names, (Names{"name", "value"}));
  EXPECT_EQ(Run("SHOW datafusion.execution.batch_size").rows,
            (Rows{{"datafusion.execution.batch_size", "8192"}}));
}

TEST_F(StatementTest, ShowKnowsSettingsOnly) {
  const std::pair<const char*, const char*> cases[] = {
      {"SHOW MEASUREMENTS", "measurements"},
      {"SHOW TAG KEYS FROM cpu", "tag.keys.from.cpu"},
      {"SHOW datafusion.nosuch", "datafusion.nosuch"}};
  for (const auto& [sql, name] : cases) {
    EXPECT_EQ(Error(sql), std::string("invalid argument: Error during planning: '") + name +
                              "' is not a variable which can be viewed with 'SHOW'");
  }
}

TEST_F(StatementTest, ReservedWordsAreBareColumns) {
  const std::string from =
      " FROM (SELECT 1 AS \"end\", 2 AS \"order\", 3 AS \"desc\", 4 AS \"table\", "
      "5 AS \"group\", 6 AS \"limit\", 7 AS \"case\", 8 AS \"when\") t";
  for (const char* word : {"end", "order", "desc", "table", "group", "limit", "case", "when"}) {
    const QueryOutcome outcome = Run("SELECT " + std::string(word) + from);
    ASSERT_TRUE(outcome.status.ok()) << word << ": " << outcome.status.ToString();
    EXPECT_EQ(outcome.names, (Names{word}));
  }
  EXPECT_EQ(
      Run("SELECT end, t.order FROM (SELECT 1 AS end, 2 AS order) t WHERE end < 2 ORDER BY end")
          .rows,
      (Rows{{"1", "2"}}));
  EXPECT_EQ(Cell("SELECT CASE WHEN end > 0 THEN desc ELSE end END" + from), "3");
  EXPECT_EQ(Cell("SELECT max(end)" + from + " GROUP BY end"), "1");
}

TEST_F(StatementTest, FormsTheGrammarLacks) {
  EXPECT_EQ(Run("SELECT * EXCEPT (cnt, ok, s, time, u) FROM cpu").names, (Names{"host", "usage"}));
  EXPECT_EQ(Run("SELECT `host` FROM `cpu`").names, (Names{"host"}));
  EXPECT_EQ(Run("SELECT 'a' 'b'").names, (Names{"b"}));
  EXPECT_EQ(Cell("SELECT count(*) FROM cpu c LEFT SEMI JOIN mem m ON c.host = m.host"), "3");
  EXPECT_EQ(Cell("SELECT count(*) FROM cpu c LEFT ANTI JOIN mem m ON c.host = m.host"), "0");
  EXPECT_EQ(Cell("SELECT CAST(5 AS BIGINT UNSIGNED)"), "5");
  EXPECT_EQ(Cell("SELECT last_value(cnt) IGNORE NULLS OVER (ORDER BY time) FROM cpu LIMIT 1"),
            "NULL");
  EXPECT_EQ(Run("FROM cpu SELECT host LIMIT 1").names, (Names{"host"}));
}

std::string Repeated(const std::string& part, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += part;
  return text;
}

TEST_F(StatementTest, DeepNestingNamesTheLimit) {
  const std::string expected =
      "invalid argument: SQL error: RecursionLimitExceeded: The query nests expressions or "
      "subqueries more than 300 levels deep. Simplify the query.";
  const std::string deep[] = {
      "SELECT 1" + Repeated("+1", 5'000),
      "SELECT " + Repeated("(", 10'000) + "1" + Repeated(")", 10'000),
      "SELECT " + Repeated("abs(", 10'000) + "1" + Repeated(")", 10'000),
      "SELECT " + Repeated("NOT ", 10'000) + "true",
      "SELECT " + Repeated("- ", 10'000) + "1",
      "SELECT " + Repeated("[", 10'000) + "1" + Repeated("]", 10'000),
      Repeated("SELECT * FROM (", 5'000) + "SELECT 1" + Repeated(")", 5'000),
      "SELECT cnt FROM cpu WHERE " + Repeated("cnt = 1 OR (", 10'000) + "true" +
          Repeated(")", 10'000)};
  for (const std::string& sql : deep) {
    EXPECT_EQ(Error(sql), expected) << sql.substr(0, 60);
  }
}

TEST_F(StatementTest, ModerateNestingRuns) {
  EXPECT_EQ(Eval("1" + Repeated("+1", 100)), "101");
  EXPECT_EQ(Eval(Repeated("(", 100) + "1" + Repeated(")", 100)), "1");
}

TEST_F(StatementTest, ExplainNamesItsKind) {
  EXPECT_TRUE(Run("EXPLAIN SELECT 1").status.ok());
  EXPECT_TRUE(Run("EXPLAIN ANALYZE VERBOSE SELECT 1").status.ok());
  EXPECT_TRUE(Run("EXPLAIN FORMAT INDENT SELECT 1").status.ok());
}

}  // namespace
}  // namespace influxdb3::query::sql
