// Names of unaliased select items.
#include <string>
#include <utility>
#include <vector>

#include "query/duckdb/dialect/tests/dialect_fixture.h"

namespace influxdb3::query::sql {
namespace {

using Names = std::vector<std::string>;
using Cases = std::vector<std::pair<const char*, const char*>>;

class NamingTest : public DialectTest {
 protected:
  void ExpectNames(const Cases& cases) {
    for (const auto& [expression, name] : cases) EXPECT_EQ(NameOf(expression), name) << expression;
  }
};

TEST_F(NamingTest, Columns) {
  ExpectNames({{"usage", "usage"},
               {"cpu.usage", "usage"},
               {"usage + cnt", "cpu.usage + cpu.cnt"},
               {"usage AS \"My Usage\"", "My Usage"}});
  EXPECT_EQ(Run("SELECT c.usage + 1 FROM cpu c").names, (Names{"c.usage + Int64(1)"}));
  EXPECT_EQ(Run("SELECT cnt + 1 FROM iox.cpu").names, (Names{"iox.cpu.cnt + Int64(1)"}));
  EXPECT_EQ(Run("SELECT a + 1 FROM (SELECT cnt AS a FROM cpu)").names, (Names{"a + Int64(1)"}));
  EXPECT_EQ(Run("SELECT x.a + 1 FROM (SELECT cnt AS a FROM cpu) x").names,
            (Names{"x.a + Int64(1)"}));
  EXPECT_EQ(Run("WITH q AS (SELECT cnt FROM cpu) SELECT sum(cnt) FROM q").names,
            (Names{"sum(q.cnt)"}));
}

TEST_F(NamingTest, Literals) {
  ExpectNames({{"1", "Int64(1)"},
               {"-5", "Int64(-5)"},
               {"18446744073709551615", "UInt64(18446744073709551615)"},
               {"1.5", "Float64(1.5)"},
               {"- 5.5", "Float64(-5.5)"},
               {"1e3", "Float64(1000)"},
               {"'x'", "Utf8(\"x\")"},
               {"true", "Boolean(true)"},
               {"NULL", "NULL"},
               {"x'AB'", "Binary(\"171\")"},
               {"timestamp '2020-01-01'", "Utf8(\"2020-01-01\")"},
               {"[1, 2]", "make_array(Int64(1),Int64(2))"},
               {"{'a': 1}", "named_struct(Utf8(\"a\"),Int64(1))"}});
}

TEST_F(NamingTest, Intervals) {
  const auto name = [](const char* parts) {
    return std::string("IntervalMonthDayNano(\"IntervalMonthDayNano { ") + parts + " }\")";
  };
  EXPECT_EQ(NameOf("interval '1 day'"), name("months: 0, days: 1, nanoseconds: 0"));
  EXPECT_EQ(NameOf("interval '1' hour"), name("months: 0, days: 0, nanoseconds: 3600000000000"));
  EXPECT_EQ(NameOf("interval '1 nanosecond'"), name("months: 0, days: 0, nanoseconds: 1"));
  EXPECT_EQ(NameOf("interval '5'"), name("months: 0, days: 0, nanoseconds: 5000000000"));
  EXPECT_EQ(NameOf("date_bin(interval '1 hour', time)"),
            "date_bin(" + name("months: 0, days: 0, nanoseconds: 3600000000000") + ",cpu.time)");
}

TEST_F(NamingTest, Operators) {
  ExpectNames({{"-cnt", "(- cpu.cnt)"},
               {"(1 + 2) * 4", "Int64(1) + Int64(2) * Int64(4)"},
               {"cnt ^ 1", "cpu.cnt BIT_XOR Int64(1)"},
               {"cnt <> 1", "cpu.cnt != Int64(1)"},
               {"host || 'x'", "cpu.host || Utf8(\"x\")"},
               {"host ~ 'x'", "cpu.host ~ Utf8(\"x\")"},
               {"host !~ 'x'", "cpu.host !~ Utf8(\"x\")"},
               {"host ~* 'x'", "cpu.host ~* Utf8(\"x\")"},
               {"host !~* 'x'", "cpu.host !~* Utf8(\"x\")"},
               {"host LIKE 'a%'", "cpu.host LIKE Utf8(\"a%\")"},
               {"host NOT LIKE 'a%'", "cpu.host NOT LIKE Utf8(\"a%\")"},
               {"host ILIKE 'a%'", "cpu.host ILIKE Utf8(\"a%\")"},
               {"host SIMILAR TO 'a'", "cpu.host SIMILAR TO Utf8(\"a\")"}});
}

TEST_F(NamingTest, Predicates) {
  ExpectNames({{"NOT ok", "NOT cpu.ok"},
               {"ok IS TRUE", "cpu.ok IS TRUE"},
               {"ok IS NOT TRUE", "cpu.ok IS NOT TRUE"},
               {"ok IS NOT FALSE", "cpu.ok IS NOT FALSE"},
               {"ok IS UNKNOWN", "cpu.ok IS UNKNOWN"},
               {"ok IS NOT UNKNOWN", "cpu.ok IS NOT UNKNOWN"},
               {"ok IS NULL", "cpu.ok IS NULL"},
               {"ok IS NOT NULL", "cpu.ok IS NOT NULL"},
               {"cnt BETWEEN 1 AND 2", "cpu.cnt BETWEEN Int64(1) AND Int64(2)"},
               {"cnt NOT BETWEEN 1 AND 2", "cpu.cnt NOT BETWEEN Int64(1) AND Int64(2)"},
               {"host IN ('a', 'b')", "cpu.host IN Utf8(\"a\"), Utf8(\"b\")"},
               {"host NOT IN ('a')", "cpu.host NOT IN Utf8(\"a\")"},
               {"cnt IS DISTINCT FROM 1", "cpu.cnt IS DISTINCT FROM Int64(1)"},
               {"ok AND (ok OR ok)", "cpu.ok AND cpu.ok OR cpu.ok"}});
}

TEST_F(NamingTest, CastsAreInvisible) {
  ExpectNames({{"CAST(cnt AS DOUBLE)", "cpu.cnt"},
               {"cnt::varchar", "cpu.cnt"},
               {"TRY_CAST(s AS BIGINT)", "cpu.s"},
               {"sum(cnt::double)", "sum(cpu.cnt)"}});
}

TEST_F(NamingTest, Case) {
  ExpectNames(
      {{"CASE WHEN ok THEN 1 ELSE 2 END", "CASE WHEN cpu.ok THEN Int64(1) ELSE Int64(2) END"},
       {"CASE WHEN ok THEN 1 END", "CASE WHEN cpu.ok THEN Int64(1) END"},
       {"CASE cnt WHEN 1 THEN 'a' ELSE 'b' END",
        "CASE cpu.cnt WHEN Int64(1) THEN Utf8(\"a\") ELSE Utf8(\"b\") END"}});
}

TEST_F(NamingTest, FunctionsKeepTheSpellingUsed) {
  ExpectNames({{"coalesce(s, 'x')", "coalesce(cpu.s,Utf8(\"x\"))"},
               {"ifnull(s, 'x')", "ifnull(cpu.s,Utf8(\"x\"))"},
               {"nvl(s, 'x')", "nvl(cpu.s,Utf8(\"x\"))"},
               {"trim(s)", "btrim(cpu.s)"},
               {"position('a' IN s)", "strpos(cpu.s,Utf8(\"a\"))"},
               {"substring(s FROM 1 FOR 2)", "substr(cpu.s,Int64(1),Int64(2))"},
               {"length(s)", "length(cpu.s)"},
               {"pow(2, 3)", "pow(Int64(2),Int64(3))"},
               {"now()", "now()"},
               {"current_timestamp", "current_timestamp()"},
               {"extract(epoch FROM time)", "date_part(Utf8(\"EPOCH\"),cpu.time)"},
               {"date_part('year', time)", "date_part(Utf8(\"year\"),cpu.time)"},
               {"make_array(1)[1]", "make_array(Int64(1))[Int64(1)]"},
               {"time AT TIME ZONE 'UTC'", "cpu.time"}});
}

TEST_F(NamingTest, Aggregates) {
  ExpectNames(
      {{"count(*)", "count(*)"},
       {"count(1)", "count(Int64(1))"},
       {"count(DISTINCT host)", "count(DISTINCT cpu.host)"},
       {"mean(cnt)", "mean(cpu.cnt)"},
       {"sum(cnt) FILTER (WHERE host = 'a')", "sum(cpu.cnt) FILTER (WHERE cpu.host = Utf8(\"a\"))"},
       {"first_value(cnt ORDER BY time)",
        "first_value(cpu.cnt) ORDER BY [cpu.time ASC NULLS LAST]"},
       {"first_value(cnt ORDER BY time DESC)",
        "first_value(cpu.cnt) ORDER BY [cpu.time DESC NULLS FIRST]"},
       {"selector_first(usage, time)['value']", "selector_first(cpu.usage,cpu.time)[value]"},
       {"approx_percentile_cont(0.5) WITHIN GROUP (ORDER BY usage)",
        "approx_percentile_cont(Float64(0.5)) WITHIN GROUP [cpu.usage ASC NULLS LAST]"},
       {"approx_percentile_cont(usage, 0.5)", "approx_percentile_cont(cpu.usage,Float64(0.5))"}});
}

TEST_F(NamingTest, WindowsSpellTheirFrameOut) {
  ExpectNames(
      {{"sum(usage) OVER (PARTITION BY host ORDER BY time)",
        "sum(cpu.usage) PARTITION BY [cpu.host] ORDER BY [cpu.time ASC NULLS LAST] RANGE BETWEEN "
        "UNBOUNDED PRECEDING AND CURRENT ROW"},
       {"sum(cnt) OVER ()",
        "sum(cpu.cnt) ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"},
       {"lag(cnt, 1, 2) OVER (ORDER BY time)",
        "lag(cpu.cnt,Int64(1),Int64(2)) ORDER BY [cpu.time ASC NULLS LAST] RANGE BETWEEN UNBOUNDED "
        "PRECEDING AND CURRENT ROW"},
       {"sum(cnt) OVER (ORDER BY time ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
        "sum(cpu.cnt) ORDER BY [cpu.time ASC NULLS LAST] ROWS BETWEEN 1 PRECEDING AND CURRENT ROW"},
       {"sum(cnt) OVER (ORDER BY time RANGE BETWEEN INTERVAL '1 day' PRECEDING AND CURRENT ROW)",
        "sum(cpu.cnt) ORDER BY [cpu.time ASC NULLS LAST] RANGE BETWEEN 1 day PRECEDING AND CURRENT "
        "ROW"},
       {"last_value(cnt) IGNORE NULLS OVER ()",
        "last_value(cpu.cnt) IGNORE NULLS ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED "
        "FOLLOWING"}});
}

TEST_F(NamingTest, SubqueriesAreNamedAfterTheirColumn) {
  EXPECT_EQ(Run("SELECT (SELECT max(cnt) FROM cpu), (SELECT cnt + 1 AS z FROM cpu LIMIT 1)").names,
            (Names{"max(cpu.cnt)", "z"}));
}

}  // namespace
}  // namespace influxdb3::query::sql
