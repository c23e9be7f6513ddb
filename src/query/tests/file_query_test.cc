// Queries over Parquet files, alone and together with the buffer.
#include "query/testing/files_fixture.h"

namespace influxdb3::query {
namespace {

using testing::Answer;
using testing::FileRow;
using testing::FilesTest;

using Texts = std::vector<std::string>;

class FileQueryTest : public FilesTest {
 protected:
  FileQueryTest() { Declare("cpu,host=a,region=r f=1,i=1i,u=1u,s=\"x\",b=true 1\n"); }
};

TEST_F(FileQueryTest, ReadsEveryTypeFromAFile) {
  WriteFile("cpu",
            {{{{"host", "a"},
               {"region", "r"},
               {"f", "1.5"},
               {"i", "-2"},
               {"u", "18446744073709551615"},
               {"s", "long enough to need memory"},
               {"b", "true"}},
              1000},
             {{{"host", "b"}}, 1001}},
            {});
  const Answer answer = Ask("SELECT * FROM cpu ORDER BY time");
  EXPECT_EQ(answer.names, (Texts{"b", "f", "host", "i", "region", "s", "time", "u"}));
  EXPECT_EQ(answer.types, (Texts{"bool", "double", "string", "int64", "string", "string",
                                 "timestamp[ns]", "uint64"}));
  EXPECT_EQ(answer.rows,
            (Texts{"true|1.5|a|-2|r|long enough to need memory|1970-01-01 00:00:00.000001000|"
                   "18446744073709551615",
                   "NULL|NULL|b|NULL|NULL|NULL|1970-01-01 00:00:00.000001001|NULL"}));
  EXPECT_EQ(Row("SELECT count(*) FROM cpu"), "2");
  EXPECT_EQ(Row("SELECT count(f), count(*) FROM cpu WHERE u > 5"), "1|1");
}

TEST_F(FileQueryTest, FiltersOnTagsTimeAndFieldsOverSeveralFiles) {
  WriteFile("cpu", {{{{"host", "a"}, {"f", "1"}}, 10}, {{{"host", "b"}, {"f", "2"}}, 10}}, {});
  WriteFile("cpu", {{{{"host", "a"}, {"f", "3"}}, 20}, {{{"host", "b"}, {"f", "4"}}, 20}}, {});
  WriteFile("cpu", {{{{"host", "a"}, {"f", "5"}}, 30}}, {});
  EXPECT_EQ(Rows("SELECT f FROM cpu WHERE host = 'a' ORDER BY time"), (Texts{"1", "3", "5"}));
  EXPECT_EQ(Rows("SELECT f FROM cpu WHERE host = 'b' AND f > 2"), (Texts{"4"}));
  EXPECT_EQ(Rows("SELECT host, f FROM cpu WHERE time >= '1970-01-01T00:00:00.000000011Z' AND "
                 "time < '1970-01-01T00:00:00.000000030Z' ORDER BY f"),
            (Texts{"a|3", "b|4"}));
  EXPECT_EQ(Rows("SELECT host, sum(f) FROM cpu GROUP BY host ORDER BY host"),
            (Texts{"a|9", "b|6"}));
  EXPECT_EQ(Row("SELECT count(*) FROM cpu WHERE region IS NULL"), "5");
}

TEST_F(FileQueryTest, TheLogCountsTheFilesOfEachQuery) {
  WriteFile("cpu", {{{{"host", "a"}, {"f", "1"}}, 10}}, {});
  WriteFile("cpu", {{{{"host", "a"}, {"f", "3"}}, 20}}, {});
  Ask("SELECT f FROM cpu");
  Ask("SELECT a.f FROM cpu a JOIN cpu b ON a.host = b.host");
  Ask("SELECT f FROM cpu WHERE time = '1970-01-01T00:00:00.000000020Z'");
  Ask("SELECT f FROM cpu WHERE time > '2000-01-01'");
  EXPECT_EQ(Rows("SELECT parquet_files FROM system.queries WHERE query_text LIKE '%f FROM cpu%' "
                 "AND NOT running ORDER BY id"),
            (Texts{"2", "2", "1", "0"}));
}

TEST_F(FileQueryTest, JoinsBufferAndFiles) {
  WriteFile("cpu", {{{{"host", "a"}, {"f", "1"}}, 10}}, {});
  Write("cpu,host=a f=2 1000000000000000000\n");
  EXPECT_EQ(Rows("SELECT f FROM cpu ORDER BY time"), (Texts{"1", "2"}));
  EXPECT_EQ(Row("SELECT count(*) FROM cpu"), "2");
  EXPECT_EQ(Rows("SELECT f FROM cpu WHERE time > '2000-01-01'"), (Texts{"2"}));
  EXPECT_EQ(Rows("SELECT a.f, b.f FROM cpu a JOIN cpu b ON a.host = b.host ORDER BY 1, 2"),
            (Texts{"1|1", "1|2", "2|1", "2|2"}));
}

TEST_F(FileQueryTest, OfRowsOfTheSameKeyTheLastNonNullValueOfEachFieldCounts) {
  WriteFile("cpu",
            {{{{"host", "a"}, {"f", "1"}, {"i", "1"}, {"s", "one"}}, 10},
             {{{"host", "b"}, {"f", "7"}}, 10},
             {{{"host", "a"}, {"f", "8"}}, 90}},
            {.order = 1});
  WriteFile("cpu", {{{{"host", "a"}, {"f", "2"}, {"b", "false"}}, 10}, {{{"f", "9"}}, 11}},
            {.order = 2});
  Write("cpu,host=a i=3i 10\n");
  EXPECT_EQ(Rows("SELECT host, time, f, i, s, b FROM cpu ORDER BY time, host"),
            (Texts{"a|1970-01-01 00:00:00.000000010|2|3|one|false",
                   "b|1970-01-01 00:00:00.000000010|7|NULL|NULL|NULL",
                   "NULL|1970-01-01 00:00:00.000000011|9|NULL|NULL|NULL",
                   "a|1970-01-01 00:00:00.000000090|8|NULL|NULL|NULL"}));
  EXPECT_EQ(Row("SELECT count(*), count(f), sum(f) FROM cpu"), "4|4|26");
  // A filter on a field sees the merged row, one on the key is applied before.
  EXPECT_EQ(Rows("SELECT host FROM cpu WHERE f = 1"), Texts());
  EXPECT_EQ(Rows("SELECT i, s FROM cpu WHERE host = 'a' AND f = 2"), (Texts{"3|one"}));
}

// While a snapshot runs, or after one that failed, rows of one span of time lie in frozen chunks
// and in the one that takes new rows.
TEST_F(FileQueryTest, RowsOfFrozenChunksAndLaterOnesOfTheSameKeyAreOne) {
  Write("cpu,host=a f=1,s=\"old\" 10\ncpu,host=b f=5 30\n");
  buffer_.Freeze(std::nullopt);
  Write("cpu,host=a f=2 10\ncpu,host=c f=3 20\n");
  const std::string all = "SELECT host, f, s, i FROM cpu ORDER BY time";
  EXPECT_EQ(Rows(all), (Texts{"a|2|old|NULL", "c|3|NULL|NULL", "b|5|NULL|NULL"}));
  EXPECT_EQ(Row("SELECT count(*), sum(f) FROM cpu"), "3|10");
  EXPECT_EQ(Rows("SELECT f FROM cpu WHERE host = 'a'"), (Texts{"2"}));
  EXPECT_EQ(Rows("SELECT f FROM cpu WHERE f = 1"), Texts());
  EXPECT_EQ(Rows("SELECT host FROM cpu ORDER BY time DESC LIMIT 2"), (Texts{"b", "c"}));
  buffer_.Freeze(std::nullopt);
  Write("cpu,host=a i=7i 10\ncpu,host=a f=8 25\n");
  EXPECT_EQ(Rows(all), (Texts{"a|2|old|7", "c|3|NULL|NULL", "a|8|NULL|NULL", "b|5|NULL|NULL"}));
  EXPECT_EQ(Rows("SELECT host, f FROM (SELECT *, row_number() OVER (PARTITION BY host ORDER BY "
                 "time DESC) AS n FROM cpu) WHERE n = 1 ORDER BY host"),
            (Texts{"a|8", "b|5", "c|3"}));
  WriteFile("cpu",
            {{{{"host", "a"}, {"f", "9"}, {"s", "file"}, {"u", "4"}}, 10},
             {{{"host", "d"}, {"f", "6"}}, 40}},
            {});
  EXPECT_EQ(Rows("SELECT host, f, s, i, u FROM cpu ORDER BY time"),
            (Texts{"a|2|old|7|4", "c|3|NULL|NULL|NULL", "a|8|NULL|NULL|NULL", "b|5|NULL|NULL|NULL",
                   "d|6|NULL|NULL|NULL"}));
}

TEST_F(FileQueryTest, OfChunksOfOneSpanTheOneOfEarlierRowsMayComeLast) {
  Write("cpu,host=a f=3 30\ncpu,host=a f=4 40\n");
  buffer_.Freeze(std::nullopt);
  Write("cpu,host=a f=1 10\ncpu,host=a f=2 20\n");
  EXPECT_EQ(Rows("SELECT f FROM cpu ORDER BY time LIMIT 2"), (Texts{"1", "2"}));
  EXPECT_EQ(Rows("SELECT f FROM cpu ORDER BY time DESC LIMIT 2"), (Texts{"4", "3"}));
}

TEST_F(FileQueryTest, ADeletionByATagThatAFileLacksDeletesNothingInIt) {
  WriteFile("cpu", {{{{"host", "a"}, {"f", "1"}}, 10}}, {.order = 1, .max_wal_seq = 5});
  files_->AddTombstone(std::make_shared<const persist::Tombstone>(
      persist::Tombstone{SchemaOf("cpu")->table_id(), 6, {0, 20}, {{util::ColumnId(99), "x"}}}));
  EXPECT_EQ(Rows("SELECT f FROM cpu"), (Texts{"1"}));
}

TEST_F(FileQueryTest, ColumnsThatAFileDoesNotHaveAreNull) {
  WriteFile("cpu", {{{{"host", "a"}, {"f", "1"}}, 10}}, {.column_count = 3});
  Declare("cpu,host=a,region=r more=1i,B=\"x\" 1\n");
  WriteFile("cpu", {{{{"host", "a"}, {"more", "5"}, {"B", "y"}}, 20}}, {});
  EXPECT_EQ(Rows("SELECT host, \"B\", f, more, s, b FROM cpu ORDER BY time"),
            (Texts{"a|NULL|1|NULL|NULL|NULL", "a|y|NULL|5|NULL|NULL"}));
  EXPECT_EQ(Rows("SELECT time FROM cpu WHERE more = 5"), (Texts{"1970-01-01 00:00:00.000000020"}));
  EXPECT_EQ(Row("SELECT count(*) FROM cpu WHERE \"B\" IS NULL"), "1");
  EXPECT_EQ(Row("SELECT count(*) FROM cpu WHERE more IS NULL"), "1");
}

TEST_F(FileQueryTest, NamesThatDifferByCaseAreDifferentColumnsOfAFile) {
  Declare("t,Tag=1,tag=2 val=1,Val=2i,VAL=\"x\" 1\n");
  WriteFile(
      "t", {{{{"Tag", "A"}, {"tag", "b"}, {"val", "1.5"}, {"Val", "2"}, {"VAL", "three"}}, 1}}, {});
  EXPECT_EQ(Row("SELECT \"Tag\", \"tag\", \"val\", \"Val\", \"VAL\" FROM t"), "A|b|1.5|2|three");
  EXPECT_EQ(Row("SELECT count(*) FROM t WHERE \"tag\" = 'b' AND \"Val\" = 2"), "1");
}

TEST_F(FileQueryTest, DeletedRowsAreHiddenInOlderFilesOnly) {
  const std::vector<FileRow> rows = {{{{"host", "a"}, {"f", "1"}}, 10},
                                     {{{"host", "b"}, {"f", "2"}}, 10},
                                     {{{"f", "3"}}, 10},
                                     {{{"host", "a"}, {"f", "4"}}, 50}};
  WriteFile("cpu", rows, {.order = 1, .max_wal_seq = 5});
  Delete("cpu", 6, {0, 20}, {{"host", "a"}});
  EXPECT_EQ(Rows("SELECT f FROM cpu ORDER BY f"), (Texts{"2", "3", "4"}));
  Delete("cpu", 7, {0, 20}, {{"host", ""}});
  EXPECT_EQ(Rows("SELECT f FROM cpu ORDER BY f"), (Texts{"2", "4"}));
  // A later file has rows of the same keys again.
  WriteFile("cpu", {{{{"host", "a"}, {"i", "9"}}, 10}}, {.order = 2, .max_wal_seq = 8});
  EXPECT_EQ(Rows("SELECT host, f, i FROM cpu ORDER BY time, host"),
            (Texts{"a|NULL|9", "b|2|NULL", "a|4|NULL"}));
  Delete("cpu", 9, model::TimeRange::All(), {});
  EXPECT_EQ(Rows("SELECT f FROM cpu"), Texts());
}

TEST_F(FileQueryTest, RetentionHidesOldRowsOfFiles) {
  constexpr int64_t kHour = 3'600'000'000'000;
  WriteFile("cpu",
            {{{{"host", "a"}, {"f", "1"}}, kNowNs - 3 * kHour},
             {{{"host", "a"}, {"f", "2"}}, kNowNs - kHour}},
            {});
  Apply({model::SetRetentionOp{catalog_.state()->FindDatabase("d")->id, 2 * kHour}});
  EXPECT_EQ(Rows("SELECT f FROM cpu"), (Texts{"2"}));
  EXPECT_EQ(Row("SELECT count(*) FROM cpu"), "1");
  // The table's own retention counts when it is shorter.
  const auto schema = SchemaOf("cpu");
  Apply({model::SetTableRetentionOp{schema->db_id(), schema->table_id(), kHour / 2}});
  EXPECT_EQ(Row("SELECT count(*) FROM cpu"), "0");
}

TEST_F(FileQueryTest, NewestRowsOfEachSeriesComeFromBufferAndFiles) {
  WriteFile("cpu",
            {{{{"host", "a"}, {"f", "1"}}, 10},
             {{{"host", "b"}, {"f", "2"}}, 20},
             {{{"host", "c"}, {"f", "3"}}, 30}},
            {.order = 1});
  WriteFile("cpu", {{{{"host", "b"}, {"f", "4"}}, 40}}, {.order = 2});
  Write("cpu,host=a f=5 50\ncpu,host=b f=6 35\n");
  EXPECT_EQ(Rows("SELECT host, f FROM (SELECT host, f, row_number() OVER (PARTITION BY host "
                 "ORDER BY time DESC) AS rn FROM cpu) WHERE rn = 1 ORDER BY host"),
            (Texts{"a|5", "b|4", "c|3"}));
  EXPECT_EQ(Rows("SELECT host, f FROM cpu ORDER BY time DESC LIMIT 2"), (Texts{"a|5", "b|4"}));
  EXPECT_EQ(Rows("SELECT host, f FROM cpu ORDER BY time LIMIT 2"), (Texts{"a|1", "b|2"}));
}

TEST_F(FileQueryTest, FilesWhoseSeriesAllHaveNewerRowsAreNotReadForTheNewest) {
  const std::string latest =
      "SELECT host, f FROM (SELECT host, f, row_number() OVER (PARTITION BY host ORDER BY time "
      "DESC) AS rn FROM cpu) WHERE rn = 1 ORDER BY host";
  for (int64_t i = 0; i < 5; ++i) {
    WriteFile("cpu",
              {{{{"host", "a"}, {"f", std::to_string(i)}}, i * 100},
               {{{"host", "b"}, {"f", std::to_string(i + 10)}}, i * 100 + 50}},
              {.order = 1, .max_wal_seq = 1});
  }
  EXPECT_EQ(Rows(latest), (Texts{"a|4", "b|14"}));
  EXPECT_EQ(engine_->parquet_cache_stats().pieces, 1U);
  // Another series: the newest file of each set counts.
  WriteFile("cpu", {{{{"host", "c"}, {"f", "20"}}, 1000}}, {.max_wal_seq = 1});
  EXPECT_EQ(Rows(latest), (Texts{"a|4", "b|14", "c|20"}));
  EXPECT_EQ(engine_->parquet_cache_stats().pieces, 2U);
  // Where rows were deleted, older ones count again.
  Delete("cpu", 2, {400, 420}, {{"host", "a"}});
  EXPECT_EQ(Rows(latest), (Texts{"a|3", "b|14", "c|20"}));
  EXPECT_EQ(engine_->parquet_cache_stats().pieces, 3U);
}

TEST_F(FileQueryTest, TheFirstRowsInOrderOfTimeComeFromTheFirstFiles) {
  for (int64_t i = 0; i < 10; ++i) {
    WriteFile("cpu",
              {{{{"host", "a"}, {"f", std::to_string(i)}}, i * 100},
               {{{"host", "b"}, {"f", std::to_string(i)}}, i * 100 + 1}},
              {});
  }
  EXPECT_EQ(Rows("SELECT host, f FROM cpu ORDER BY time DESC LIMIT 3"),
            (Texts{"b|9", "a|9", "b|8"}));
  EXPECT_EQ(engine_->parquet_cache_stats().pieces, 2U);
  EXPECT_EQ(Rows("SELECT host, f FROM cpu ORDER BY time LIMIT 1 OFFSET 1"), (Texts{"b|0"}));
  EXPECT_EQ(engine_->parquet_cache_stats().pieces, 3U);
  // A bound in the middle of a file, and a filter that may drop rows of the first files.
  EXPECT_EQ(Rows("SELECT host, f FROM cpu WHERE time <= '1970-01-01T00:00:00.000000500Z' ORDER BY "
                 "time DESC LIMIT 2"),
            (Texts{"a|5", "b|4"}));
  EXPECT_EQ(engine_->parquet_cache_stats().pieces, 5U);
  EXPECT_EQ(Rows("SELECT host, f FROM cpu WHERE f < 4 ORDER BY time DESC LIMIT 1"), (Texts{"b|3"}));
  // Buffered rows are among the newest, too.
  Write("cpu,host=c f=1 100000\n");
  EXPECT_EQ(Rows("SELECT host, f FROM cpu ORDER BY time DESC LIMIT 2"), (Texts{"c|1", "b|9"}));
  Delete("cpu", 5, {900, 901}, {});
  EXPECT_EQ(Rows("SELECT host, f FROM cpu ORDER BY time DESC LIMIT 2"), (Texts{"c|1", "b|8"}));
}

TEST_F(FileQueryTest, TagsThatTheTableGotLaterAreReadAlsoWhereCaseTellsNamesApart) {
  Declare("t,Tag=1 val=1,Val=2i 1\n");
  WriteFile("t", {{{{"Tag", "A"}, {"val", "1.5"}, {"Val", "2"}}, 1}}, {});
  const auto schema = SchemaOf("t");
  Apply(
      {model::AddColumnsOp{schema->db_id(),
                           schema->table_id(),
                           {{"tag", model::ColumnType::kTag}, {"VAL", model::ColumnType::kBool}}}});
  WriteFile("t", {{{{"tag", "b"}, {"Val", "3"}, {"VAL", "true"}}, 2}}, {});
  EXPECT_EQ(Rows("SELECT \"Tag\", \"tag\", \"val\", \"Val\", \"VAL\" FROM t ORDER BY time"),
            (Texts{"A|NULL|1.5|2|NULL", "NULL|b|NULL|3|true"}));
}

TEST_F(FileQueryTest, FilesOutsideTheTimeAskedForAreNotOpened) {
  for (int64_t i = 0; i < 20; ++i) {
    WriteFile("cpu", {{{{"host", "a"}, {"f", std::to_string(i)}}, i * 100}}, {});
  }
  EXPECT_EQ(Rows("SELECT f FROM cpu WHERE time BETWEEN '1970-01-01T00:00:00.000000250Z' AND "
                 "'1970-01-01T00:00:00.000000450Z' ORDER BY f"),
            (Texts{"3", "4"}));
  EXPECT_EQ(engine_->parquet_cache_stats().pieces, 2U);
  EXPECT_EQ(Rows("SELECT f FROM cpu WHERE time = '1970-01-01T00:00:00.000000700Z'"), (Texts{"7"}));
  EXPECT_EQ(engine_->parquet_cache_stats().pieces, 3U);
  EXPECT_EQ(Row("SELECT count(*) FROM cpu"), "20");
}

TEST_F(FileQueryTest, AQueryOverMoreFilesThanTheLimitFails) {
  QueryOptions options;
  options.file_limit = 2;
  OpenOverFiles(options);
  for (int64_t i = 0; i < 3; ++i) WriteFile("cpu", {{{{"f", "1"}}, i * 100}}, {});
  EXPECT_EQ(Row("SELECT count(*) FROM cpu WHERE time < '1970-01-01T00:00:00.000000200Z'"), "2");
  EXPECT_EQ(
      Error("SELECT count(*) FROM cpu"),
      "internal error: error while planning query: External error: Query would scan 2 Parquet "
      "files, exceeding the file limit. InfluxDB 3 Core caps file access to prevent "
      "performance degradation and memory issues. Use a narrower time range, or increase the "
      "limit with --query-file-limit (this may cause slower queries or instability).");
}

TEST_F(FileQueryTest, AMissingFileFailsTheQueryAndNotTheEngine) {
  WriteFile("cpu", {{{{"f", "1"}}, 10}}, {});
  WriteFile("cpu", {{{{"f", "2"}}, 20}}, {});
  ASSERT_TRUE(store_->Delete(files_->AllFiles()[1]->path).ok());
  EXPECT_EQ(Error("SELECT f FROM cpu").rfind("i/o error", 0), 0U);
  EXPECT_EQ(Rows("SELECT f FROM cpu WHERE time < '1970-01-01T00:00:00.000000020Z'"), (Texts{"1"}));
}

TEST_F(FileQueryTest, SystemTableListsTheFilesOfTheDatabase) {
  EXPECT_EQ(Rows("SELECT * FROM system.parquet_files"), Texts());
  Declare("mem,host=a f=1 1\n");
  WriteFile("cpu", {{{{"f", "1"}}, 10}, {{{"f", "1"}}, 30}}, {});
  WriteFile("mem", {{{{"f", "1"}}, -5}}, {});
  const Answer answer = Ask("SELECT * FROM system.parquet_files ORDER BY table_name");
  EXPECT_EQ(answer.names,
            (Texts{"table_name", "path", "size_bytes", "row_count", "min_time", "max_time"}));
  EXPECT_EQ(answer.types, (Texts{"string", "string", "uint64", "uint64", "int64", "int64"}));
  ASSERT_EQ(answer.rows.size(), 2U);
  const auto files = files_->AllFiles();
  const auto line = [](const std::string& table, const persist::ParquetFile& file,
                       const std::string& rest) {
    return table + "|" + file.path + "|" + std::to_string(file.size_bytes) + "|" + rest;
  };
  EXPECT_EQ(answer.rows[0], line("cpu", *files[0], "2|10|30"));
  EXPECT_EQ(answer.rows[1], line("mem", *files[1], "1|-5|-5"));
  EXPECT_EQ(Row("SELECT count(*) FROM system.parquet_files WHERE table_name = 'cpu'"), "1");
}

TEST_F(FileQueryTest, UsersCannotNameFilesOrScans) {
  WriteFile("cpu", {{{{"f", "1"}}, 10}}, {});
  EXPECT_NE(Error("SELECT * FROM influxdb3_file_scan('0')"), "");
  EXPECT_NE(Error("SELECT * FROM read_parquet('iox://files/" + files_->AllFiles()[0]->path + "')"),
            "");
}

}  // namespace
}  // namespace influxdb3::query
