#include "ingest/batch_builder.h"

#include <fstream>
#include <iterator>
#include <sstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/testing/batch_rows.h"
#include "util/limits.h"

namespace influxdb3::ingest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::ReadRows;
using testing::Row;
using testing::Rows;
using ::testing::SizeIs;

constexpr int64_t kNow = 1'700'000'000'123'456'789;

/// A catalog that batches are built against and, when told, applied to.
class BatchBuilderTest : public ::testing::Test {
 protected:
  BatchBuilderTest() : catalog_({100, 100, 100, 50}) {
    request_.database = "db";
    request_.precision = Precision::kNanosecond;
    request_.received_at_ns = kNow;
  }

  BuiltBatch Build(std::string_view body) {
    request_.body = std::make_shared<const std::string>(body);
    before_ = catalog_.state();
    return BuildBatch(request_, *before_, limits_);
  }
  Rows RowsOf(std::string_view body) {
    const BuiltBatch built = Build(body);
    return ReadRows(built, *before_);
  }
  /// Builds, checks and makes the catalog know what came with it.
  BuiltBatch Write(std::string_view body) {
    BuiltBatch built = Build(body);
    ReadRows(built, *before_);
    EXPECT_TRUE(catalog_.ApplyLogged(built.ops).ok());
    return built;
  }
  /// The only line error's text.
  std::string ErrorOf(std::string_view body) {
    const BuiltBatch built = Build(body);
    ReadRows(built, *before_);
    if (!built.status.ok()) return "status: " + built.status.message();
    if (built.line_errors.size() != 1) return fmt::format("{} errors", built.line_errors.size());
    return built.line_errors[0].error_message;
  }
  std::shared_ptr<const model::TableSchema> Table(std::string_view name) const {
    return catalog_.state()->FindDatabase("db")->FindTable(name);
  }

  catalog::Catalog catalog_;
  catalog::CatalogLimits limits_{100, 100, 100, 50};
  std::shared_ptr<const catalog::CatalogState> before_;
  BatchRequest request_;
};

Row MakeRow(std::map<std::string, std::string> tags, std::map<std::string, std::string> fields,
            int64_t time_ns) {
  return Row{std::move(tags), std::move(fields), time_ns};
}

TEST_F(BatchBuilderTest, FirstLineMakesDatabaseTableAndColumns) {
  const BuiltBatch built = Build("cpu,host=a,dc=x usage=0.5,n=1i,u=2u,s=\"t\",ok=t 5");
  ASSERT_TRUE(built.status.ok());
  EXPECT_EQ(built.lines_accepted, 1U);
  ASSERT_THAT(built.ops, SizeIs(2));
  const auto& database = std::get<model::CreateDatabaseOp>(built.ops[0]);
  EXPECT_EQ(database.name, "db");
  EXPECT_EQ(database.created_at_ns, kNow);
  EXPECT_EQ(database.retention_ns, std::nullopt);
  const auto& table = std::get<model::CreateTableOp>(built.ops[1]);
  EXPECT_EQ(table.db_id, database.db_id);
  EXPECT_EQ(table.name, "cpu");
  EXPECT_THAT(table.columns, ElementsAre(model::ColumnDef{"host", model::ColumnType::kTag},
                                         model::ColumnDef{"dc", model::ColumnType::kTag},
                                         model::ColumnDef{"usage", model::ColumnType::kFloat64},
                                         model::ColumnDef{"n", model::ColumnType::kInt64},
                                         model::ColumnDef{"u", model::ColumnType::kUInt64},
                                         model::ColumnDef{"s", model::ColumnType::kString},
                                         model::ColumnDef{"ok", model::ColumnType::kBool}));
  EXPECT_EQ(
      ReadRows(built, *before_),
      (Rows{{"cpu",
             {MakeRow(
                 {{"host", "a"}, {"dc", "x"}},
                 {{"usage", "f:0x1p-1"}, {"n", "i:1"}, {"u", "u:2"}, {"s", "s:t"}, {"ok", "b:1"}},
                 5)}}}));
}

TEST_F(BatchBuilderTest, KnownTablesNeedNoOperations) {
  Write("cpu,host=a v=1 1");
  const BuiltBatch built = Build("cpu,host=b v=2 2\ncpu v=3 3\n");
  EXPECT_THAT(built.ops, IsEmpty());
  const Rows rows = ReadRows(built, *before_);
  EXPECT_THAT(rows.at("cpu"), ElementsAre(MakeRow({{"host", "b"}}, {{"v", "f:0x1p+1"}}, 2),
                                          MakeRow({}, {{"v", "f:0x1.8p+1"}}, 3)));
}

TEST_F(BatchBuilderTest, NewFieldsAreAddedBehindThePresentColumns) {
  Write("cpu,host=a v=1 1");
  const BuiltBatch built = Write("cpu,host=a v=1,w=2i 2\nmem f=1 1\ncpu,host=a x=t 3\n");
  ASSERT_THAT(built.ops, SizeIs(2));
  const auto& added = std::get<model::AddColumnsOp>(built.ops[0]);
  EXPECT_THAT(added.columns, ElementsAre(model::ColumnDef{"w", model::ColumnType::kInt64},
                                         model::ColumnDef{"x", model::ColumnType::kBool}));
  EXPECT_EQ(Table("cpu")->FindColumn("x")->value, 3U);
}

TEST_F(BatchBuilderTest, SameSeriesWrittenDifferentlyIsOneSeries) {
  const BuiltBatch built = Build(
      "m,a=1,b=2 f=1 1\nm,b=2,a=1 f=2 2\nm,a=1,b=2 f=3 3\nm,a=\\2,b=2 f=3 3\n"
      "m,a=1\\,,b=2 f=4 4\nm,b=2,a=1\\, f=5 5\nm,a=1 f=6 6\n");
  const Rows rows = ReadRows(built, *before_);
  EXPECT_THAT(rows.at("m"), SizeIs(7));
  EXPECT_EQ(built.batch.tables[0].series_count, 4U);
  EXPECT_EQ(rows.at("m")[5].tags, (std::map<std::string, std::string>{{"a", "1,"}, {"b", "2"}}));
}

TEST_F(BatchBuilderTest, SparseFieldsAreNull) {
  std::string body;
  for (int i = 0; i < 200; ++i)
    body += fmt::format("m a={}{} {}\n", i, i % 70 == 5 ? ",b=1i" : "", i);
  const Rows rows = RowsOf(body);
  ASSERT_THAT(rows.at("m"), SizeIs(200));
  EXPECT_THAT(rows.at("m")[75].fields, SizeIs(2));
  EXPECT_THAT(rows.at("m")[76].fields, SizeIs(1));
}

TEST_F(BatchBuilderTest, EscapesAndQuotedNewlines) {
  const Rows rows = RowsOf(R"(my\ table,ta\,g=v\=1 fi\ eld="a\"b\\c",g=1 1
my\ table,ta\,g=v\=1 fi\ eld="line one
line two",g=2 2
my\ table,ta\,g=v\=1 fi\ eld="\n",g=3 3)");
  EXPECT_THAT(
      rows.at("my table"),
      ElementsAre(
          MakeRow({{"ta,g", "v=1"}}, {{"fi eld", "s:a\"b\\c"}, {"g", "f:0x1p+0"}}, 1),
          MakeRow({{"ta,g", "v=1"}}, {{"fi eld", "s:line one\nline two"}, {"g", "f:0x1p+1"}}, 2),
          MakeRow({{"ta,g", "v=1"}}, {{"fi eld", "s:\\n"}, {"g", "f:0x1.8p+1"}}, 3)));
}

TEST_F(BatchBuilderTest, BlankLinesCommentsAndCarriageReturns) {
  const BuiltBatch built = Build("\r\n# c\r\n\nm f=1 1\r\n  \t\n  m f=2 2 \r\nbad\r\nm f=3\r");
  EXPECT_EQ(built.lines_accepted, 3U);
  ASSERT_THAT(built.line_errors, SizeIs(1));
  EXPECT_EQ(built.line_errors[0].line_number, 3U);
  EXPECT_EQ(built.line_errors[0].original_line, "bad");
}

TEST_F(BatchBuilderTest, BadLinesDoNotHarmTheirNeighbours) {
  const BuiltBatch built = Build(
      "home,room=Sunroom temp=96 1\nhome,room=Sunroom temp=hi\nhome,room=Sunroom temp=97 2\n");
  ASSERT_TRUE(built.status.ok());
  EXPECT_EQ(built.lines_accepted, 2U);
  EXPECT_EQ(built.lines_rejected, 1U);
  ASSERT_THAT(built.line_errors, SizeIs(1));
  EXPECT_EQ(built.line_errors[0].line_number, 2U);
  EXPECT_EQ(built.line_errors[0].original_line, "home,room=Sunroom temp=hi");
  EXPECT_EQ(built.line_errors[0].error_message, "No fields were provided");
  EXPECT_FALSE(built.limit_exceeded);
}

TEST_F(BatchBuilderTest, BadLinesLeaveNoTrace) {
  // Each bad line would make a table, a column, a series or a value if it were not bad.
  const BuiltBatch built = Build(
      "m,t=a f=1,g=1i 1\n"
      "n,t=a f=1 x\n"
      "m,t=a f=2,h=1,g=2 2\n"
      "m,t=new f=2,g=bad 2\n"
      "m,t=new f=2 99999999999999999999\n"
      "m,t=a,u=b f=1 3\n"
      "m,t=a f=4 4\n");
  EXPECT_EQ(built.lines_rejected, 5U);
  ASSERT_THAT(built.ops, SizeIs(2));
  EXPECT_THAT(std::get<model::CreateTableOp>(built.ops[1]).columns, SizeIs(3));
  ASSERT_THAT(built.batch.tables, SizeIs(1));
  EXPECT_EQ(built.batch.tables[0].series_count, 1U);
  EXPECT_THAT(ReadRows(built, *before_).at("m"),
              ElementsAre(MakeRow({{"t", "a"}}, {{"f", "f:0x1p+0"}, {"g", "i:1"}}, 1),
                          MakeRow({{"t", "a"}}, {{"f", "f:0x1p+2"}}, 4)));
}

TEST_F(BatchBuilderTest, OnlyBadLinesStoreNothing) {
  const BuiltBatch built = Build("m f=x\nn\n");
  EXPECT_TRUE(built.status.ok());
  EXPECT_TRUE(built.batch.empty());
  EXPECT_THAT(built.ops, IsEmpty());
  EXPECT_THAT(built.line_errors, SizeIs(2));
}

TEST_F(BatchBuilderTest, WithoutPartialWritesTheFirstBadLineRefusesAll) {
  request_.accept_partial = false;
  const BuiltBatch built = Build("m f=1 1\nm f=hi 1\nm f=x 1\n");
  EXPECT_EQ(built.status.code(), util::StatusCode::kInvalidArgument);
  EXPECT_TRUE(built.batch.empty());
  EXPECT_THAT(built.ops, IsEmpty());
  ASSERT_THAT(built.line_errors, SizeIs(1));
  EXPECT_EQ(built.line_errors[0].line_number, 2U);
  EXPECT_EQ(built.lines_accepted, 0U);
  EXPECT_TRUE(Build("m f=1 1\nm f=2 2").status.ok());
}

TEST_F(BatchBuilderTest, EmptyWritesAreRefused) {
  for (const char* body : {"", "\n\n", "  \r\n# only a comment\n"}) {
    const BuiltBatch built = Build(body);
    EXPECT_EQ(built.status.code(), util::StatusCode::kInvalidArgument);
    EXPECT_EQ(built.status.message(), "incoming write was empty") << body;
  }
}

TEST_F(BatchBuilderTest, BodiesMustBeUtf8) {
  const BuiltBatch built = Build("m f=1 1\nm,t=\xFF f=1 1");
  EXPECT_EQ(built.status.code(), util::StatusCode::kInvalidArgument);
  EXPECT_EQ(built.status.message(),
            "body content is not valid utf8: invalid utf-8 sequence of 1 bytes from index 12");
  EXPECT_TRUE(Build("m,t=ü f=\"日本\" 1").status.ok());
}

struct SchemaFault {
  std::string_view line;
  std::string_view message;
};

TEST_F(BatchBuilderTest, LinesMustFitTheSchema) {
  Write("cpu,host=a usage=1.5,n=1i,u=1u,s=\"x\",ok=t 1");
  const SchemaFault faults[] = {
      {"cpu,host=a usage=1i 1",
       "invalid column type for column 'usage', expected iox::column_type::field::float, got "
       "iox::column_type::field::integer"},
      {"cpu,host=a n=1 1",
       "invalid column type for column 'n', expected iox::column_type::field::integer, got "
       "iox::column_type::field::float"},
      {"cpu,host=a u=\"x\" 1",
       "invalid column type for column 'u', expected iox::column_type::field::uinteger, got "
       "iox::column_type::field::string"},
      {"cpu,host=a s=t 1",
       "invalid column type for column 's', expected iox::column_type::field::string, got "
       "iox::column_type::field::boolean"},
      {"cpu,host=a ok=1u 1",
       "invalid column type for column 'ok', expected iox::column_type::field::boolean, got "
       "iox::column_type::field::uinteger"},
      {"cpu host=1 1",
       "invalid column type for column 'host', expected iox::column_type::tag, got "
       "iox::column_type::field::float"},
      {"cpu,usage=1 n=1i 1",
       "invalid column type for column 'usage', expected iox::column_type::field::float, got "
       "iox::column_type::tag"},
      {"cpu,host=a time=1i 1",
       "invalid column type for column 'time', expected iox::column_type::timestamp, got "
       "iox::column_type::field::integer"},
      {"fresh,time=1 f=1i 1",
       "invalid column type for column 'time', expected iox::column_type::timestamp, got "
       "iox::column_type::tag"},
      {"cpu,host=a,region=x usage=1 1",
       "Detected a new tag 'region' in write. The tag set is immutable on first write to the "
       "table."},
      {"cpu,host=a,host=b usage=1 1", "Must not contain duplicate tags, but `host` was repeated"},
      {"fresh,a=1,a=1 f=1 1", "Must not contain duplicate tags, but `a` was repeated"},
      {"cpu,host=a usage=1,usage=2 1",
       "invalid line protocol - multiple instances of 'usage' field found"},
      {"fresh f=1,g=2,f=3 1", "invalid line protocol - multiple instances of 'f' field found"},
      {"fresh,t=1 t=3,a=1,a=2",
       "invalid column type for column 't', expected iox::column_type::tag, got "
       "iox::column_type::field::float"},
      {"fresh,t=1 a=1,a=2,t=3", "invalid line protocol - multiple instances of 'a' field found"},
      {"cpu,host=a usage=1,usage=2 abc",
       "Could not parse entire line. Found trailing content: ` abc`"},
  };
  for (const SchemaFault& fault : faults) {
    EXPECT_EQ(ErrorOf(fault.line), fault.message) << fault.line;
    // The same behind a good line of the same shape, which makes everything known beforehand.
    const std::string twice = fmt::format("cpu,host=a usage=1 1\n{}\n{}", fault.line, fault.line);
    const BuiltBatch built = Build(twice);
    EXPECT_EQ(built.lines_accepted, 1U) << fault.line;
    ASSERT_THAT(built.line_errors, SizeIs(2)) << fault.line;
    EXPECT_EQ(built.line_errors[1].error_message, fault.message) << fault.line;
    ReadRows(built, *before_);
  }
}

TEST_F(BatchBuilderTest, TheFirstLineOfATableFixesItsTags) {
  EXPECT_EQ(ErrorOf("m,a=1 f=1 1\nm,a=1,b=2 f=1 2\nm f=3 3"),
            "Detected a new tag 'b' in write. The tag set is immutable on first write to the "
            "table.");
  EXPECT_EQ(ErrorOf("m f=1 1\nm,b=2 f=1 2"),
            "Detected a new tag 'b' in write. The tag set is immutable on first write to the "
            "table.");
}

TEST_F(BatchBuilderTest, NewTagsAreAppendedWhenAllowed) {
  request_.allow_new_tags = true;
  Write("m,a=1 f=1 1");
  const BuiltBatch built = Build("m,a=2 f=2 2\nm,a=2,b=3 f=3 3\nm,c=4,a=2 g=3 4\nm,a=2 f=5 5\n");
  EXPECT_THAT(built.line_errors, IsEmpty());
  ASSERT_THAT(built.ops, SizeIs(1));
  EXPECT_THAT(std::get<model::AddColumnsOp>(built.ops[0]).columns,
              ElementsAre(model::ColumnDef{"b", model::ColumnType::kTag},
                          model::ColumnDef{"c", model::ColumnType::kTag},
                          model::ColumnDef{"g", model::ColumnType::kFloat64}));
  EXPECT_THAT(ReadRows(built, *before_).at("m"),
              ElementsAre(MakeRow({{"a", "2"}}, {{"f", "f:0x1p+1"}}, 2),
                          MakeRow({{"a", "2"}, {"b", "3"}}, {{"f", "f:0x1.8p+1"}}, 3),
                          MakeRow({{"a", "2"}, {"c", "4"}}, {{"g", "f:0x1.8p+1"}}, 4),
                          MakeRow({{"a", "2"}}, {{"f", "f:0x1.4p+2"}}, 5)));
}

TEST_F(BatchBuilderTest, LimitsOfTheCatalog) {
  limits_ = {1, 2, 3, 2};
  Write("m,a=1,b=2 f=1 1");
  EXPECT_EQ(ErrorOf("m,a=1 g=1 1"),
            "Update to schema would exceed number of columns per table limit of 3 columns");
  EXPECT_EQ(ErrorOf("n,a=1 f=1,g=1,h=1 1"),
            "Update to schema would exceed number of columns per table limit of 3 columns");
  EXPECT_EQ(ErrorOf("n,a=1,b=2,c=3 f=1 1"),
            "Update to schema would exceed number of tag columns per table limit of 2 columns");
  const BuiltBatch tables = Build("n f=1 1\no f=1 1\nn f=2 2");
  EXPECT_EQ(tables.lines_accepted, 2U);
  EXPECT_TRUE(tables.limit_exceeded);
  EXPECT_EQ(tables.line_errors.at(0).error_message,
            "Update to schema would exceed number of tables limit: attempted to create table but "
            "already have 2 table(s) (limit: 2)");
  request_.accept_partial = false;
  const BuiltBatch rejected = Build("o f=1 1\np f=1 1\nq f=1 1");
  EXPECT_EQ(rejected.status.code(), util::StatusCode::kInvalidArgument);
  EXPECT_FALSE(rejected.limit_exceeded);
  request_.database = "another";
  const BuiltBatch database = Build("m f=1 1");
  EXPECT_EQ(database.status.code(), util::StatusCode::kLimitExceeded);
  EXPECT_EQ(database.status.message(), "Adding a new database would exceed limit of 1 databases");
}

TEST_F(BatchBuilderTest, StringsHaveALimit) {
  const size_t max = util::limits::kStringFieldBytesMax;
  EXPECT_THAT(RowsOf("m f=\"" + std::string(max, 'x') + "\" 1").at("m"), SizeIs(1));
  EXPECT_EQ(ErrorOf("m f=\"" + std::string(max + 1, 'x') + "\" 1"), "String is greater than 1MB");
  EXPECT_EQ(ErrorOf("m f=\"a\" 1\nm f=\"" + std::string(max + 1, 'x') + "\" 1"),
            "String is greater than 1MB");
  // The limit counts what is stored, not how it is written.
  EXPECT_THAT(RowsOf("m f=\"\\\"" + std::string(max - 1, 'x') + "\" 1").at("m"), SizeIs(1));
}

TEST_F(BatchBuilderTest, NamesHaveALimit) {
  const std::string max(util::limits::kNameBytesMax, 'n');
  EXPECT_THAT(RowsOf(max + "," + max + "=" + max + " f" + max.substr(1) + "=1 1"), SizeIs(1));
  EXPECT_THAT(ErrorOf(max + "n f=1 1"), HasSubstr("65536 bytes"));
  EXPECT_THAT(ErrorOf("m," + max + "n=1 f=1 1"), HasSubstr("65536 bytes"));
  EXPECT_THAT(ErrorOf("m,t=" + max + "n f=1 1"), HasSubstr("65536 bytes"));
  EXPECT_THAT(ErrorOf("m,t=1 f=1 1\nm,t=" + max + "n f=1 1"), HasSubstr("65536 bytes"));
  EXPECT_THAT(ErrorOf("m " + max + "n=1 1"), HasSubstr("65536 bytes"));
}

TEST_F(BatchBuilderTest, DeletedAndInternalDatabasesCannotBeWritten) {
  Write("m f=1 1");
  const auto db = catalog_.state()->FindDatabase("db");
  const auto table = db->FindTable("m");
  ASSERT_TRUE(
      catalog_.ApplyLogged({model::DeleteTableOp{db->id, table->table_id(), "m-old", 1, {}}}).ok());
  EXPECT_EQ(ErrorOf("m-old f=1 1"),
            "cannot write to soft-deleted table 'm-old' - it is marked for deletion");
  EXPECT_THAT(Build("m f=1i 1").ops, SizeIs(1));
  ASSERT_TRUE(catalog_.ApplyLogged({model::DeleteDatabaseOp{db->id, "db-old", 1, {}}}).ok());
  EXPECT_THAT(Build("m f=1i 1").ops, SizeIs(2));
  request_.database = "db-old";
  EXPECT_EQ(ErrorOf("m f=1 1"),
            "status: cannot write to soft-deleted database 'db-old' - it is marked for deletion");
  request_.database = "_internal";
  EXPECT_EQ(ErrorOf("m f=1 1"), "status: cannot modify internal db");
}

TEST_F(BatchBuilderTest, TimestampsFollowThePrecision) {
  request_.precision = Precision::kSecond;
  EXPECT_EQ(RowsOf("m f=1 -7").at("m")[0].time_ns, -7'000'000'000);
  EXPECT_EQ(RowsOf("m f=1").at("m")[0].time_ns, 1'700'000'000'000'000'000);
  EXPECT_EQ(RowsOf("m f=1 1\nm f=1").at("m")[1].time_ns, 1'700'000'000'000'000'000);
  EXPECT_EQ(ErrorOf("m f=1 1\nm f=1 9223372037"),
            "timestamp, 9223372037, out of range for precision: Second");
  request_.precision = Precision::kAuto;
  const Rows rows = RowsOf("m f=1 1700000000\nm f=1 1700000000000\nm f=1\nm f=1 -5000000000000000");
  EXPECT_EQ(rows.at("m")[0].time_ns, 1'700'000'000'000'000'000);
  EXPECT_EQ(rows.at("m")[1].time_ns, 1'700'000'000'000'000'000);
  EXPECT_EQ(rows.at("m")[2].time_ns, kNow);
  EXPECT_EQ(rows.at("m")[3].time_ns, -5'000'000'000'000'000);
}

TEST_F(BatchBuilderTest, ReportedErrorsAreBounded) {
  std::string body;
  for (int i = 0; i < 1500; ++i) body += "m f=x\n";
  const BuiltBatch built = Build(body + "m f=1 1");
  EXPECT_THAT(built.line_errors, SizeIs(util::limits::kLineErrorsReportedMax));
  EXPECT_EQ(built.lines_rejected, 1500U);
  EXPECT_EQ(built.lines_accepted, 1U);
}

TEST_F(BatchBuilderTest, FieldsThatFewLinesHaveDoNotMultiplyMemory) {
  // One line with many fields, then many with one: dense columns would take 99 x 50,000 values.
  std::string body = "m,t=a f0=0";
  for (int i = 1; i < 99; ++i) body += fmt::format(",f{}={}", i, i);
  body += " 1\n";
  for (int i = 0; i < 50000; ++i) body += fmt::format("m,t={} f0=1 {}\n", i % 3, i);
  const BuiltBatch built = Build(body);
  size_t values = 0;
  for (const model::TableBatch& table : built.batch.tables) {
    values += table.fields.size() * table.row_count;
  }
  EXPECT_LT(values * sizeof(double), 20 * body.size());
  EXPECT_THAT(ReadRows(built, *before_).at("m"), SizeIs(50001));
}

TEST_F(BatchBuilderTest, QuotesBehindKeysWithBareCommasReadTheSameOnEveryLine) {
  // Where a value begins is told from commas and equals signs, so a bare comma in a key hides it.
  const BuiltBatch built = Build("m a,b=\"x\" 1\nm a,b=\"x\ny\" 2\nm a,b=\"z\" 3\n");
  EXPECT_EQ(built.lines_accepted, 2U);
  ASSERT_THAT(built.line_errors, SizeIs(2));
  EXPECT_EQ(built.line_errors[0].original_line, "m a,b=\"x");
  EXPECT_EQ(built.line_errors[1].original_line, "y\" 2");
}

struct RealFile {
  const char* name;
  Precision precision;
  size_t rows;
};

TEST_F(BatchBuilderTest, RealFiles) {
  const RealFile files[] = {{"bay-area-weather.lp", Precision::kAuto, 3288},
                            {"bitcoin.lp", Precision::kAuto, 3750},
                            {"eu-wind-data.lp", Precision::kSecond, 3096}};
  for (const RealFile& file : files) {
    std::ifstream in(std::string(INFLUXDB3_TEST_DATA_DIR) + "/" + file.name);
    ASSERT_TRUE(in.good()) << file.name;
    const std::string body{std::istreambuf_iterator<char>(in), {}};
    request_.precision = file.precision;
    const BuiltBatch built = Build(body);
    EXPECT_THAT(built.line_errors, IsEmpty()) << file.name;
    EXPECT_EQ(built.batch.row_count(), file.rows) << file.name;
    ReadRows(built, *before_);
  }
}

}  // namespace
}  // namespace influxdb3::ingest
