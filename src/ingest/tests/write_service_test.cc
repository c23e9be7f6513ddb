#include "ingest/write_service.h"

#include <atomic>
#include <future>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/testing/fake_wal.h"

namespace influxdb3::ingest {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using util::Status;
using util::StatusCode;

constexpr int64_t kNow = 1'700'000'000'000'000'000;  // 2023-11-14T22:13:20Z

class WriteServiceTest : public ::testing::Test {
 protected:
  WriteServiceTest()
      : catalog_({5, 20, 50, 10}), clock_(kNow), service_(&catalog_, &wal_, &clock_, {}) {}

  static WriteRequest Request(std::string body) {
    WriteRequest request;
    request.database = "db";
    request.body = std::move(body);
    return request;
  }
  WriteOutcome Write(WriteRequest request) {
    std::optional<WriteOutcome> outcome;
    service_.Write(std::move(request), [&](WriteOutcome result) { outcome = std::move(result); });
    EXPECT_TRUE(outcome.has_value());
    return outcome.value_or(WriteOutcome());
  }
  WriteOutcome Write(std::string body) { return Write(Request(std::move(body))); }

  /// The status that `change` hands to its callback.
  template <class Change>
  static Status StatusOf(const Change& change) {
    std::optional<Status> status;
    change([&](Status result) { status = std::move(result); });
    EXPECT_TRUE(status.has_value());
    return status.value_or(Status::Internal("not called"));
  }
  Status CreateDatabase(const std::string& name) {
    return StatusOf([&](auto done) { service_.CreateDatabase(name, {}, done); });
  }
  Status DeleteDatabase(const std::string& name, std::optional<int64_t> hard_delete_at_ns = {}) {
    return StatusOf([&](auto done) { service_.DeleteDatabase(name, hard_delete_at_ns, done); });
  }
  Status CreateTable(const std::string& table, std::vector<std::string> tags,
                     std::vector<model::ColumnDef> fields) {
    return StatusOf([&](auto done) { service_.CreateTable("db", table, tags, fields, {}, done); });
  }
  Status DeleteTable(const std::string& db, const std::string& table,
                     std::optional<int64_t> hard_delete_at_ns = {}) {
    return StatusOf([&](auto done) { service_.DeleteTable(db, table, hard_delete_at_ns, done); });
  }
  Status SetTableRetention(const std::string& db, const std::string& table,
                           std::optional<int64_t> retention_ns) {
    return StatusOf([&](auto done) { service_.SetTableRetention(db, table, retention_ns, done); });
  }
  Status SetRetention(const std::string& db, std::optional<int64_t> retention_ns) {
    return StatusOf([&](auto done) { service_.SetRetention(db, retention_ns, done); });
  }

  catalog::Catalog catalog_;
  FakeWal wal_;
  util::FakeClock clock_;
  WriteService service_;
};

TEST_F(WriteServiceTest, FirstWriteCarriesItsCatalogChanges) {
  const WriteOutcome outcome = Write("cpu,host=a v=1 1");
  EXPECT_TRUE(outcome.status.ok()) << outcome.status.message();
  EXPECT_EQ(outcome.lines_accepted, 1U);
  ASSERT_THAT(wal_.records, SizeIs(1));
  EXPECT_THAT(wal_.records[0]->ops, SizeIs(2));
  EXPECT_EQ(wal_.records[0]->batch.row_count(), 1U);
  EXPECT_NE(catalog_.state()->FindDatabase("db")->FindTable("cpu"), nullptr);
  Write("cpu,host=a v=2 2");
  EXPECT_THAT(wal_.records[1]->ops, IsEmpty());
  EXPECT_EQ(service_.stats().lines, 2U);
}

TEST_F(WriteServiceTest, AcknowledgedOnlyWhenDurable) {
  wal_.acknowledge_at_once = false;
  std::vector<Status> results;
  service_.Write(Request("m f=1 1\nm f=x 1"), [&](WriteOutcome outcome) {
    results.push_back(outcome.status);
    EXPECT_THAT(outcome.line_errors, SizeIs(1));
  });
  EXPECT_THAT(results, IsEmpty());
  wal_.Acknowledge(Status::Ok());
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_TRUE(results[0].ok());
}

TEST_F(WriteServiceTest, FailedFlushIsReported) {
  wal_.acknowledge_at_once = false;
  std::optional<WriteOutcome> outcome;
  service_.Write(Request("m f=1 1"), [&](WriteOutcome result) { outcome = std::move(result); });
  wal_.Acknowledge(Status::Io("disk full"));
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->status.code(), StatusCode::kIo);
  EXPECT_EQ(outcome->lines_accepted, 0U);
}

TEST_F(WriteServiceTest, NoSyncIsAcknowledgedOnceTheLogHasTheRecord) {
  wal_.acknowledge_at_once = false;
  WriteRequest request = Request("m f=1 1");
  request.no_sync = true;
  EXPECT_TRUE(Write(request).status.ok());
  wal_.Acknowledge(Status::Io("too late"));
  wal_.refusal = Status::Unavailable("queue is full");
  EXPECT_EQ(Write(request).status.code(), StatusCode::kUnavailable);
}

TEST_F(WriteServiceTest, WhoIsToldOfAChangeFindsItInTheCatalog) {
  // The log is as fast as can be: it reports from within Submit.
  bool found = false;
  service_.CreateDatabase("fast", std::nullopt, [&](const Status& status) {
    EXPECT_TRUE(status.ok());
    found = catalog_.state()->FindDatabase("fast") != nullptr;
  });
  EXPECT_TRUE(found);
  bool written = false;
  service_.Write(Request("m f=1 1"), [&](const WriteOutcome& outcome) {
    EXPECT_TRUE(outcome.status.ok());
    written = catalog_.state()->FindDatabase("db") != nullptr;
  });
  EXPECT_TRUE(written);
}

TEST_F(WriteServiceTest, RefusedByTheLogChangesNothing) {
  wal_.refusal = Status::Unavailable("queue is full");
  const WriteOutcome outcome = Write("m f=1 1");
  EXPECT_EQ(outcome.status.code(), StatusCode::kUnavailable);
  EXPECT_EQ(outcome.lines_accepted, 0U);
  EXPECT_EQ(catalog_.state()->FindDatabase("db"), nullptr);
}

TEST_F(WriteServiceTest, AWriteThatIsNotLetInReachesNothing) {
  WriteOptions options;
  options.admit = [] { return Status::Unavailable("no memory"); };
  WriteService service(&catalog_, &wal_, &clock_, options);
  std::optional<WriteOutcome> outcome;
  service.Write(Request("m f=1 1"), [&](WriteOutcome result) { outcome = std::move(result); });
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->status.message(), "no memory");
  EXPECT_THAT(wal_.records, IsEmpty());
  EXPECT_EQ(catalog_.state()->FindDatabase("db"), nullptr);
}

TEST_F(WriteServiceTest, NothingToStoreNeverReachesTheLog) {
  EXPECT_EQ(Write("# nothing\n").status.message(), "incoming write was empty");
  const WriteOutcome bad = Write("m f=x\n");
  EXPECT_TRUE(bad.status.ok());
  EXPECT_THAT(bad.line_errors, SizeIs(1));
  WriteRequest whole = Request("m f=1 1\nm f=hi 2");
  whole.accept_partial = false;
  const WriteOutcome refused = Write(whole);
  EXPECT_EQ(refused.status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(refused.line_errors.at(0).line_number, 2U);
  EXPECT_THAT(wal_.records, IsEmpty());
  EXPECT_EQ(catalog_.state()->FindDatabase("db"), nullptr);
}

TEST_F(WriteServiceTest, ContendedWritersAllSucceed) {
  constexpr int kThreads = 8, kWrites = 20;
  std::vector<std::thread> threads;
  std::atomic<int> accepted{0};
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kWrites; ++i) {
        // Every write of every thread adds a column of its own.
        service_.Write(Request(fmt::format("m{} a{}=1,both{}=1i 1", i % 2, t, i)),
                       [&](WriteOutcome outcome) {
                         if (outcome.status.ok() && outcome.line_errors.empty()) ++accepted;
                       });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(accepted, kThreads * kWrites);
  // The records in the order of the log rebuild the same catalog.
  catalog::Catalog replayed({5, 20, 50, 10});
  for (const auto& record : wal_.records) ASSERT_TRUE(replayed.ApplyLogged(record->ops).ok());
  const auto expected = catalog_.state()->FindDatabase("db")->FindTable("m0")->columns();
  EXPECT_EQ(replayed.state()->FindDatabase("db")->FindTable("m0")->columns(), expected);
  EXPECT_THAT(expected, SizeIs(8 + 10));
}

TEST_F(WriteServiceTest, DatabasesAreCreatedOnce) {
  EXPECT_TRUE(CreateDatabase("db").ok());
  const Status again = CreateDatabase("db");
  EXPECT_EQ(again.code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(again.message(), "attempted to create a resource that already exists");
  EXPECT_EQ(CreateDatabase("_internal").code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(CreateDatabase("").message(), "db name cannot be empty");
  EXPECT_EQ(CreateDatabase("?x").message(), "db name did not start with a number or letter");
  for (const char* name : {"b", "c", "d", "e"}) EXPECT_TRUE(CreateDatabase(name).ok());
  const Status limit = CreateDatabase("f");
  EXPECT_EQ(limit.code(), StatusCode::kLimitExceeded);
  EXPECT_EQ(limit.message(), "Adding a new database would exceed limit of 5 databases");
}

TEST_F(WriteServiceTest, DeletedDatabasesAreRenamed) {
  EXPECT_EQ(DeleteDatabase("db").message(), "the requested resource was not found: db");
  ASSERT_TRUE(CreateDatabase("db").ok());
  EXPECT_TRUE(DeleteDatabase("db", kNow + 100).ok());
  EXPECT_EQ(catalog_.state()->FindDatabase("db"), nullptr);
  ASSERT_TRUE(catalog_.state()->databases().contains("db-20231114T221320"));
  EXPECT_EQ(DeleteDatabase("db").code(), StatusCode::kNotFound);
  const Status again = DeleteDatabase("db-20231114T221320", kNow + 200);
  EXPECT_EQ(again.code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(again.message(),
            "attempted to modify resource that was already deleted: db-20231114T221320");
  EXPECT_TRUE(DeleteDatabase("db-20231114T221320", kNow).ok());
  const auto state = catalog_.state();
  const auto renamed = state->databases().find("db-20231114T221320");
  ASSERT_TRUE(renamed != state->databases().end());
  EXPECT_EQ(renamed->second->hard_delete_at_ns, kNow);
  // The same name within the same second.
  ASSERT_TRUE(CreateDatabase("db").ok());
  const uint32_t id = catalog_.state()->FindDatabase("db")->id.value;
  EXPECT_TRUE(DeleteDatabase("db").ok());
  EXPECT_TRUE(catalog_.state()->databases().contains(fmt::format("db-20231114T221320-{}", id)));
  const Status internal = DeleteDatabase("_internal");
  EXPECT_EQ(internal.code(), StatusCode::kInternal);
  EXPECT_EQ(internal.message(), "cannot delete internal db");
}

TEST_F(WriteServiceTest, TablesAreCreatedWithTheirDatabase) {
  using model::ColumnType;
  EXPECT_TRUE(CreateTable("cpu", {"host"}, {{"v", ColumnType::kFloat64}}).ok());
  const auto schema = catalog_.state()->FindDatabase("db")->FindTable("cpu");
  ASSERT_NE(schema, nullptr);
  EXPECT_THAT(schema->tag_columns(), SizeIs(1));
  EXPECT_EQ(CreateTable("cpu", {}, {}).code(), StatusCode::kAlreadyExists);
  EXPECT_TRUE(CreateTable("no_columns", {}, {}).ok());
  EXPECT_EQ(CreateTable("t", {"time"}, {}).message(), "'time' is a reserved column");
  EXPECT_EQ(CreateTable("t", {}, {{"time", ColumnType::kInt64}}).code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(CreateTable("t", {"a"}, {{"a", ColumnType::kInt64}}).message(),
            "invalid column type for column 'a', expected iox::column_type::tag, got "
            "iox::column_type::field::integer");
  std::vector<std::string> tags;
  for (int i = 0; i < 11; ++i) tags.push_back(fmt::format("t{}", i));
  EXPECT_EQ(CreateTable("t", tags, {}).message(),
            "Update to schema would exceed number of tag columns per table limit of 10 columns");
  std::vector<model::ColumnDef> fields;
  for (int i = 0; i < 51; ++i) fields.push_back({fmt::format("f{}", i), ColumnType::kBool});
  EXPECT_EQ(CreateTable("t", {}, fields).code(), StatusCode::kLimitExceeded);
  fields.pop_back();
  EXPECT_TRUE(CreateTable("t", {}, fields).ok());
  for (int i = 3; i < 20; ++i) EXPECT_TRUE(CreateTable(fmt::format("m{}", i), {}, {}).ok());
  EXPECT_EQ(CreateTable("m20", {}, {}).message(),
            "Update to schema would exceed number of tables limit: attempted to create table but "
            "already have 20 table(s) (limit: 20)");
}

TEST_F(WriteServiceTest, CreatedTablesFixTheirTags) {
  ASSERT_TRUE(CreateTable("cpu", {"host"}, {}).ok());
  EXPECT_THAT(Write("cpu,host=a v=1 1").line_errors, IsEmpty());
  EXPECT_THAT(Write("cpu,host=a,x=1 v=1 1").line_errors, SizeIs(1));
}

TEST_F(WriteServiceTest, DeletedTablesAreRenamed) {
  EXPECT_EQ(DeleteTable("db", "cpu").message(), "Database not found db");
  ASSERT_TRUE(CreateTable("cpu", {}, {}).ok());
  EXPECT_EQ(DeleteTable("db", "mem").message(), "Table mem not in DB schema for db");
  EXPECT_TRUE(DeleteTable("db", "cpu").ok());
  EXPECT_EQ(catalog_.state()->FindDatabase("db")->FindTable("cpu"), nullptr);
  EXPECT_TRUE(catalog_.state()->FindDatabase("db")->tables.contains("cpu-20231114T221320"));
  const Status again = DeleteTable("db", "cpu-20231114T221320");
  EXPECT_EQ(again.code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(again.message(),
            "attempted to modify resource that was already deleted: cpu-20231114T221320");
  EXPECT_TRUE(CreateTable("cpu", {"another"}, {}).ok());
}

TEST_F(WriteServiceTest, RetentionIsSetAndCleared) {
  EXPECT_EQ(SetRetention("db", 1).code(), StatusCode::kNotFound);
  ASSERT_TRUE(CreateDatabase("db").ok());
  EXPECT_TRUE(SetRetention("db", 3600).ok());
  EXPECT_EQ(catalog_.state()->FindDatabase("db")->retention_ns, 3600);
  EXPECT_TRUE(SetRetention("db", std::nullopt).ok());
  EXPECT_EQ(catalog_.state()->FindDatabase("db")->retention_ns, std::nullopt);
  EXPECT_EQ(SetRetention("_internal", 1).message(), "cannot modify internal db");
}

TEST_F(WriteServiceTest, TablesHaveARetentionOfTheirOwn) {
  EXPECT_TRUE(
      StatusOf([&](auto done) { service_.CreateTable("db", "short", {"a"}, {}, 10, done); }).ok());
  EXPECT_TRUE(CreateTable("plain", {"a"}, {}).ok());
  const auto retention_of = [&](const std::string& table) {
    const auto database = catalog_.state()->FindDatabase("db");
    return database->RetentionOf(database->FindTable(table)->table_id());
  };
  EXPECT_EQ(retention_of("short"), 10);
  EXPECT_EQ(retention_of("plain"), std::nullopt);
  EXPECT_TRUE(SetTableRetention("db", "plain", 20).ok());
  EXPECT_EQ(retention_of("plain"), 20);
  EXPECT_TRUE(SetTableRetention("db", "plain", std::nullopt).ok());
  EXPECT_EQ(retention_of("plain"), std::nullopt);

  EXPECT_EQ(SetTableRetention("db", "no", 1).message(), "the requested resource was not found: no");
  EXPECT_EQ(SetTableRetention("no", "plain", 1).message(),
            "the requested resource was not found: no");
  EXPECT_EQ(SetTableRetention("_internal", "x", 1).message(), "cannot modify internal db");
  EXPECT_TRUE(DeleteTable("db", "plain").ok());
  EXPECT_EQ(SetTableRetention("db", "plain", 1).code(), StatusCode::kNotFound);
  EXPECT_EQ(SetTableRetention("db", "plain-20231114T221320", 1).message(),
            "attempted to modify resource that was already deleted: plain-20231114T221320");
}

TEST_F(WriteServiceTest, TellsOfDeletionsThatAreDurable) {
  int deletions = 0;
  WriteOptions options;
  options.on_deleted = [&] { ++deletions; };
  WriteService service(&catalog_, &wal_, &clock_, options);
  EXPECT_TRUE(CreateTable("t", {"a"}, {}).ok());
  const auto ignore = [](const Status&) {};
  service.DeleteTable("db", "no", std::nullopt, ignore);
  EXPECT_EQ(deletions, 0);
  service.DeleteTable("db", "t", std::nullopt, ignore);
  EXPECT_EQ(deletions, 1);
  wal_.acknowledge_at_once = false;
  service.DeleteDatabase("db", std::nullopt, ignore);
  EXPECT_EQ(deletions, 1);
  wal_.Acknowledge(Status::Io("disk full"));
  EXPECT_EQ(deletions, 1);
}

}  // namespace
}  // namespace influxdb3::ingest
