// What a log of segments does while it runs, beyond what every log promises (wal_contract_test.cc).

#include "wal/file_wal.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "util/fault_point.h"
#include "wal/fault_points.h"
#include "wal/testing/gate.h"
#include "wal/testing/wal_fixture.h"

namespace influxdb3::wal::testing {
namespace {

using util::Status;
using util::StatusCode;

class FileWalTest : public ::testing::Test {
 protected:
  ~FileWalTest() override { util::SetFaultHook({}); }
  SyncTrackingFileSystem files_;
};

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
