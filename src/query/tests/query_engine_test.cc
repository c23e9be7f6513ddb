// How queries start, stream, end, fail and are stopped.
#include <fmt/format.h>

#include <thread>

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "query/testing/engine_fixture.h"

namespace influxdb3::query {
namespace {

using testing::Answer;
using ::testing::Each;
using testing::EngineTest;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::SizeIs;
using ::testing::StartsWith;
using util::StatusCode;

using Texts = std::vector<std::string>;

// Runs for hours and needs no memory.
constexpr const char* kEndless =
    "SELECT sum(a.v * b.v * c.v * d.v) FROM t AS a, t AS b, t AS c, t AS d, t AS e";

class QueryEngineTest : public EngineTest {
 protected:
  void WriteRows(int count) {
    std::string lines;
    for (int i = 0; i < count; ++i) lines += fmt::format("t,h=h{} v={}i {}\n", i % 10, i, i);
    Write(lines);
  }
  util::Result<QueryDescription> Describe(const std::string& sql) {
    QueryRequest request;
    request.database = database_;
    request.sql = sql;
    return engine_->DescribeSql(request);
  }
};

TEST_F(QueryEngineTest, StreamsBatchesOfBoundedSize) {
  WriteRows(50'000);
  const Answer answer = Ask("SELECT v FROM t ORDER BY v");
  ASSERT_TRUE(answer.status.ok()) << answer.status.ToString();
  EXPECT_THAT(answer.rows, SizeIs(50'000));
  EXPECT_EQ(answer.rows[49'999], "49999");
  EXPECT_THAT(answer.batch_rows, Each(Le(8192)));
}

TEST_F(QueryEngineTest, UnknownDatabaseIsNotFound) {
  database_ = "nosuch";
  EXPECT_EQ(Error("SELECT 1"), "not found: database not found: nosuch");
}

TEST_F(QueryEngineTest, ErrorsBeforeTheFirstRowComeAtOnce) {
  WriteRows(10);
  EXPECT_EQ(Execute("SELECT * FROM nosuch").status().message(),
            "Error during planning: table 'public.iox.nosuch' not found");
  EXPECT_EQ(Execute("SELECT * FROM system.nosuch").status().message(),
            "Error during planning: table 'public.system.nosuch' not found");
  EXPECT_EQ(Execute("SELECT v / 0 FROM t").status().message(), "Arrow error: Divide by zero error");
  EXPECT_THAT(Execute("SELECT nosuch FROM t").status().message(),
              StartsWith("Schema error: No field named nosuch."));
}

TEST_F(QueryEngineTest, OnlyReadsPass) {
  WriteRows(1);
  for (const char* sql : {"SELECT * FROM '/etc/passwd'",
                          "SELECT * FROM read_csv('/etc/passwd')",
                          "COPY t TO '/tmp/x'",
                          "SET threads=1",
                          "INSTALL httpfs",
                          "LOAD httpfs",
                          "DROP TABLE t",
                          "CREATE TABLE x AS SELECT 1",
                          "ATTACH 'x.db'",
                          "PRAGMA version",
                          "CALL pragma_version()",
                          "INSERT INTO t VALUES (1)",
                          "DELETE FROM t",
                          "SELECT * FROM duckdb_settings()",
                          "SELECT getenv('HOME')",
                          "SELECT * FROM influxdb3_buffer_scan(0)",
                          "CHECKPOINT",
                          "EXPORT DATABASE 'x'",
                          "SELECT * FROM glob('/*')",
                          "SELECT read_text('/etc/passwd')"}) {
    EXPECT_FALSE(Ask(sql).status.ok()) << sql;
  }
}

TEST_F(QueryEngineTest, BindsParameters) {
  WriteRows(10);
  const Answer answer = Ask("SELECT v FROM t WHERE h = $host AND v < $most",
                            {{"host", std::string("h3")}, {"most", int64_t{100}}});
  EXPECT_EQ(answer.rows, Texts{"3"});
}

TEST_F(QueryEngineTest, DescribesWithoutRunning) {
  WriteRows(10);
  const auto plain = Describe("SELECT h, v + 1 AS w, time FROM t");
  ASSERT_TRUE(plain.ok()) << plain.status().ToString();
  EXPECT_EQ(plain->schema->ToString(), "h: string\nw: int64\ntime: timestamp[ns] not null");
  EXPECT_EQ(plain->parameters->num_fields(), 0);
  const auto explained = Describe("EXPLAIN SELECT v FROM t");
  ASSERT_TRUE(explained.ok()) << explained.status().ToString();
  EXPECT_EQ(explained->schema->field_names(), (Texts{"plan_type", "plan"}));
  EXPECT_EQ(Describe("SELECT nosuch FROM t").status().code(), util::StatusCode::kInvalidArgument);
  EXPECT_EQ(Describe("DROP TABLE t").status().code(), Ask("DROP TABLE t").status.code());
}

TEST_F(QueryEngineTest, DescribesParameters) {
  WriteRows(10);
  const auto described = Describe("SELECT v FROM t WHERE h = $host AND v < $most LIMIT $n");
  ASSERT_TRUE(described.ok()) << described.status().ToString();
  EXPECT_EQ(described->schema->ToString(), "v: int64");
  EXPECT_EQ(described->parameters->ToString(), "host: string\nmost: int64\nn: int64");
  const auto numbered = Describe("SELECT v FROM t WHERE v > $2 AND h = $1");
  ASSERT_TRUE(numbered.ok()) << numbered.status().ToString();
  EXPECT_EQ(numbered->parameters->ToString(), "1: string\n2: int64");
  const auto open = Describe("SELECT $a, v + $b AS w FROM t");
  ASSERT_TRUE(open.ok()) << open.status().ToString();
  EXPECT_EQ(open->schema->num_fields(), 2);
  EXPECT_EQ(open->parameters->field_names(), (Texts{"a", "b"}));
  EXPECT_EQ(open->parameters->field(0)->type()->ToString(), "string");
  for (const char* sql :
       {"SELECT v FROM t LIMIT $n", "SELECT v FROM t WHERE time > $since",
        "SELECT abs($x) AS a FROM t", "SELECT v FROM t WHERE v IN ($a, $b) ORDER BY v OFFSET $m",
        "SELECT v FROM t WHERE time > now() - $age::INTERVAL",
        "SELECT date_bin($every, time) AS b FROM t"}) {
    const auto sound = Describe(sql);
    EXPECT_TRUE(sound.ok()) << sql << ": " << sound.status().ToString();
  }
  // What stands beside a parameter tells its type.
  const auto beside = Describe(
      "SELECT $x + 1 AS a, $y || 'x' AS b FROM t WHERE time > $since AND v BETWEEN $low AND 5 AND "
      "h IN ('a', $host) AND NOT $off");
  ASSERT_TRUE(beside.ok()) << beside.status().ToString();
  EXPECT_EQ(beside->schema->ToString(), "a: int64\nb: string");
  EXPECT_EQ(beside->parameters->ToString(),
            "x: int64\ny: string\nsince: timestamp[ns]\nlow: int64\nhost: string\noff: bool");
}

TEST_F(QueryEngineTest, NumbersPlaceholdersWhereAsked) {
  WriteRows(10);
  QueryRequest request;
  request.database = "d";
  request.sql = "SELECT '?' AS q, v FROM t WHERE h = ? AND v < ?";
  request.parameters = {{"1", std::string("h3")}, {"2", int64_t{100}}};
  EXPECT_FALSE(engine_->ExecuteSql(request).ok());
  request.numbered_placeholders = true;
  auto stream = engine_->ExecuteSql(request);
  ASSERT_TRUE(stream.ok()) << stream.status().ToString();
  const auto batch = (*stream)->Next();
  ASSERT_TRUE(batch.ok());
  EXPECT_EQ((*batch)->num_rows(), 1);
}

TEST_F(QueryEngineTest, WaitsForRowsOnlyWhereAsked) {
  WriteRows(10);
  QueryRequest request;
  request.database = "d";
  request.sql = "SELECT count(*) AS n FROM t";
  request.wait_for_rows = false;
  auto stream = engine_->ExecuteSql(request);
  ASSERT_TRUE(stream.ok()) << stream.status().ToString();
  EXPECT_EQ((*stream)->schema()->ToString(), "n: int64 not null");
  auto batch = (*stream)->Next();
  ASSERT_TRUE(batch.ok());
  EXPECT_EQ((*batch)->num_rows(), 1);
  batch = (*stream)->Next();
  ASSERT_TRUE(batch.ok());
  EXPECT_EQ(*batch, nullptr);
}

TEST_F(QueryEngineTest, ConvertsTypesThatClientsDoNotKnow) {
  WriteRows(3);
  const Answer answer =
      Ask("SELECT sum(v) AS s, max(time) AS t, count(*) AS c, avg(v) AS a, "
          "array_agg(v ORDER BY v) AS l, now() AS n FROM t");
  ASSERT_TRUE(answer.status.ok()) << answer.status.ToString();
  EXPECT_EQ(answer.types[0], "int64");
  EXPECT_EQ(answer.types[1], "timestamp[ns]");
  EXPECT_EQ(answer.types[2], "int64");
  EXPECT_EQ(answer.types[3], "double");
  EXPECT_THAT(answer.types[4], StartsWith("list<"));
  EXPECT_EQ(answer.types[5], "timestamp[ns]");
}

TEST_F(QueryEngineTest, ExplainsInTheReferencesColumns) {
  WriteRows(10);
  const Answer plan = Ask("EXPLAIN SELECT v FROM t WHERE h = 'h1'");
  ASSERT_TRUE(plan.status.ok()) << plan.status.ToString();
  EXPECT_EQ(plan.names, (Texts{"plan_type", "plan"}));
  ASSERT_THAT(plan.rows, SizeIs(2));
  EXPECT_THAT(plan.rows[0], StartsWith("logical_plan|"));
  EXPECT_THAT(plan.rows[1], StartsWith("physical_plan|"));
  const Answer analyzed = Ask("EXPLAIN ANALYZE SELECT v FROM t");
  ASSERT_THAT(analyzed.rows, SizeIs(1)) << analyzed.status.ToString();
  EXPECT_THAT(analyzed.rows[0], StartsWith("Plan with Metrics|"));
}

TEST_F(QueryEngineTest, ExplainShowsWhatTheScanDoesItself) {
  WriteRows(10);
  const Answer plan =
      Ask("EXPLAIN SELECT v FROM t WHERE (h = 'h1' OR h = 'h2') AND time < "
          "'1970-01-01T00:00:00.000000005Z' ORDER BY time DESC LIMIT 7");
  ASSERT_THAT(plan.rows, SizeIs(2)) << plan.status.ToString();
  EXPECT_THAT(plan.rows[1], HasSubstr("2 of 10"));
  EXPECT_THAT(plan.rows[1], HasSubstr(".000000004"));
  EXPECT_THAT(plan.rows[1], HasSubstr("Newest: 7"));
  EXPECT_THAT(plan.rows[1], ::testing::Not(HasSubstr("FILTER")));
}

TEST_F(QueryEngineTest, CancelStopsARunningQuery) {
  WriteRows(2000);
  auto stream = Execute("SELECT a.v FROM t AS a, t AS b, t AS c, t AS d");
  ASSERT_TRUE(stream.ok()) << stream.status().ToString();
  std::thread canceller([&] { (*stream)->Cancel(); });
  util::Status status;
  while (status.ok()) {
    const auto batch = (*stream)->Next();
    status = batch.status();
    ASSERT_TRUE(!batch.ok() || *batch != nullptr) << "ended by itself";
  }
  canceller.join();
  EXPECT_EQ(status.code(), StatusCode::kCancelled);
  EXPECT_EQ(Row("SELECT count(*) FROM t"), "2000");
}

TEST_F(QueryEngineTest, DestroyingTheStreamStopsTheQuery) {
  WriteRows(2000);
  for (int i = 0; i < 3; ++i) {
    auto stream = Execute("SELECT a.v FROM t AS a, t AS b, t AS c, t AS d");
    ASSERT_TRUE(stream.ok()) << stream.status().ToString();
  }
  EXPECT_EQ(Row("SELECT count(*) FROM t"), "2000");
}

TEST_F(QueryEngineTest, TheTimeLimitStopsAQuery) {
  QueryOptions options;
  options.timeout_ns = 100'000'000;
  Open(options);
  WriteRows(2000);
  const Answer answer = Ask(kEndless);
  EXPECT_EQ(answer.status.code(), StatusCode::kDeadlineExceeded) << answer.status.ToString();
  EXPECT_EQ(Ask(std::string("EXPLAIN ANALYZE ") + kEndless).status.code(),
            StatusCode::kDeadlineExceeded);
  EXPECT_EQ(Row("SELECT count(*) FROM t"), "2000");
}

TEST_F(QueryEngineTest, AQueryWaitsForAPermitAndGivesItBack) {
  QueryOptions options;
  options.concurrent_queries_max = 1;
  options.timeout_ns = 200'000'000;
  Open(options);
  WriteRows(20'000);
  {
    auto stream = Execute("SELECT * FROM t");
    ASSERT_TRUE(stream.ok()) << stream.status().ToString();
    EXPECT_EQ(Ask("SELECT 1").status.code(), StatusCode::kDeadlineExceeded);
  }
  EXPECT_EQ(Row("SELECT count(*) FROM t"), "20000");
  EXPECT_FALSE(Ask("SELECT 1 / 0").status.ok());
  EXPECT_EQ(Row("SELECT count(*) FROM t"), "20000");
}

TEST_F(QueryEngineTest, MemoryIsLimited) {
  QueryOptions options;
  options.memory_bytes_max = size_t{32} << 20;
  Open(options);
  WriteRows(5000);
  const Answer answer =
      Ask("SELECT a.v + b.v * 10000 AS k, count(*) FROM t AS a, t AS b GROUP BY k ORDER BY k");
  EXPECT_EQ(answer.status.code(), StatusCode::kResourceExhausted) << answer.status.ToString();
  EXPECT_THAT(answer.status.message(), StartsWith("Resources exhausted: "));
  EXPECT_EQ(Row("SELECT count(*) FROM t"), "5000");
}

std::string Repeat(const std::string& text, int count) {
  std::string repeated;
  for (int i = 0; i < count; ++i) repeated += text;
  return repeated;
}

TEST_F(QueryEngineTest, DeepAndLongQueriesAreAnsweredOrRefused) {
  WriteRows(1);
  for (const int depth : {50, 250, 350, 5000, 100'000}) {
    Ask("SELECT " + Repeat("(", depth) + "1" + Repeat(")", depth));
    Ask("SELECT " + Repeat("- ", depth) + "1");
    Ask("SELECT " + Repeat("NOT ", depth) + "true");
    Ask("SELECT " + Repeat("abs(", depth) + "1" + Repeat(")", depth));
    Ask("SELECT 1" + Repeat("+1", depth));
    Ask("SELECT CASE WHEN true THEN " + Repeat("CASE WHEN v=1 THEN ", depth) + "1" +
        Repeat(" END", depth) + " END FROM t");
    Ask("SELECT v FROM t WHERE v IN (1" + Repeat(",1", depth) + ")");
    Ask("SELECT " + Repeat("[", depth) + "1" + Repeat("]", depth));
    Ask("SELECT nosuch" + Repeat("x", depth) + "('a')");
    Ask("SELECT v::" + Repeat("x", depth) + " FROM t");
    Ask("SELECT v FROM t WHERE v = '" + Repeat("x", depth) + "'");
    Ask(Repeat("SELECT * FROM (", depth) + "SELECT 1 AS a" + Repeat(") AS x", depth));
    Ask("SELECT (" + Repeat("SELECT (", depth) + "SELECT 1" + Repeat(")", depth) + ")");
  }
  EXPECT_EQ(Row("SELECT count(*) FROM t"), "1");
  EXPECT_EQ(Row("SELECT 1" + Repeat("+1", 100)), "101");
}

TEST_F(QueryEngineTest, PlansThatTakeTooLongToOptimiseAreRefused) {
  WriteRows(1);
  const auto nested = [](int depth) {
    return "SELECT (" + Repeat("SELECT (", depth) + "SELECT 1" + Repeat(")", depth) + ")";
  };
  const auto chained = [](int depth) {
    std::string sql = "WITH c0 AS (SELECT count(*) AS a FROM t)";
    for (int i = 1; i < depth; ++i) {
      sql += fmt::format(", c{} AS (SELECT max(a) AS a FROM c{})", i, i - 1);
    }
    return sql + fmt::format(" SELECT a FROM c{}", depth - 1);
  };
  const auto united = [](int count) {
    return "SELECT 1" + Repeat(" UNION ALL SELECT 1", count - 1);
  };
  const auto joined = [](int terms) {
    return "SELECT v FROM t WHERE v = 0" + Repeat(" OR v = 2", terms - 1);
  };
  EXPECT_EQ(Row(nested(15)), "1");
  EXPECT_THAT(Error(nested(17)), HasSubstr("nested aggregates"));
  EXPECT_EQ(Row(chained(16)), "1");
  EXPECT_THAT(Error(chained(17)), HasSubstr("nested aggregates"));
  EXPECT_THAT(Rows(united(300)), SizeIs(300));
  EXPECT_THAT(Error(united(2001)), HasSubstr("the query has more than 2000 queries combined"));
  EXPECT_EQ(Row(joined(2000)), "0");
  EXPECT_THAT(Error(joined(10'001)), HasSubstr("the query has more than 10000 conditions"));
}

TEST_F(QueryEngineTest, TextBeyondTheLimitIsRefused) {
  Write("t v=1i 1");
  const std::string comment(4 << 20, ' ');
  EXPECT_EQ(Ask("SELECT 1" + comment).status.code(), StatusCode::kInvalidArgument);
}

TEST_F(QueryEngineTest, QueriesOfManyThreadsDoNotDisturbEachOther) {
  WriteRows(20'000);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 20; ++i) {
        const std::string host = fmt::format("h{}", (thread + i) % 10);
        const Answer answer =
            Ask(fmt::format("SELECT h, count(*) FROM t WHERE h = '{}' GROUP BY h", host));
        EXPECT_EQ(answer.rows, Texts{host + "|2000"}) << answer.status.ToString();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace influxdb3::query
