// The log's promises while it runs: order, visibility, refusals, overload.

#include "wal/file_wal.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "util/fault_point.h"
#include "wal/fault_points.h"
#include "wal/testing/wal_fixture.h"

namespace influxdb3::wal::testing {
namespace {

using util::Status;
using util::StatusCode;

/// A door that threads wait at until it is opened.
class Gate {
 public:
  void Open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void Pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void WaitForVisitor() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ > 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int waiting_ = 0;
};

class FileWalTest : public ::testing::Test {
 protected:
  ~FileWalTest() override { util::SetFaultHook({}); }
  SyncTrackingFileSystem files_;
};

TEST_F(FileWalTest, AcknowledgedRecordsAreReplayedInOrder) {
  {
    const OpenedWal opened = Open(&files_);
    ASSERT_TRUE(opened.status.ok()) << opened.status.ToString();
    for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(Write(opened.wal.get(), name).ok());
    EXPECT_EQ(opened.listener->names(), (Names{"a", "b", "c"}));
    EXPECT_EQ(opened.listener->replayed(), 0);
  }
  const OpenedWal again = Open(&files_);
  ASSERT_TRUE(again.status.ok()) << again.status.ToString();
  EXPECT_EQ(again.listener->names(), (Names{"a", "b", "c"}));
  EXPECT_EQ(again.listener->replayed(), 3);
  EXPECT_EQ(again.stats.records, 3u);
  ASSERT_TRUE(Write(again.wal.get(), "d").ok());
  EXPECT_EQ(again.listener->last_seq(), 4u);
}

// At each step of a record's way: what a power failure would leave, what queries see.
TEST_F(FileWalTest, DurableThenVisibleThenAcknowledged) {
  const OpenedWal opened = Open(&files_);
  ASSERT_TRUE(Write(opened.wal.get(), "first").ok());
  std::vector<std::string> passed;
  util::SetFaultHook([&](std::string_view point) {
    passed.emplace_back(point);
    const std::unique_ptr<SyncTrackingFileSystem> disk = files_.Copy();
    disk->LoseUnsynced(0);
    const bool durable = Open(disk.get()).listener->names().size() == 2;
    const bool visible = opened.listener->names().size() == 2;
    const bool written_only =
        point == fault_points::kBeforeWrite || point == fault_points::kAfterWrite;
    EXPECT_EQ(durable, !written_only) << point;
    EXPECT_EQ(visible, point == fault_points::kBeforeAck) << point;
    return Status::Ok();
  });
  ASSERT_TRUE(Write(opened.wal.get(), "second").ok());
  util::SetFaultHook({});
  EXPECT_EQ(passed, (std::vector<std::string>{fault_points::kBeforeWrite, fault_points::kAfterWrite,
                                              fault_points::kAfterSync, fault_points::kBeforeApply,
                                              fault_points::kBeforeAck}));
}

TEST_F(FileWalTest, ManyWritersAreEachAcknowledgedOnceInOneOrder) {
  Names order;
  {
    const OpenedWal opened = Open(&files_, {.segment_bytes_max = 4096});
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
  EXPECT_EQ(Open(&files_).listener->names(), order);
}

TEST_F(FileWalTest, RecordsThatWaitTogetherAreSyncedOnce) {
  const OpenedWal opened = Open(&files_);
  Gate gate;
  util::SetFaultHook([&](std::string_view point) {
    if (point == fault_points::kBeforeWrite) gate.Pass();
    return Status::Ok();
  });
  std::vector<std::thread> writers;
  writers.emplace_back([&] { EXPECT_TRUE(Write(opened.wal.get(), "first").ok()); });
  gate.WaitForVisitor();
  const auto record = NamedRecord("more");
  const size_t payload_bytes = EncodeRecord(*record).value().size();
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(opened.wal->Submit(record, EncodeRecord(*record).value(), [](Status) {}).ok());
  }
  EXPECT_EQ(opened.wal->stats().queue_bytes,
            10 * payload_bytes + EncodeRecord(*NamedRecord("first")).value().size());
  gate.Open();
  for (std::thread& writer : writers) writer.join();
  ASSERT_TRUE(opened.wal->Shutdown().ok());
  EXPECT_EQ(opened.wal->stats().records, 11u);
  EXPECT_EQ(opened.wal->stats().flushes, 2u);
  EXPECT_EQ(opened.wal->stats().queue_bytes, 0u);
}

TEST_F(FileWalTest, AFullQueueRefusesAtTheLimitAndRecovers) {
  const auto record = NamedRecord("0123456789");
  const std::string payload = EncodeRecord(*record).value();
  const OpenedWal opened = Open(&files_, {.queue_bytes_max = 3 * payload.size()});
  Gate gate;
  util::SetFaultHook([&](std::string_view point) {
    if (point == fault_points::kBeforeWrite) gate.Pass();
    return Status::Ok();
  });
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

TEST_F(FileWalTest, ARecordLargerThanTheQueueIsTakenWhenAlone) {
  const OpenedWal opened = Open(&files_, {.queue_bytes_max = 1});
  EXPECT_TRUE(Write(opened.wal.get(), "a").ok());
  EXPECT_TRUE(Write(opened.wal.get(), "b").ok());
}

TEST_F(FileWalTest, CatalogOperationsOfARefusedWriteAreCarriedOver) {
  {
    const OpenedWal opened = Open(&files_);
    files_.FailAll(true);
    const Status refused = Write(opened.wal.get(), "carried");
    EXPECT_EQ(refused.code(), StatusCode::kIo);
    EXPECT_NE(refused.message().find("No space left on device"), std::string::npos);
    EXPECT_FALSE(Write(opened.wal.get(), "carried too").ok());
    EXPECT_EQ(opened.listener->names(), Names{}) << "refused is not visible";
    files_.FailAll(false);
    EXPECT_TRUE(Write(opened.wal.get(), "next").ok());
    EXPECT_EQ(opened.wal->stats().flush_failures, 2u);
    EXPECT_EQ(opened.wal->stats().queue_bytes, 0u);
  }
  EXPECT_EQ(Open(&files_).listener->names(), (Names{"carried", "carried too", "next"}));
}

TEST_F(FileWalTest, CarriedOperationsAreWrittenAtShutdown) {
  {
    const OpenedWal opened = Open(&files_);
    files_.FailAll(true);
    EXPECT_FALSE(Write(opened.wal.get(), "carried").ok());
    files_.FailAll(false);
    EXPECT_TRUE(opened.wal->Shutdown().ok());
  }
  EXPECT_EQ(Open(&files_).listener->names(), Names{"carried"});
}

TEST_F(FileWalTest, ShutdownReportsWhatItCouldNotWrite) {
  const OpenedWal opened = Open(&files_);
  files_.FailAll(true);
  EXPECT_FALSE(Write(opened.wal.get(), "carried").ok());
  EXPECT_FALSE(opened.wal->Shutdown().ok());
  files_.FailAll(false);
}

TEST_F(FileWalTest, ShutdownFlushesAndRefusesFurtherRecords) {
  const OpenedWal opened = Open(&files_);
  ASSERT_TRUE(Write(opened.wal.get(), "a").ok());
  EXPECT_TRUE(opened.wal->Shutdown().ok());
  EXPECT_TRUE(opened.wal->Shutdown().ok());
  EXPECT_EQ(Write(opened.wal.get(), "b").code(), StatusCode::kUnavailable);
}

TEST_F(FileWalTest, ASecondServerIsRefused) {
  OpenedWal first = Open(&files_);
  const OpenedWal second = Open(&files_);
  EXPECT_EQ(second.status.code(), StatusCode::kConflict);
  EXPECT_NE(second.status.message().find("'/data/node'"), std::string::npos);
  EXPECT_NE(second.status.message().find("--node-id"), std::string::npos);
  first.wal.reset();
  EXPECT_TRUE(Open(&files_).status.ok());
}

TEST_F(FileWalTest, SegmentsAreCutToTheirRecordsWhenClosed) {
  {
    const OpenedWal opened = Open(&files_, {.segment_bytes_max = 100});
    // 24 bytes of header and 80 of frame: the segment is over its limit with its first record.
    ASSERT_TRUE(Write(opened.wal.get(), "a").ok());
    EXPECT_EQ(files_.Contents(SegmentPath(1)).size(), 200u) << "reserved ahead";
    ASSERT_TRUE(Write(opened.wal.get(), "b").ok());
    EXPECT_EQ(files_.Contents(SegmentPath(1)).size(), 104u);
  }
  EXPECT_EQ(files_.Contents(SegmentPath(2)).size(), 104u);
}

TEST(MemoryWal, AcknowledgesAndKeepsNothing) {
  NameListener listener;
  const auto wal = OpenMemoryWal({.queue_bytes_max = size_t{1} << 20}).value();
  ASSERT_TRUE(wal->Replay({&listener}).ok());
  EXPECT_TRUE(Write(wal.get(), "a").ok());
  EXPECT_EQ(listener.names(), Names{"a"});
  EXPECT_TRUE(wal->Shutdown().ok());
  EXPECT_EQ(Write(wal.get(), "b").code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace influxdb3::wal::testing
