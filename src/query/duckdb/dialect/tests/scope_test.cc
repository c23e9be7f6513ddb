// Which tables and columns a name finds, what stars expand to, and what functions are reachable.
#include <string>
#include <vector>

#include "query/duckdb/dialect/tests/dialect_fixture.h"

namespace influxdb3::query::sql {
namespace {

using Rows = std::vector<std::vector<std::string>>;
using Names = std::vector<std::string>;
using ScopeTest = DialectTest;

constexpr char kFields[] =
    "Valid fields are cpu.cnt, cpu.host, cpu.ok, cpu.s, cpu.time, cpu.u, cpu.usage.";

TEST_F(ScopeTest, TableNames) {
  for (const char* table : {"cpu", "CPU", "\"cpu\"", "'cpu'", "iox.cpu", "public.iox.cpu"}) {
    EXPECT_EQ(Cell("SELECT count(*) FROM " + std::string(table)), "3") << table;
  }
  const std::string missing = "invalid argument: Error during planning: table ";
  EXPECT_EQ(Error("SELECT 1 FROM nosuch"), missing + "'public.iox.nosuch' not found");
  EXPECT_EQ(Error("SELECT 1 FROM \"CPU\""), missing + "'public.iox.CPU' not found");
  EXPECT_EQ(Error("SELECT 1 FROM system.nosuch"), missing + "'public.system.nosuch' not found");
  EXPECT_EQ(Error("SELECT 1 FROM other.iox.cpu"), missing + "'other.iox.cpu' not found");
}

TEST_F(ScopeTest, NothingOfDuckDbIsReachable) {
  for (const char* table :
       {"'/etc/passwd'", "'x.parquet'", "read_csv('/etc/passwd')", "read_text('/etc/passwd')",
        "glob('*')", "duckdb_settings()", "duckdb_tables", "pragma_version()", "sqlite_master",
        "pg_catalog.pg_tables", "memory.main.cpu", "main.cpu"}) {
    EXPECT_NE(Error("SELECT * FROM " + std::string(table)), "no error") << table;
  }
  for (const char* call :
       {"getenv('HOME')", "current_setting('threads')", "nextval('a')", "main.getenv('HOME')",
        "system.main.getenv('HOME')", "txid_current()", "read_text('/etc/passwd')", "version_()",
        "query('SELECT 1')", "write_log('a')", "iox_add(1, 2)"}) {
    EXPECT_NE(Error("SELECT " + std::string(call)), "no error") << call;
  }
}

TEST_F(ScopeTest, UnquotedNamesFoldQuotedNamesAreExact) {
  EXPECT_EQ(Run("SELECT HOST, Usage FROM cpu").names, (Names{"host", "usage"}));
  EXPECT_EQ(Error("SELECT \"Host\" FROM cpu"),
            "invalid argument: Schema error: No field named \"Host\". Did you mean 'cpu.host'?.");
  EXPECT_EQ(Run("SELECT host AS MyHost, host AS \"MyHost\" FROM cpu").names,
            (Names{"myhost", "MyHost"}));
}

TEST_F(ScopeTest, NamesThatDifferByCaseStayApart) {
  EXPECT_EQ(Run("SELECT \"Temp\", temp FROM mem ORDER BY time").rows,
            (Rows{{"1", "10"}, {"2", "20"}, {"3", "30"}}));
  EXPECT_EQ(Run("SELECT * FROM mem LIMIT 1").names,
            (Names{"Temp", "host", "temp", "time", "used"}));
  EXPECT_EQ(Run("SELECT q.\"Temp\" + q.temp AS x FROM (SELECT \"Temp\", temp FROM mem) q "
                "WHERE \"Temp\" = 3")
                .rows,
            (Rows{{"33"}}));
  EXPECT_EQ(
      Run("WITH a AS (SELECT \"Temp\", temp FROM mem) SELECT sum(\"Temp\"), sum(temp) FROM a").rows,
      (Rows{{"6", "60"}}));
  EXPECT_EQ(Run("SELECT a, \"A\" FROM (SELECT 1 AS a, 2 AS \"A\")").rows, (Rows{{"1", "2"}}));
  EXPECT_EQ(Run("SELECT t.temp, \"T\".temp FROM mem t JOIN mem \"T\" ON t.used + 1 = \"T\".used "
                "ORDER BY t.used")
                .rows,
            (Rows{{"10", "20"}, {"20", "30"}}));
}

TEST_F(ScopeTest, UnknownColumnsListTheValidOnes) {
  const std::string prefix = "invalid argument: Schema error: No field named ";
  EXPECT_EQ(Error("SELECT nosuch FROM cpu"), prefix + "nosuch. " + kFields);
  EXPECT_EQ(Error("SELECT cpu.nosuch FROM cpu"), prefix + "cpu.nosuch. " + kFields);
  EXPECT_EQ(Error("SELECT sum(nosuch) FROM cpu"), prefix + "nosuch. " + kFields);
  EXPECT_EQ(Error("SELECT cnt FROM cpu WHERE nosuch = 1"), prefix + "nosuch. " + kFields);
  const std::string selected = "nosuch. Valid fields are cpu.cnt, ";
  EXPECT_EQ(Error("SELECT cnt FROM cpu ORDER BY nosuch").find(prefix + selected), 0u);
  EXPECT_EQ(Error("SELECT nosuch"), prefix + "nosuch.");
  // A column of one side only cannot join the two.
  EXPECT_EQ(Error("SELECT * FROM cpu JOIN mem USING (cnt)").find(prefix + "cnt. Valid fields are "),
            0u);
}

TEST_F(ScopeTest, AmbiguousColumns) {
  EXPECT_EQ(Error("SELECT time FROM cpu c JOIN mem m ON c.host = m.host"),
            "invalid argument: Schema error: Ambiguous reference to unqualified field time");
}

TEST_F(ScopeTest, StarsExpandInTheTablesOrder) {
  EXPECT_EQ(Run("SELECT * FROM cpu").names,
            (Names{"cnt", "host", "ok", "s", "time", "u", "usage"}));
  EXPECT_EQ(Run("SELECT m.*, c.cnt FROM cpu c, mem m").names,
            (Names{"Temp", "host", "temp", "time", "used", "cnt"}));
  EXPECT_EQ(Run("SELECT * EXCLUDE (cnt, u, s, ok) FROM cpu").names,
            (Names{"host", "time", "usage"}));
  const QueryOutcome replaced =
      Run("SELECT * REPLACE (cnt + 1 AS cnt) FROM cpu ORDER BY time DESC");
  EXPECT_EQ(replaced.names[0], "cnt");
  EXPECT_EQ(replaced.rows[0][0], "3");
  EXPECT_EQ(Error("SELECT x.* FROM cpu"),
            "invalid argument: Error during planning: Invalid qualifier x");
}

TEST_F(ScopeTest, JoinsMayRepeatNames) {
  EXPECT_EQ(Run("SELECT * FROM cpu c JOIN mem m ON c.host = m.host").names,
            (Names{"cnt", "host", "ok", "s", "time", "u", "usage", "Temp", "host", "temp", "time",
                   "used"}));
  EXPECT_EQ(Run("SELECT a.cnt, b.cnt FROM cpu a JOIN cpu b ON a.time = b.time").names,
            (Names{"cnt", "cnt"}));
}

TEST_F(ScopeTest, UsingMakesOneColumnOfTwo) {
  EXPECT_EQ(
      Run("SELECT * FROM cpu JOIN mem USING (host)").names,
      (Names{"cnt", "host", "ok", "s", "time", "u", "usage", "Temp", "temp", "time", "used"}));
  EXPECT_EQ(Cell("SELECT count(host) FROM cpu JOIN mem USING (host)"), "5");
  EXPECT_EQ(Cell("SELECT count(host) FROM cpu NATURAL JOIN mem"), "0");
}

TEST_F(ScopeTest, RepeatedNamesAreRefused) {
  EXPECT_EQ(
      Error("SELECT cnt, cnt FROM cpu"),
      "invalid argument: Error during planning: Projections require unique expression names but "
      "the expression \"cpu.cnt\" at position 0 and \"cpu.cnt\" at position 1 have the same "
      "name. Consider aliasing (\"AS\") one of them.");
  EXPECT_EQ(
      Error("SELECT time::varchar, time::bigint FROM cpu"),
      "invalid argument: Error during planning: Projections require unique expression names but "
      "the expression \"CAST(cpu.time AS Utf8)\" at position 0 and \"CAST(cpu.time AS Int64)\" "
      "at position 1 have the same name. Consider aliasing (\"AS\") one of them.");
}

TEST_F(ScopeTest, WithShadowsTables) {
  EXPECT_EQ(Run("WITH cpu AS (SELECT 7 AS x) SELECT * FROM cpu").rows, (Rows{{"7"}}));
  EXPECT_EQ(Cell("WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a) SELECT y FROM b"),
            "2");
  EXPECT_EQ(Cell("WITH a(n) AS (SELECT cnt FROM cpu) SELECT sum(n) FROM a"), "3");
  EXPECT_EQ(Run("WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 3) "
                "SELECT * FROM r")
                .rows,
            (Rows{{"1"}, {"2"}, {"3"}}));
}

TEST_F(ScopeTest, SubqueriesSeeTheQueryAround) {
  // For host a the others' largest is 2, for host b it is 3.
  EXPECT_EQ(Run("SELECT host, cnt FROM cpu c WHERE cnt + 1 = (SELECT max(used) FROM mem m "
                "WHERE m.host <> c.host) ORDER BY host")
                .rows,
            (Rows{{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(Cell("SELECT count(*) FROM cpu WHERE EXISTS (SELECT 1 FROM mem WHERE mem.used = cnt)"),
            "2");
  EXPECT_EQ(Cell("SELECT count(*) FROM cpu WHERE cnt IN (SELECT used FROM mem)"), "2");
}

TEST_F(ScopeTest, AliasesInGroupByHavingOrderBy) {
  EXPECT_EQ(Run("SELECT host AS h, count(*) AS c FROM cpu GROUP BY h HAVING c > 1 ORDER BY c").rows,
            (Rows{{"a", "2"}}));
  EXPECT_EQ(Run("SELECT host, count(*) FROM cpu GROUP BY 1 ORDER BY 2 DESC").rows,
            (Rows{{"a", "2"}, {"b", "1"}}));
  // A column of the table goes before an alias in GROUP BY, after it in ORDER BY.
  EXPECT_EQ(Cell("SELECT count(*) FROM (SELECT date_trunc('year', time) AS time, count(*) FROM cpu "
                 "GROUP BY time)"),
            "3");
  EXPECT_EQ(Run("SELECT cnt AS usage, usage AS z FROM cpu ORDER BY usage").rows,
            (Rows{{"1", "0.5"}, {"2", "NULL"}, {"NULL", "2.5"}}));
  EXPECT_EQ(Error("SELECT cnt AS x FROM cpu WHERE x = 1"),
            std::string("invalid argument: Schema error: No field named x. ") + kFields);
}

TEST_F(ScopeTest, NullsSortLastAscendingFirstDescending) {
  EXPECT_EQ(Run("SELECT cnt FROM cpu ORDER BY cnt").rows, (Rows{{"1"}, {"2"}, {"NULL"}}));
  EXPECT_EQ(Run("SELECT cnt FROM cpu ORDER BY cnt DESC").rows, (Rows{{"NULL"}, {"2"}, {"1"}}));
}

TEST_F(ScopeTest, OrdinalsMustExist) {
  const std::string prefix = "invalid argument: Error during planning: ";
  EXPECT_EQ(Error("SELECT cnt FROM cpu ORDER BY 2"),
            prefix + "Order by column out of bounds, specified: 2, max: 1");
  EXPECT_NE(Error("SELECT cnt FROM cpu ORDER BY 18446744073709551615").find("out of bounds"),
            std::string::npos);
  EXPECT_EQ(Error("SELECT cnt FROM cpu GROUP BY 3"),
            prefix + "Cannot find column with position 3 in SELECT clause. Valid columns: 1 to 1");
}

TEST_F(ScopeTest, UngroupedColumnsAreRefused) {
  const std::string text =
      "invalid argument: Error during planning: Column in SELECT must be in GROUP BY or an "
      "aggregate "
      "function: While expanding wildcard, column \"cpu.{}\" must appear in the GROUP BY clause or "
      "must be part of an aggregate function, currently only \"{}\" appears in the SELECT clause "
      "satisfies this requirement";
  const auto expected = [&](const std::string& column, const std::string& only) {
    std::string filled = text;
    filled.replace(filled.find("{}"), 2, column);
    filled.replace(filled.find("{}"), 2, only);
    return filled;
  };
  EXPECT_EQ(Error("SELECT host, cnt FROM cpu GROUP BY host"), expected("cnt", "cpu.host"));
  EXPECT_EQ(Error("SELECT host, avg(cnt) + 1 FROM cpu"), expected("host", "avg(cpu.cnt)"));
}

TEST_F(ScopeTest, PlainColumnsKeepTheirKind) {
  const QueryOutcome outcome =
      Run("SELECT h, time, v FROM (SELECT host AS h, time, usage * 2 AS v FROM cpu) q");
  EXPECT_EQ(outcome.iox_types, (Names{"iox::column_type::tag", "iox::column_type::timestamp", ""}));
}

TEST_F(ScopeTest, ValuesAndTableFunctions) {
  EXPECT_EQ(Run("VALUES (1, 'a'), (2, 'b')").names, (Names{"column1", "column2"}));
  EXPECT_EQ(Run("SELECT t.* FROM (VALUES (1, 2)) AS t(a, b)").names, (Names{"a", "b"}));
  const QueryOutcome series = Run("SELECT * FROM generate_series(1, 3)");
  EXPECT_EQ(series.names, (Names{"value"}));
  EXPECT_EQ(series.rows, (Rows{{"1"}, {"2"}, {"3"}}));
  EXPECT_EQ(Run("SELECT * FROM unnest([1, 2])").names,
            (Names{"UNNEST(make_array(Int64(1),Int64(2)))"}));
}

TEST_F(ScopeTest, SetOperations) {
  EXPECT_EQ(Run("SELECT cnt AS x FROM cpu UNION SELECT used FROM mem ORDER BY x LIMIT 2").rows,
            (Rows{{"1"}, {"2"}}));
  EXPECT_EQ(Error("SELECT 1 AS a UNION ALL SELECT 2 ORDER BY nosuch"),
            "invalid argument: Schema error: No field named nosuch. Valid fields are a.");
}

TEST_F(ScopeTest, KeywordsElsewhereAreFoldedToo) {
  // TEMP is a word of the grammar, which keeps the case of those.
  EXPECT_EQ(Cell("SELECT Temp AS X FROM mem WHERE used = 2"), "20");
  EXPECT_EQ(Run("SELECT temp AS MyHost FROM MEM").names[0], "myhost");
}

}  // namespace
}  // namespace influxdb3::query::sql
