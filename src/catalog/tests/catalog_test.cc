#include "catalog/catalog.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace influxdb3::catalog {
namespace {

using model::AddColumnsOp;
using model::ColumnType;
using model::CreateDatabaseOp;
using model::CreateTableOp;
using model::DeleteDatabaseOp;
using model::DeleteTableOp;
using model::SetRetentionOp;
using util::DbId;
using util::Status;
using util::StatusCode;
using util::TableId;

constexpr CatalogLimits kLimits{10, 10, 10, 10};

Status Enqueued() {
  return Status::Ok();
}

CreateDatabaseOp Database(uint32_t id, std::string name) {
  return {DbId(id), std::move(name), std::nullopt, 0};
}
CreateTableOp Table(uint32_t db, uint32_t id, std::string name) {
  return {DbId(db),
          TableId(id),
          std::move(name),
          {{"host", ColumnType::kTag}, {"usage", ColumnType::kFloat64}}};
}

TEST(Catalog, BeginsWithTheInternalDatabaseOnly) {
  const Catalog catalog(kLimits);
  const auto state = catalog.state();
  ASSERT_NE(state->FindDatabase("_internal"), nullptr);
  // Seven days.
  EXPECT_EQ(state->FindDatabase("_internal")->retention_ns, 604'800'000'000'000);
  EXPECT_EQ(state->database_count(), 0u);
  EXPECT_EQ(state->table_count(), 0u);
  EXPECT_EQ(state->next_db_id(), DbId(1));
  EXPECT_EQ(state->next_table_id(), TableId(1));
}

TEST(Catalog, DatabasesAndTablesAreCreatedAndGrow) {
  Catalog catalog(kLimits);
  const auto before = catalog.state();
  ASSERT_TRUE(
      catalog.Commit(before->version(), {Database(1, "db"), Table(1, 5, "cpu")}, Enqueued).ok());
  const auto state = catalog.state();
  EXPECT_EQ(before->FindDatabase("db"), nullptr) << "a state never changes";
  ASSERT_NE(state->FindDatabase("db"), nullptr);
  EXPECT_EQ(state->FindDatabase(DbId(1)), state->FindDatabase("db"));
  const auto cpu = state->FindDatabase("db")->FindTable("cpu");
  ASSERT_NE(cpu, nullptr);
  EXPECT_EQ(state->FindTable(DbId(1), TableId(5)), cpu);
  EXPECT_EQ(state->FindTable(DbId(1), TableId(4)), nullptr);
  EXPECT_EQ(state->FindTable(DbId(2), TableId(5)), nullptr);
  EXPECT_EQ(state->next_db_id(), DbId(2));
  EXPECT_EQ(state->next_table_id(), TableId(6));
  EXPECT_EQ(state->table_count(), 1u);

  const AddColumnsOp more{DbId(1), TableId(5), {{"idle", ColumnType::kInt64}}};
  ASSERT_TRUE(catalog.Commit(state->version(), {more}, Enqueued).ok());
  EXPECT_EQ(cpu->columns().size(), 2u);
  const auto grown = catalog.state()->FindTable(DbId(1), TableId(5));
  ASSERT_EQ(grown->columns().size(), 3u);
  EXPECT_EQ(grown->columns()[2].name, "idle");
  EXPECT_EQ(catalog.state()->FindDatabase("db")->FindTable("cpu"), grown);
}

TEST(Catalog, RetentionIsSetAndCleared) {
  Catalog catalog(kLimits);
  ASSERT_TRUE(catalog.ApplyLogged({Database(1, "db"), SetRetentionOp{DbId(1), 3600}}).ok());
  EXPECT_EQ(catalog.state()->FindDatabase("db")->retention_ns, 3600);
  ASSERT_TRUE(catalog.ApplyLogged({SetRetentionOp{DbId(1), std::nullopt}}).ok());
  EXPECT_EQ(catalog.state()->FindDatabase("db")->retention_ns, std::nullopt);
}

TEST(Catalog, ADeletedTableIsHiddenAndItsNameFree) {
  Catalog catalog(kLimits);
  ASSERT_TRUE(catalog.ApplyLogged({Database(1, "db"), Table(1, 1, "cpu")}).ok());
  ASSERT_TRUE(
      catalog.ApplyLogged({DeleteTableOp{DbId(1), TableId(1), "cpu-20260101T000000", 5, 9}}).ok());
  auto state = catalog.state();
  auto db = state->FindDatabase("db");
  EXPECT_EQ(db->FindTable("cpu"), nullptr);
  EXPECT_EQ(db->FindTable("cpu-20260101T000000"), nullptr);
  EXPECT_EQ(state->FindTable(DbId(1), TableId(1)), nullptr);
  EXPECT_EQ(state->table_count(), 0u);
  ASSERT_TRUE(db->tables.contains("cpu-20260101T000000"));
  EXPECT_EQ(db->tables.find("cpu-20260101T000000")->second.hard_delete_at_ns, 9);
  EXPECT_EQ(db->tables.find("cpu-20260101T000000")->second.schema->name(), "cpu-20260101T000000");

  // Deleting it again changes only when it goes for good.
  ASSERT_TRUE(
      catalog
          .ApplyLogged({Table(1, 2, "cpu"),
                        DeleteTableOp{DbId(1), TableId(1), "cpu-20260101T000000", 6, std::nullopt}})
          .ok());
  state = catalog.state();
  db = state->FindDatabase("db");
  EXPECT_EQ(db->FindTable("cpu")->table_id(), TableId(2));
  EXPECT_EQ(db->tables.find("cpu-20260101T000000")->second.hard_delete_at_ns, std::nullopt);
  EXPECT_EQ(state->table_count(), 1u);
}

TEST(Catalog, ADeletedDatabaseIsHiddenWithItsTables) {
  Catalog catalog(kLimits);
  ASSERT_TRUE(catalog
                  .ApplyLogged({Database(1, "db"), Table(1, 1, "cpu"), Database(2, "other"),
                                Table(2, 2, "cpu")})
                  .ok());
  ASSERT_TRUE(catalog.ApplyLogged({DeleteDatabaseOp{DbId(1), "db-x", 5, 9}}).ok());
  auto state = catalog.state();
  EXPECT_EQ(state->FindDatabase("db"), nullptr);
  EXPECT_EQ(state->FindDatabase("db-x"), nullptr);
  EXPECT_EQ(state->FindDatabase(DbId(1)), nullptr);
  EXPECT_EQ(state->FindTable(DbId(1), TableId(1)), nullptr);
  EXPECT_EQ(state->database_count(), 1u);
  EXPECT_EQ(state->table_count(), 1u);
  ASSERT_TRUE(state->databases().contains("db-x"));
  EXPECT_EQ(state->databases().find("db-x")->second->hard_delete_at_ns, 9);

  ASSERT_TRUE(
      catalog.ApplyLogged({Database(3, "db"), DeleteDatabaseOp{DbId(1), "db-x", 5, 20}}).ok());
  state = catalog.state();
  EXPECT_EQ(state->FindDatabase("db")->id, DbId(3));
  EXPECT_EQ(state->databases().find("db-x")->second->hard_delete_at_ns, 20);
  EXPECT_EQ(state->database_count(), 2u);
  EXPECT_EQ(state->table_count(), 1u);
}

TEST(Catalog, IdsGivenOutBeforeAreNotGivenOutAgain) {
  Catalog catalog{CatalogLimits()};
  ASSERT_TRUE(catalog.ApplyLogged({model::SetNextIdsOp{DbId(5), TableId(9)}}).ok());
  EXPECT_EQ(catalog.state()->next_db_id(), DbId(5));
  EXPECT_EQ(catalog.state()->next_table_id(), TableId(9));
  ASSERT_TRUE(catalog.ApplyLogged({model::SetNextIdsOp{DbId(3), TableId(10)}}).ok());
  EXPECT_EQ(catalog.state()->next_db_id(), DbId(5));
  EXPECT_EQ(catalog.state()->next_table_id(), TableId(10));
}

TEST(Catalog, APurgedTableAndDatabaseAreGoneAndTheirIdsStayUsed) {
  Catalog catalog(kLimits);
  ASSERT_TRUE(catalog
                  .ApplyLogged({Database(1, "db"), Table(1, 1, "cpu"), Database(2, "old"),
                                DeleteTableOp{DbId(1), TableId(1), "cpu-x", 1, 2}})
                  .ok());
  EXPECT_EQ(catalog.ApplyLogged({model::PurgeDatabaseOp{DbId(2)}}).code(), StatusCode::kCorruption)
      << "it is alive";
  ASSERT_TRUE(
      catalog
          .ApplyLogged({DeleteDatabaseOp{DbId(2), "old-x", 1, 2}, model::PurgeDatabaseOp{DbId(2)},
                        model::PurgeTableOp{DbId(1), TableId(1)}})
          .ok());
  const auto state = catalog.state();
  EXPECT_FALSE(state->databases().contains("old-x"));
  EXPECT_EQ(state->FindEvenDeleted(DbId(2)), nullptr);
  EXPECT_TRUE(state->FindDatabase("db")->tables.empty());
  EXPECT_EQ(state->next_db_id(), DbId(3));
  EXPECT_EQ(state->next_table_id(), TableId(2));
}

TEST(Catalog, ATablesOwnRetentionGoesBeforeThatOfItsDatabase) {
  Catalog catalog(kLimits);
  ASSERT_TRUE(catalog.ApplyLogged({Database(1, "db"), Table(1, 1, "cpu")}).ok());
  const auto retention = [&] {
    return catalog.state()->FindDatabase("db")->RetentionOf(TableId(1));
  };
  EXPECT_EQ(retention(), std::nullopt);
  ASSERT_TRUE(
      catalog.ApplyLogged({model::SetTableRetentionOp{DbId(1), TableId(1), int64_t{50}}}).ok());
  EXPECT_EQ(retention(), 50);
  ASSERT_TRUE(catalog.ApplyLogged({SetRetentionOp{DbId(1), int64_t{40}}}).ok());
  EXPECT_EQ(retention(), 50);
  ASSERT_TRUE(catalog.ApplyLogged({SetRetentionOp{DbId(1), int64_t{60}}}).ok());
  EXPECT_EQ(retention(), 50);
}

TEST(Catalog, OperationsRebuildAState) {
  Catalog catalog(kLimits);
  ASSERT_TRUE(
      catalog
          .ApplyLogged({Database(1, "db"), Table(1, 5, "cpu"), Table(1, 2, "mem"),
                        model::SetTableRetentionOp{DbId(1), TableId(2), int64_t{50}},
                        SetRetentionOp{DbId(1), int64_t{40}}, Database(2, "gone"), Table(2, 7, "t"),
                        DeleteDatabaseOp{DbId(2), "gone-x", 5, int64_t{6}},
                        DeleteTableOp{DbId(1), TableId(5), "cpu-x", 7, std::nullopt},
                        Table(1, 8, "cpu"),
                        AddColumnsOp{DbId(1), TableId(8), {{"f", ColumnType::kBool}}},
                        Database(3, "last"), DeleteDatabaseOp{DbId(3), "last-x", 0, std::nullopt},
                        model::PurgeDatabaseOp{DbId(3)}})
          .ok());
  const auto state = catalog.state();
  Catalog rebuilt(kLimits);
  ASSERT_TRUE(rebuilt.ApplyLogged(state->ToOps()).ok());
  const auto copy = rebuilt.state();
  EXPECT_EQ(copy->next_db_id(), DbId(4));
  EXPECT_EQ(copy->next_table_id(), TableId(9));
  EXPECT_EQ(copy->database_count(), state->database_count());
  EXPECT_EQ(copy->table_count(), state->table_count());
  EXPECT_EQ(copy->ToOps(), state->ToOps());
  Catalog restored(kLimits);
  restored.Restore(state);
  EXPECT_EQ(restored.state(), state) << "shared, not copied";
  const auto gone = copy->databases().find("gone-x");
  ASSERT_NE(gone, copy->databases().end());
  EXPECT_TRUE(gone->second->deleted);
  EXPECT_EQ(copy->FindDatabase(DbId(2)), nullptr);
  EXPECT_EQ(copy->FindEvenDeleted(DbId(2)), gone->second);
  EXPECT_EQ(gone->second->hard_delete_at_ns, 6);
  EXPECT_EQ(copy->FindDatabase("db")->retention_ns, 40);
  EXPECT_EQ(copy->FindDatabase("db")->FindTable("cpu")->columns().size(), 3u);
}

TEST(Catalog, OperationsThatDoNotFitAreCorruptionAndChangeNothing) {
  Catalog catalog(kLimits);
  ASSERT_TRUE(catalog
                  .ApplyLogged({Database(1, "db"), Table(1, 1, "cpu"), Table(1, 2, "mem"),
                                Database(2, "other")})
                  .ok());
  const std::vector<model::CatalogOp> misfits = {
      Database(3, "db"),
      Database(1, "new"),
      SetRetentionOp{DbId(9), 1},
      DeleteDatabaseOp{DbId(9), "x", 0, std::nullopt},
      DeleteDatabaseOp{DbId(1), "other", 0, std::nullopt},
      Table(9, 3, "disk"),
      Table(1, 3, "cpu"),
      Table(1, 1, "disk"),
      AddColumnsOp{DbId(1), TableId(9), {{"x", ColumnType::kBool}}},
      AddColumnsOp{DbId(1), TableId(1), {{"usage", ColumnType::kBool}}},
      DeleteTableOp{DbId(1), TableId(9), "x", 0, std::nullopt},
      DeleteTableOp{DbId(1), TableId(1), "mem", 0, std::nullopt},
  };
  const auto before = catalog.state();
  for (size_t i = 0; i < misfits.size(); ++i) {
    // What fits before it is not applied either.
    const Status status = catalog.ApplyLogged({Database(7, "seven"), misfits[i]});
    EXPECT_EQ(status.code(), StatusCode::kCorruption) << i << ": " << status.ToString();
  }
  EXPECT_EQ(catalog.state(), before);
}

TEST(Catalog, CommitNeedsThePresentVersion) {
  Catalog catalog(kLimits);
  const uint64_t version = catalog.state()->version();
  ASSERT_TRUE(catalog.Commit(version, {Database(1, "a")}, Enqueued).ok());
  int enqueued = 0;
  const Status stale = catalog.Commit(version, {Database(2, "b")}, [&] {
    ++enqueued;
    return Status::Ok();
  });
  EXPECT_EQ(stale.code(), StatusCode::kConflict);
  EXPECT_EQ(enqueued, 0);
  EXPECT_EQ(catalog.state()->database_count(), 1u);
}

TEST(Catalog, NothingChangesWhenTheLogRefuses) {
  Catalog catalog(kLimits);
  const auto before = catalog.state();
  const Status refused = catalog.Commit(before->version(), {Database(1, "a")}, [&] {
    EXPECT_EQ(catalog.state(), before) << "logged before it is visible";
    return Status::Unavailable("full");
  });
  EXPECT_EQ(refused.code(), StatusCode::kUnavailable);
  EXPECT_EQ(catalog.state(), before);
}

// Several threads create databases, each retrying on conflicts, while others read. What was
// enqueued, applied to an empty catalog in that order, gives the same catalog.
TEST(Catalog, ConcurrentCommitsAreLoggedInTheirOrder) {
  Catalog catalog({1000, 10, 10, 10});
  std::vector<model::CatalogOp> logged;
  std::atomic<bool> done = false;
  std::thread reader([&] {
    uint64_t last_version = 0;
    while (!done) {
      const auto state = catalog.state();
      EXPECT_GE(state->version(), last_version);
      last_version = state->version();
      EXPECT_EQ(state->databases().size(), state->database_count() + 1);
    }
  });
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 3; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i < 50;) {
        const auto state = catalog.state();
        const CreateDatabaseOp op =
            Database(state->next_db_id().value, std::to_string(writer) + "-" + std::to_string(i));
        const Status status = catalog.Commit(state->version(), {op}, [&] {
          logged.push_back(op);
          return Status::Ok();
        });
        if (status.ok()) ++i;
        EXPECT_TRUE(status.ok() || status.code() == StatusCode::kConflict);
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  done = true;
  reader.join();
  EXPECT_EQ(catalog.state()->database_count(), 150u);
  Catalog replayed({1000, 10, 10, 10});
  for (const model::CatalogOp& op : logged) ASSERT_TRUE(replayed.ApplyLogged({op}).ok());
  for (const auto& [name, database] : catalog.state()->databases()) {
    ASSERT_NE(replayed.state()->FindDatabase(name), nullptr) << name;
    EXPECT_EQ(replayed.state()->FindDatabase(name)->id, database->id);
  }
}

// A hundred thousand tables, each in a change of its own, as a log may hold them.
TEST(Catalog, ManyTables) {
  constexpr uint32_t kTables = 100'000;
  Catalog catalog(kLimits);
  ASSERT_TRUE(catalog.ApplyLogged({Database(1, "db")}).ok());
  for (uint32_t i = 1; i <= kTables; ++i) {
    ASSERT_TRUE(catalog.ApplyLogged({Table(1, i, "t" + std::to_string(i))}).ok());
  }
  const auto state = catalog.state();
  EXPECT_EQ(state->table_count(), kTables);
  EXPECT_EQ(state->FindTable(DbId(1), TableId(kTables))->name(), "t100000");
}

}  // namespace
}  // namespace influxdb3::catalog
