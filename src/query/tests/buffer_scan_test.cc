// What a query reads from the buffer: every type, order, bounds, tags, duplicates, many segments.
#include <fmt/format.h>

#include "query/testing/engine_fixture.h"

namespace influxdb3::query {
namespace {

using testing::Answer;
using ::testing::ElementsAre;
using testing::EngineTest;
using ::testing::IsEmpty;

using Texts = std::vector<std::string>;

class BufferScanTest : public EngineTest {
 protected:
  /// `series` hosts h0, h1, …, each with `steps` rows one second apart from second 0 on; row `i` of
  /// host `h` has v = 1000 * h + i as integer and half of it as float.
  void WriteGrid(int series, int steps) {
    std::string lines;
    for (int step = 0; step < steps; ++step) {
      for (int host = 0; host < series; ++host) {
        const int value = 1000 * host + step;
        lines += fmt::format("grid,host=h{},rack=r{} v={}i,half={} {}000000000\n", host, host % 4,
                             value, value / 2.0, step);
      }
    }
    Write(lines);
  }
};

TEST_F(BufferScanTest, ReturnsEveryTypeInOrderOfNames) {
  Write(
      "t,z=tag i=-1i,u=18446744073709551615u,f=0.5,s=\"text longer than twelve bytes\",b=true 1\n"
      "t a=1i 2\n");
  const Answer answer = Ask("SELECT * FROM t ORDER BY time");
  ASSERT_TRUE(answer.status.ok()) << answer.status.ToString();
  EXPECT_EQ(answer.names, (Texts{"a", "b", "f", "i", "s", "time", "u", "z"}));
  EXPECT_EQ(answer.types, (Texts{"int64", "bool", "double", "int64", "string", "timestamp[ns]",
                                 "uint64", "string"}));
  EXPECT_EQ(answer.iox_types,
            (Texts{"iox::column_type::field::integer", "iox::column_type::field::boolean",
                   "iox::column_type::field::float", "iox::column_type::field::integer",
                   "iox::column_type::field::string", "iox::column_type::timestamp",
                   "iox::column_type::field::uinteger", "iox::column_type::tag"}));
  EXPECT_EQ(answer.rows,
            (Texts{"NULL|true|0.5|-1|text longer than twelve bytes|1970-01-01 00:00:00.000000001|"
                   "18446744073709551615|tag",
                   "1|NULL|NULL|NULL|NULL|1970-01-01 00:00:00.000000002|NULL|NULL"}));
}

TEST_F(BufferScanTest, CountsAndAggregatesOverManySegments) {
  WriteGrid(7, 3000);
  EXPECT_EQ(Row("SELECT count(*), count(v), min(v), max(v), count(DISTINCT host) FROM grid"),
            "21000|21000|0|8999|7");
  EXPECT_EQ(Rows("SELECT host, count(*), sum(v) FROM grid WHERE host IN ('h0', 'h6') "
                 "GROUP BY host ORDER BY host"),
            (Texts{"h0|3000|4498500", "h6|3000|22498500"}));
  EXPECT_EQ(Row("SELECT sum(half) FROM grid WHERE rack = 'r3'"), "6749250");
  EXPECT_EQ(Row("SELECT count(*) FROM (SELECT DISTINCT host, rack FROM grid) AS d"), "7");
}

TEST_F(BufferScanTest, AppliesTimeBoundsExactly) {
  WriteGrid(1, 2000);
  EXPECT_EQ(Row("SELECT count(*), min(v), max(v) FROM grid WHERE time >= '1970-01-01T00:10:00Z' "
                "AND time < '1970-01-01T00:20:00Z'"),
            "600|600|1199");
  EXPECT_EQ(Row("SELECT count(*), min(v), max(v) FROM grid WHERE time > '1970-01-01T00:09:59Z' "
                "AND time <= '1970-01-01T00:20:00Z'"),
            "601|600|1200");
  EXPECT_EQ(Row("SELECT max(v) FROM grid WHERE time = '1970-01-01T00:00:07Z'"), "7");
  EXPECT_EQ(Row("SELECT count(*) FROM grid WHERE time BETWEEN '1970-01-01T00:00:01Z' AND "
                "'1970-01-01T00:00:03Z'"),
            "3");
  EXPECT_EQ(Row("SELECT count(*) FROM grid WHERE '1970-01-01T00:00:03Z' > time"), "3");
  EXPECT_EQ(Row("SELECT count(*) FROM grid WHERE time <> '1970-01-01T00:00:03Z'"), "1999");
  EXPECT_EQ(Row("SELECT count(*) FROM grid WHERE time < '1970-01-01T00:00:03Z' OR "
                "time >= '1970-01-01T00:33:00Z'"),
            "23");
  EXPECT_EQ(Row("SELECT count(*) FROM grid WHERE time > '1970-01-01T00:00:03Z' AND "
                "time < '1970-01-01T00:00:03Z'"),
            "0");
}

TEST_F(BufferScanTest, AppliesConditionsOnTagsExactly) {
  Write("t,a=x,b=1 v=1i 1\nt,a=y,b=1 v=2i 2\nt,b=2 v=3i 3\nt,a=x v=4i 4\nt v=5i 5\n");
  const auto values = [&](const std::string& condition) {
    return Row("SELECT string_agg(v::varchar, ',' ORDER BY v) FROM t WHERE " + condition);
  };
  EXPECT_EQ(values("a = 'x'"), "1,4");
  EXPECT_EQ(values("a <> 'x'"), "2");
  EXPECT_EQ(values("a IN ('x', 'y') AND b = '1'"), "1,2");
  EXPECT_EQ(values("a NOT IN ('x')"), "2");
  EXPECT_EQ(values("a IS NULL"), "3,5");
  EXPECT_EQ(values("a IS NOT NULL AND b IS NULL"), "4");
  EXPECT_EQ(values("a = 'x' OR b = '2'"), "1,3,4");
  EXPECT_EQ(values("a > 'x'"), "2");
  EXPECT_EQ(values("upper(a) LIKE 'X%' AND v > 1"), "4");
  EXPECT_EQ(values("a = 'none'"), "NULL");
  EXPECT_EQ(values("coalesce(a, 'x') = 'x'"), "1,3,4,5");
  EXPECT_EQ(values("a = b OR v = 5"), "5");
  EXPECT_EQ(values("a = b OR (a = 'y' AND b = '1') OR (a IS NULL AND b IS NULL)"), "2,5");
  EXPECT_EQ(values("concat(a, b) = 'x1'"), "1");
  EXPECT_EQ(values("a < b"), "NULL");
}

TEST_F(BufferScanTest, LooksFewSeriesUpAcrossSegments) {
  WriteGrid(100, 700);
  EXPECT_EQ(Row("SELECT count(*), sum(v), min(host), max(rack) FROM grid WHERE host = 'h42'"),
            "700|29644650|h42|r2");
  EXPECT_EQ(Row("SELECT count(*), min(v), max(v) FROM grid WHERE host IN ('h1', 'h99') AND "
                "time >= '1970-01-01T00:09:00Z' AND time < '1970-01-01T00:11:00Z'"),
            "240|1540|99659");
  EXPECT_EQ(Rows("SELECT v FROM grid WHERE host = 'h3' ORDER BY time LIMIT 2"),
            (Texts{"3000", "3001"}));
}

TEST_F(BufferScanTest, NullFieldsOfLookedUpRowsStayNull) {
  std::string lines;
  for (int i = 0; i < 100; ++i) {
    lines += fmt::format("n,host=h{} {} {}\n", i, i % 2 == 0 ? "a=1i" : "b=\"text\"", i);
  }
  Write(lines);
  EXPECT_EQ(Row("SELECT a, b FROM n WHERE host = 'h4'"), "1|NULL");
  EXPECT_EQ(Row("SELECT a, b FROM n WHERE host = 'h5'"), "NULL|text");
  EXPECT_EQ(Row("SELECT count(a), count(b), count(*) FROM n"), "50|50|100");
}

TEST_F(BufferScanTest, LastNonNullValueOfEachFieldWins) {
  Write("t,h=a x=1i,y=1i 1\nt,h=a x=2i 2\nt,h=b x=9i 1\n");
  Write("t,h=a x=5i 1\nt,h=a z=7i 1\n");
  EXPECT_EQ(Rows("SELECT h, x, y, z FROM t ORDER BY h, time"),
            (Texts{"a|5|1|7", "a|2|NULL|NULL", "b|9|NULL|NULL"}));
  EXPECT_EQ(Row("SELECT count(*), sum(x) FROM t"), "3|16");
  EXPECT_EQ(Row("SELECT x, z FROM t WHERE h = 'a' AND time < '1970-01-01T00:00:00.000000002Z'"),
            "5|7");
}

TEST_F(BufferScanTest, LookedUpDuplicatesAreMergedToo) {
  WriteGrid(100, 3);
  Write("grid,host=h7,rack=r3 v=1i 1000000000\n");
  EXPECT_EQ(Rows("SELECT v, half FROM grid WHERE host = 'h7' ORDER BY time"),
            (Texts{"7000|3500", "1|3500.5", "7002|3501"}));
  EXPECT_EQ(Row("SELECT count(*) FROM grid"), "300");
}

TEST_F(BufferScanTest, TwoScansOfOneTableKeepTheirOwnConditions) {
  Write("t,h=a v=1i 1\nt,h=b v=2i 2\nt,h=c v=3i 3\n");
  EXPECT_EQ(Row("SELECT (SELECT max(v) FROM t WHERE h = 'a') AS a, "
                "(SELECT max(v) FROM t WHERE h = 'b') AS b"),
            "1|2");
  EXPECT_EQ(Rows("SELECT v FROM t WHERE h = 'a' UNION ALL SELECT v FROM t WHERE h = 'c' "
                 "ORDER BY v"),
            (Texts{"1", "3"}));
  EXPECT_EQ(Row("WITH c AS (SELECT * FROM t) SELECT x.v, y.v FROM c AS x JOIN c AS y "
                "ON x.v + 1 = y.v WHERE x.h = 'a'"),
            "1|2");
  EXPECT_EQ(Rows("SELECT a.v FROM t AS a WHERE EXISTS (SELECT 1 FROM t AS b WHERE b.v = a.v + 2)"),
            (Texts{"1"}));
}

TEST_F(BufferScanTest, ALimitInOrderOfTimeReadsTheRightRows) {
  WriteGrid(40, 1500);
  EXPECT_EQ(Rows("SELECT host, v FROM grid ORDER BY time DESC, host LIMIT 2"),
            (Texts{"h0|1499", "h1|2499"}));
  EXPECT_EQ(Rows("SELECT v FROM grid WHERE host = 'h3' ORDER BY time DESC LIMIT 3"),
            (Texts{"4499", "4498", "4497"}));
  EXPECT_EQ(Rows("SELECT v FROM grid WHERE host = 'h3' ORDER BY time LIMIT 2 OFFSET 700"),
            (Texts{"3700", "3701"}));
  EXPECT_EQ(Rows("SELECT v FROM grid WHERE rack = 'r1' AND time < '1970-01-01T00:10:01Z' "
                 "ORDER BY time DESC, v DESC LIMIT 2"),
            (Texts{"37600", "33600"}));
  EXPECT_EQ(Rows("SELECT v FROM grid WHERE v < 5 ORDER BY time DESC LIMIT 2"), (Texts{"4", "3"}));
  EXPECT_EQ(Rows("SELECT v FROM grid WHERE host = 'h3' AND time >= '1970-01-01T00:09:59Z' "
                 "ORDER BY time LIMIT 2"),
            (Texts{"3599", "3600"}));
  EXPECT_EQ(Row("SELECT count(*) FROM (SELECT * FROM grid ORDER BY time DESC LIMIT 30000) AS x"),
            "30000");
  EXPECT_EQ(Rows("SELECT max(v) FROM (SELECT v, time FROM grid WHERE host = 'h0' "
                 "ORDER BY time LIMIT 10) AS x"),
            (Texts{"9"}));
  EXPECT_EQ(Rows("SELECT a.v FROM grid AS a JOIN grid AS b ON a.time = b.time AND b.v = 7 "
                 "WHERE a.host = 'h1' ORDER BY a.time DESC LIMIT 1"),
            (Texts{"1007"}));
}

TEST_F(BufferScanTest, ALimitInOrderOfTimeCountsRowsOfOneMomentOnce) {
  WriteGrid(2, 700);
  std::string again;
  for (int step = 600; step < 700; ++step) {
    again += fmt::format("grid,host=h0,rack=r0 v={}i {}000000000\n", -step, step);
  }
  Write(again);
  EXPECT_EQ(Rows("SELECT v FROM grid WHERE host = 'h0' ORDER BY time DESC LIMIT 2"),
            (Texts{"-699", "-698"}));
  EXPECT_EQ(Row("SELECT min(v) FROM (SELECT v FROM grid WHERE host = 'h0' ORDER BY time DESC "
                "LIMIT 150) AS x WHERE v >= 0"),
            "550");
}

TEST_F(BufferScanTest, TheNewestRowsOfEachSeriesAreFound) {
  WriteGrid(30, 1300);
  Write("grid,host=h2,rack=r2 v=-1i 5000000000\ngrid,host=late,rack=r9 v=-2i 1000000000\n");
  EXPECT_EQ(Rows("SELECT host, v FROM (SELECT *, row_number() OVER (PARTITION BY host ORDER BY "
                 "time DESC) AS n FROM grid) AS g WHERE n = 1 AND host IN ('h2', 'h29', 'late') "
                 "ORDER BY host"),
            (Texts{"h2|3299", "h29|30299", "late|-2"}));
  EXPECT_EQ(Row("SELECT count(*), min(v) FROM (SELECT *, row_number() OVER (PARTITION BY host "
                "ORDER BY time DESC) AS n FROM grid) AS g WHERE n <= 3"),
            "91|-2");
  EXPECT_EQ(Row("SELECT v FROM (SELECT *, row_number() OVER (PARTITION BY host ORDER BY time "
                "DESC) AS n FROM grid WHERE time <= '1970-01-01T00:00:05Z') AS g "
                "WHERE n = 1 AND host = 'h2'"),
            "-1");
}

TEST_F(BufferScanTest, NamesThatDifferOnlyByCaseAreDifferentColumns) {
  Write("t,Host=a,host=b Temp=1i,temp=2i 1\n");
  const Answer answer = Ask("SELECT * FROM t");
  EXPECT_EQ(answer.names, (Texts{"Host", "Temp", "host", "temp", "time"}));
  EXPECT_EQ(answer.rows, (Texts{"a|1|b|2|1970-01-01 00:00:00.000000001"}));
  EXPECT_EQ(Row(R"(SELECT "Temp", temp, Temp AS x FROM t WHERE "Host" = 'a' AND host = 'b')"),
            "1|2|2");
  Write("T v=5i 1\n");
  EXPECT_EQ(Row(R"(SELECT v FROM "T")"), "5");
  EXPECT_EQ(Row("SELECT temp FROM T"), "2");
}

TEST_F(BufferScanTest, RetentionHidesOldRows) {
  Write(fmt::format("t v=1i {}\nt v=2i {}\nt v=3i {}\n", kNowNs - 2000, kNowNs - 1000, kNowNs));
  const auto db = catalog_.state()->FindDatabase("d");
  Apply({model::SetRetentionOp{db->id, 1000}});
  EXPECT_EQ(Rows("SELECT v FROM t ORDER BY v"), (Texts{"2", "3"}));
  clock_.Advance(1);
  EXPECT_EQ(Rows("SELECT v FROM t ORDER BY v"), (Texts{"3"}));
  EXPECT_EQ(Row("SELECT count(*) FROM t WHERE time >= '1970-01-01T00:00:00Z'"), "1");
}

TEST_F(BufferScanTest, ARunningQueryKeepsItsRows) {
  WriteGrid(3, 5000);
  auto stream = Execute("SELECT * FROM grid");
  ASSERT_TRUE(stream.ok()) << stream.status().ToString();
  Write("grid,host=new v=1i 1\n");
  const auto db = catalog_.state()->FindDatabase("d");
  const util::TableId table = db->FindTable("grid")->table_id();
  const std::vector<model::CatalogOp> drop = {
      model::DeleteTableOp{db->id, table, "grid-gone", kNowNs, kNowNs}};
  Apply(drop);
  buffer_.OnRecord(util::WalSeq(2), wal::Record{drop, {}}, false);
  EXPECT_EQ(testing::Drain(stream->get()).rows.size(), 15000U);
  EXPECT_EQ(Error("SELECT * FROM grid"),
            "invalid argument: Error during planning: table 'public.iox.grid' not found");
}

TEST_F(BufferScanTest, AnEmptyTableHasColumnsAndNoRows) {
  Write("other v=1i 1\n");
  const auto db = catalog_.state()->FindDatabase("d");
  Apply({model::CreateTableOp{
      db->id,
      catalog_.state()->next_table_id(),
      "empty",
      {{"host", model::ColumnType::kTag}, {"v", model::ColumnType::kInt64}}}});
  const Answer answer = Ask("SELECT * FROM empty WHERE host = 'a' AND time > now()");
  EXPECT_TRUE(answer.status.ok()) << answer.status.ToString();
  EXPECT_EQ(answer.names, (Texts{"host", "time", "v"}));
  EXPECT_THAT(answer.rows, IsEmpty());
  EXPECT_EQ(Row("SELECT count(*) FROM empty"), "0");
}

}  // namespace
}  // namespace influxdb3::query
