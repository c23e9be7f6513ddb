// The promises that every durable log keeps, on segments and on objects: order, visibility,
// refusals, overload, truncation.

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "object_store/memory_store.h"
#include "object_store/testing/faulty_store.h"
#include "util/fault_point.h"
#include "wal/fault_points.h"
#include "wal/store_fault_points.h"
#include "wal/testing/gate.h"
#include "wal/testing/object_wal_fixture.h"

namespace influxdb3::wal::testing {
namespace {

using object_store::testing::FaultRule;
using object_store::testing::FaultyObjectStore;
using util::Status;
using util::StatusCode;
using util::WalSeq;

struct ContractOptions {
  uint64_t covered_seq = 0;
  size_t queue_bytes_max = size_t{1} << 20;
};

/// Where a log lies, and how that fails.
class Storage {
 public:
  virtual ~Storage() = default;
  virtual OpenedWal Open(const ContractOptions& options) = 0;
  /// All writing fails, with nothing left behind, until called with false.
  virtual void FailAll(bool fail) = 0;
  /// Part of the message that FailAll causes.
  virtual std::string failure() const = 0;
  /// The last fault point in front of writing.
  virtual std::string_view before_write() const = 0;
};

class SegmentStorage : public Storage {
 public:
  OpenedWal Open(const ContractOptions& options) override {
    // Each record gets a segment of its own, as it gets an object.
    return testing::Open(&files_, {.segment_bytes_max = 1,
                                   .queue_bytes_max = options.queue_bytes_max,
                                   .covered_seq = options.covered_seq});
  }
  void FailAll(bool fail) override { files_.FailAll(fail); }
  std::string failure() const override { return "No space left on device"; }
  std::string_view before_write() const override { return fault_points::kBeforeWrite; }

 private:
  SyncTrackingFileSystem files_;
};

class ObjectStorage : public Storage {
 public:
  OpenedWal Open(const ContractOptions& options) override {
    return OpenObjects(
        &store_, {.covered_seq = options.covered_seq, .queue_bytes_max = options.queue_bytes_max});
  }
  void FailAll(bool fail) override {
    store_.ClearRules();
    if (!fail) return;
    FaultRule rule;
    rule.match_count = UINT64_MAX;
    rule.error = Status(StatusCode::kPermissionDenied, failure());
    store_.AddRule(rule);
  }
  std::string failure() const override { return "the key may not write"; }
  std::string_view before_write() const override { return fault_points::kBeforePut; }

 private:
  FaultyObjectStore store_{object_store::MakeMemoryStore()};
};

class WalContract : public ::testing::TestWithParam<std::string> {
 protected:
  ~WalContract() override { util::SetFaultHook({}); }

  void SetUp() override {
    if (GetParam() == "Segments") {
      storage_ = std::make_unique<SegmentStorage>();
    } else {
      storage_ = std::make_unique<ObjectStorage>();
    }
  }
  OpenedWal Open(const ContractOptions& options = {}) { return storage_->Open(options); }
  /// Whoever writes next waits at the gate.
  void StopWritingAt(Gate* gate) {
    util::SetFaultHook([this, gate](std::string_view point) {
      if (point == storage_->before_write()) gate->Pass();
      return Status::Ok();
    });
  }

  std::unique_ptr<Storage> storage_;
};

INSTANTIATE_TEST_SUITE_P(Logs, WalContract, ::testing::Values("Segments", "Objects"),
                         [](const auto& tested) { return tested.param; });

TEST_P(WalContract, AcknowledgedRecordsAreReplayedInOrder) {
  {
    const OpenedWal opened = Open();
    ASSERT_TRUE(opened.status.ok()) << opened.status.ToString();
    for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(Write(opened.wal.get(), name).ok());
    EXPECT_EQ(opened.listener->names(), (Names{"a", "b", "c"}));
    EXPECT_EQ(opened.listener->replayed(), 0);
  }
  const OpenedWal again = Open();
  ASSERT_TRUE(again.status.ok()) << again.status.ToString();
  EXPECT_EQ(again.listener->names(), (Names{"a", "b", "c"}));
  EXPECT_EQ(again.listener->replayed(), 3);
  EXPECT_EQ(again.stats.records, 3u);
  ASSERT_TRUE(Write(again.wal.get(), "d").ok());
  EXPECT_EQ(again.listener->last_seq(), 4u);
}

TEST_P(WalContract, ManyWritersAreEachAcknowledgedOnceInOneOrder) {
  Names order;
  {
    const OpenedWal opened = Open();
    std::vector<std::thread> writers;
    for (int writer = 0; writer < 4; ++writer) {
      writers.emplace_back([&, writer] {
        for (int i = 0; i < 100; ++i) {
          const std::string name = std::to_string(writer) + "/" + std::to_string(i);
          EXPECT_TRUE(Write(opened.wal.get(), name).ok());
          const Names visible = opened.listener->names();
          EXPECT_NE(std::find(visible.begin(), visible.end(), name), visible.end());
        }
      });
    }
    for (std::thread& writer : writers) writer.join();
    order = opened.listener->names();
    EXPECT_EQ(opened.wal->stats().records, 400u);
  }
  EXPECT_EQ(std::set<std::string>(order.begin(), order.end()).size(), 400u);
  EXPECT_EQ(Open().listener->names(), order);
}

TEST_P(WalContract, AFullQueueRefusesAtTheLimitAndRecovers) {
  const auto record = NamedRecord("0123456789");
  const std::string payload = EncodeRecord(*record).value();
  const OpenedWal opened = Open({.queue_bytes_max = 3 * payload.size()});
  Gate gate;
  StopWritingAt(&gate);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(opened.wal->Submit(record, payload, [](Status) {}).ok());
  }
  const Status full = opened.wal->Submit(record, payload, [](Status) { ADD_FAILURE(); });
  EXPECT_EQ(full.code(), StatusCode::kUnavailable);
  EXPECT_TRUE(full.message().starts_with("the write buffer is full: ")) << full.message();
  EXPECT_TRUE(full.message().ends_with("try again later")) << full.message();
  gate.Open();
  ASSERT_TRUE(opened.wal->Shutdown().ok());
  EXPECT_EQ(opened.listener->names().size(), 3u);
}

TEST_P(WalContract, ARecordLargerThanTheQueueIsTakenWhenAlone) {
  const OpenedWal opened = Open({.queue_bytes_max = 1});
  EXPECT_TRUE(Write(opened.wal.get(), "a").ok());
  EXPECT_TRUE(Write(opened.wal.get(), "b").ok());
}

TEST_P(WalContract, CatalogOperationsOfARefusedWriteAreCarriedOver) {
  {
    const OpenedWal opened = Open();
    storage_->FailAll(true);
    const Status refused = Write(opened.wal.get(), "carried");
    EXPECT_TRUE(refused.code() == StatusCode::kIo || refused.code() == StatusCode::kUnavailable);
    EXPECT_TRUE(refused.message().starts_with("error from wal: error writing wal file: "));
    EXPECT_NE(refused.message().find(storage_->failure()), std::string::npos);
    EXPECT_FALSE(Write(opened.wal.get(), "carried too").ok());
    EXPECT_EQ(opened.listener->names(), Names{}) << "refused is not visible";
    storage_->FailAll(false);
    EXPECT_TRUE(Write(opened.wal.get(), "next").ok());
    EXPECT_EQ(opened.wal->stats().flush_failures, 2u);
    EXPECT_EQ(opened.wal->stats().queue_bytes, 0u);
  }
  EXPECT_EQ(Open().listener->names(), (Names{"carried", "carried too", "next"}));
}

TEST_P(WalContract, CarriedOperationsAreWrittenAtShutdown) {
  {
    const OpenedWal opened = Open();
    storage_->FailAll(true);
    EXPECT_FALSE(Write(opened.wal.get(), "carried").ok());
    storage_->FailAll(false);
    EXPECT_TRUE(opened.wal->Shutdown().ok());
  }
  EXPECT_EQ(Open().listener->names(), Names{"carried"});
}

TEST_P(WalContract, ShutdownReportsWhatItCouldNotWrite) {
  const OpenedWal opened = Open();
  storage_->FailAll(true);
  EXPECT_FALSE(Write(opened.wal.get(), "carried").ok());
  EXPECT_FALSE(opened.wal->Shutdown().ok());
  storage_->FailAll(false);
}

TEST_P(WalContract, ShutdownFlushesAndRefusesFurtherRecords) {
  const OpenedWal opened = Open();
  Gate gate;
  StopWritingAt(&gate);
  std::vector<std::thread> writers;
  writers.emplace_back([&] { EXPECT_TRUE(Write(opened.wal.get(), "a").ok()); });
  gate.WaitForVisitor();
  const auto record = NamedRecord("queued");
  ASSERT_TRUE(opened.wal->Submit(record, EncodeRecord(*record).value(), [](Status) {}).ok());
  gate.Open();
  EXPECT_TRUE(opened.wal->Shutdown().ok());
  EXPECT_TRUE(opened.wal->Shutdown().ok());
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(opened.listener->names(), (Names{"a", "queued"}));
  EXPECT_EQ(Write(opened.wal.get(), "b").code(), StatusCode::kUnavailable);
}

TEST_P(WalContract, CoveredRecordsAreNotReplayedThoughTheyAreThere) {
  {
    const OpenedWal opened = Open();
    for (const char* name : {"1", "2", "3", "4", "5"}) {
      ASSERT_TRUE(Write(opened.wal.get(), name).ok());
    }
  }
  const OpenedWal again = Open({.covered_seq = 3});
  EXPECT_EQ(again.listener->names(), (Names{"4", "5"}));
  EXPECT_EQ(again.wal->stats().covered_seq, 3u);
  EXPECT_TRUE(Write(again.wal.get(), "6").ok());
  EXPECT_EQ(again.listener->last_seq(), 6u);
}

TEST_P(WalContract, NumberingGoesOnBehindWhatIsCovered) {
  {
    const OpenedWal empty = Open({.covered_seq = 41});
    ASSERT_TRUE(empty.status.ok()) << empty.status.ToString();
    EXPECT_EQ(empty.wal->stats().last_durable_seq, 41u);
    EXPECT_TRUE(Write(empty.wal.get(), "42").ok());
    EXPECT_EQ(empty.listener->last_seq(), 42u);
  }
  {
    // All that is there is covered, and more.
    const OpenedWal shorter = Open({.covered_seq = 50});
    ASSERT_TRUE(shorter.status.ok()) << shorter.status.ToString();
    EXPECT_EQ(shorter.listener->replayed(), 0);
    EXPECT_TRUE(Write(shorter.wal.get(), "51").ok());
  }
  const OpenedWal again = Open({.covered_seq = 50});
  ASSERT_TRUE(again.status.ok()) << again.status.ToString();
  EXPECT_EQ(again.listener->names(), Names{"51"});
}

TEST_P(WalContract, TruncationTakesWhatIsCoveredAndNoMore) {
  {
    const OpenedWal opened = Open();
    for (const char* name : {"1", "2", "3", "4", "5"}) {
      ASSERT_TRUE(Write(opened.wal.get(), name).ok());
    }
    EXPECT_TRUE(opened.wal->Truncate(WalSeq(3)).ok());
    EXPECT_EQ(opened.wal->stats().covered_seq, 3u);
    ASSERT_TRUE(Write(opened.wal.get(), "6").ok());
  }
  const Status gap = Open({.covered_seq = 2}).status;
  EXPECT_EQ(gap.code(), StatusCode::kCorruption) << gap.ToString();
  EXPECT_EQ(Open({.covered_seq = 3}).listener->names(), (Names{"4", "5", "6"}));
  const OpenedWal again = Open({.covered_seq = 6});
  EXPECT_EQ(again.listener->names(), Names{});
  EXPECT_TRUE(again.wal->Truncate(WalSeq(6)).ok());
  EXPECT_TRUE(Write(again.wal.get(), "7").ok());
  EXPECT_EQ(again.listener->last_seq(), 7u);
}

}  // namespace
}  // namespace influxdb3::wal::testing
