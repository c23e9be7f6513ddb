#include "ingest/hard_deleter.h"

#include <atomic>
#include <future>
#include <limits>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/testing/fake_wal.h"
#include "ingest/write_service.h"

namespace influxdb3::ingest {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using util::Status;
using util::StatusCode;

constexpr int64_t kNow = 1'700'000'000'000'000'000;
constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kGrace = 10 * kSecond;

class HardDeleterTest : public ::testing::Test {
 protected:
  HardDeleterTest() : catalog_({10, 5'000, 50, 10}), clock_(kNow) {
    Make("live", util::DbId(1), {1, 2, 3});
    Make("gone", util::DbId(2), {4});
  }

  void Make(const std::string& name, util::DbId db, const std::vector<uint32_t>& tables) {
    std::vector<model::CatalogOp> ops = {model::CreateDatabaseOp{db, name, std::nullopt, 0}};
    for (const uint32_t id : tables) {
      ops.emplace_back(model::CreateTableOp{
          db, util::TableId(id), fmt::format("t{}", id), {{"f", model::ColumnType::kInt64}}});
    }
    ASSERT_TRUE(catalog_.ApplyLogged(ops).ok());
  }
  void DeleteTable(uint32_t id, std::optional<int64_t> at_ns) {
    const model::DeleteTableOp op{util::DbId(1), util::TableId(id), fmt::format("t{}-x", id), kNow,
                                  at_ns};
    ASSERT_TRUE(catalog_.ApplyLogged({op}).ok());
  }
  void DeleteDatabase(std::optional<int64_t> at_ns) {
    const model::DeleteDatabaseOp op{util::DbId(2), "gone-x", kNow, at_ns};
    ASSERT_TRUE(catalog_.ApplyLogged({op}).ok());
  }
  HardDeleterOptions Options() {
    HardDeleterOptions options;
    options.grace_ns = kGrace;
    options.purged = [this] { ++purged_; };
    return options;
  }

  catalog::Catalog catalog_;
  FakeWal wal_;
  util::FakeClock clock_;
  std::atomic<int> purged_{0};
};

TEST_F(HardDeleterTest, PurgesWhatIsDueAndNothingElse) {
  HardDeleter deleter(&catalog_, &wal_, &clock_, Options());
  EXPECT_TRUE(deleter.RunOnce().ok());
  DeleteTable(1, kNow);
  DeleteTable(2, std::nullopt);
  DeleteDatabase(kNow + kSecond);
  EXPECT_EQ(NextPurgeNs(*catalog_.state(), kGrace), kNow + kGrace);

  clock_.Advance(kGrace - 1);
  EXPECT_TRUE(deleter.RunOnce().ok());
  EXPECT_THAT(wal_.records, IsEmpty());

  clock_.Advance(1);
  EXPECT_TRUE(deleter.RunOnce().ok());
  ASSERT_THAT(wal_.records, SizeIs(1));
  EXPECT_THAT(wal_.records[0]->ops,
              ElementsAre(model::CatalogOp(model::PurgeTableOp{util::DbId(1), util::TableId(1)})));
  EXPECT_EQ(purged_, 1);
  EXPECT_EQ(NextPurgeNs(*catalog_.state(), kGrace), kNow + kSecond + kGrace);

  clock_.Advance(kSecond);
  EXPECT_TRUE(deleter.RunOnce().ok());
  EXPECT_EQ(catalog_.state()->FindEvenDeleted(util::DbId(2)), nullptr);
  const auto live = catalog_.state()->FindDatabase("live");
  EXPECT_FALSE(live->tables_by_id.contains(1u));
  EXPECT_TRUE(live->tables_by_id.contains(2u));
  EXPECT_NE(live->FindTable("t3"), nullptr);
  EXPECT_EQ(NextPurgeNs(*catalog_.state(), kGrace), std::nullopt);
  EXPECT_TRUE(deleter.RunOnce().ok());
  EXPECT_THAT(wal_.records, SizeIs(2));
}

TEST_F(HardDeleterTest, TablesOfADeletedDatabaseGoOnTheirOwnOrWithIt) {
  const model::DeleteTableOp table{util::DbId(2), util::TableId(4), "t4-x", kNow, kNow};
  ASSERT_TRUE(catalog_.ApplyLogged({table}).ok());
  DeleteDatabase(std::nullopt);
  EXPECT_THAT(PurgeOps(*catalog_.state(), kNow, 0, 10),
              ElementsAre(model::CatalogOp(model::PurgeTableOp{util::DbId(2), util::TableId(4)})));
  DeleteDatabase(kNow);
  EXPECT_THAT(PurgeOps(*catalog_.state(), kNow, 0, 10),
              ElementsAre(model::CatalogOp(model::PurgeDatabaseOp{util::DbId(2)})));
}

TEST_F(HardDeleterTest, FarInstantsNeverCome) {
  DeleteTable(1, std::numeric_limits<int64_t>::max() - 1);
  EXPECT_EQ(NextPurgeNs(*catalog_.state(), kGrace), std::numeric_limits<int64_t>::max());
  EXPECT_THAT(PurgeOps(*catalog_.state(), kNow, kGrace, 10), IsEmpty());
}

TEST_F(HardDeleterTest, ManyTablesTakeSeveralRecords) {
  std::vector<uint32_t> ids(1'001);
  for (size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<uint32_t>(100 + i);
  Make("many", util::DbId(3), ids);
  std::vector<model::CatalogOp> ops;
  for (const uint32_t id : ids) {
    ops.emplace_back(model::DeleteTableOp{util::DbId(3), util::TableId(id), fmt::format("t{}", id),
                                          0, kNow - kGrace});
  }
  ASSERT_TRUE(catalog_.ApplyLogged(ops).ok());
  HardDeleter deleter(&catalog_, &wal_, &clock_, Options());
  EXPECT_TRUE(deleter.RunOnce().ok());
  ASSERT_THAT(wal_.records, SizeIs(2));
  EXPECT_THAT(wal_.records[0]->ops, SizeIs(1'000));
  EXPECT_THAT(wal_.records[1]->ops, SizeIs(1));
  EXPECT_EQ(catalog_.state()->FindDatabase("many")->tables_by_id.size(), 0u);
}

TEST_F(HardDeleterTest, WhatTheLogRefusesComesLater) {
  DeleteTable(1, kNow - kGrace);
  HardDeleter deleter(&catalog_, &wal_, &clock_, Options());
  wal_.refusal = Status::Unavailable("full");
  EXPECT_EQ(deleter.RunOnce().code(), StatusCode::kUnavailable);
  EXPECT_TRUE(catalog_.state()->FindDatabase("live")->tables_by_id.contains(1u));
  wal_.refusal = Status::Ok();
  EXPECT_TRUE(deleter.RunOnce().ok());
  EXPECT_FALSE(catalog_.state()->FindDatabase("live")->tables_by_id.contains(1u));
}

TEST_F(HardDeleterTest, TellsOfPurgesOnlyWhenTheyAreDurable) {
  DeleteTable(1, kNow - kGrace);
  wal_.acknowledge_at_once = false;
  HardDeleter deleter(&catalog_, &wal_, &clock_, Options());
  EXPECT_TRUE(deleter.RunOnce().ok());
  EXPECT_EQ(purged_, 0);
  wal_.Acknowledge(Status::Ok());
  EXPECT_EQ(purged_, 1);
}

TEST_F(HardDeleterTest, ADeletionWakesTheBackground) {
  std::promise<void> purged;
  HardDeleterOptions options;
  options.interval_ns = int64_t{3600} * kSecond;
  options.purged = [&] { purged.set_value(); };
  HardDeleter deleter(&catalog_, &wal_, &clock_, options);
  WriteOptions write_options;
  write_options.on_deleted = [&] { deleter.Wake(); };
  WriteService service(&catalog_, &wal_, &clock_, write_options);
  deleter.Start();
  std::promise<Status> deleted;
  service.DeleteTable("live", "t3", kNow, [&](const Status& status) { deleted.set_value(status); });
  EXPECT_TRUE(deleted.get_future().get().ok());
  purged.get_future().wait();
  EXPECT_FALSE(catalog_.state()->FindDatabase("live")->tables_by_id.contains(3u));
  deleter.Stop();
  deleter.Stop();
}

}  // namespace
}  // namespace influxdb3::ingest
