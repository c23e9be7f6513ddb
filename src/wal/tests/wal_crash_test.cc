// What a power failure or failing disk leaves: everything acknowledged, whole, and a log that goes
// on.

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "wal/segment_format.h"
#include "wal/testing/wal_fixture.h"

namespace influxdb3::wal::testing {
namespace {

using Fault = SyncTrackingFileSystem::Fault;

Names Without(Names names, const std::set<std::string>& left_out) {
  std::erase_if(names, [&](const std::string& name) { return left_out.contains(name); });
  return names;
}

TEST(WalCrash, NothingAcknowledgedIsLostWithThePower) {
  for (size_t kept_bytes : {size_t{0}, size_t{1}, size_t{40}, size_t{100000}}) {
    SyncTrackingFileSystem files;
    Names acknowledged;
    for (int round = 0; round < 4; ++round) {
      OpenedWal opened = Open(&files, {.segment_bytes_max = 200});
      ASSERT_TRUE(opened.status.ok()) << opened.status.ToString();
      ASSERT_EQ(opened.listener->names(), acknowledged);
      for (int i = 0; i < 5; ++i) {
        const std::string name = std::to_string(round) + "-" + std::to_string(i);
        ASSERT_TRUE(Write(opened.wal.get(), name).ok());
        acknowledged.push_back(name);
      }
      opened.wal.reset();
      files.LoseUnsynced(kept_bytes);
    }
  }
}

/// Names as writers see them acknowledged.
class Acknowledged {
 public:
  void Add(const std::string& name) {
    std::lock_guard lock(mutex_);
    names_.insert(name);
    changed_.notify_all();
  }
  /// All of them once there are `count`.
  std::set<std::string> WaitFor(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return names_.size() >= count; });
    return names_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> names_;
};

// The power fails while four writers are at work, and the disk holds some of the unsynced sectors.
// The log opened on such a disk has all that was acknowledged before, nothing twice, and takes new
// records.
TEST(WalCrash, PowerFailsUnderLoad) {
  constexpr size_t kRecordsOfAWriter = 30;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SyncTrackingFileSystem files;
    if (seed % 2 == 0) files.RefuseReserving();
    const OpenedWal opened = Open(&files, {.segment_bytes_max = 4096});
    Acknowledged acknowledged;
    std::vector<std::thread> writers;
    for (int writer = 0; writer < 4; ++writer) {
      writers.emplace_back([&, writer] {
        for (size_t i = 0; i < kRecordsOfAWriter; ++i) {
          const std::string name = std::to_string(writer) + "/" + std::to_string(i);
          ASSERT_TRUE(Write(opened.wal.get(), name).ok());
          acknowledged.Add(name);
        }
      });
    }
    for (size_t count : {seed % 7, seed, seed + 30, 4 * kRecordsOfAWriter}) {
      const std::set<std::string> before = acknowledged.WaitFor(count);
      const std::unique_ptr<SyncTrackingFileSystem> disk = files.Copy();
      disk->TearUnsynced(seed);
      const OpenedWal left = Open(disk.get());
      ASSERT_TRUE(left.status.ok()) << left.status.ToString();
      const Names names = left.listener->names();
      const std::set<std::string> found(names.begin(), names.end());
      EXPECT_EQ(found.size(), names.size());
      EXPECT_TRUE(std::includes(found.begin(), found.end(), before.begin(), before.end()));
      EXPECT_TRUE(Write(left.wal.get(), "after").ok());
    }
    for (std::thread& writer : writers) writer.join();
  }
}

// One operation fails (or several in a row), then the next one, until a run sees no fault. After
// each: what was acknowledged is there, nothing else is except what was refused, and the log still
// takes records.
void Sweep(Fault fault, uint64_t count) {
  for (uint64_t operation = 1;; ++operation) {
    SCOPED_TRACE("operation " + std::to_string(operation));
    SyncTrackingFileSystem files;
    Names acknowledged;
    std::set<std::string> refused;
    {
      const OpenedWal opened = Open(&files, {.segment_bytes_max = 150});
      files.FailOperation(files.operation_count() + operation, fault, count);
      for (int i = 0; i < 8; ++i) {
        const std::string name = "n" + std::to_string(i);
        if (Write(opened.wal.get(), name).ok()) {
          acknowledged.push_back(name);
        } else {
          refused.insert(name);
        }
      }
      // A failing operation costs at most the record it hit.
      EXPECT_LE(refused.size(), count);
    }
    const bool fired = files.fault_fired();
    files.FailOperation(0, fault, 0);
    files.LoseUnsynced(0);
    const OpenedWal again = Open(&files);
    ASSERT_TRUE(again.status.ok()) << again.status.ToString();
    EXPECT_EQ(Without(again.listener->names(), refused), acknowledged);
    EXPECT_TRUE(Write(again.wal.get(), "last").ok());
    if (!fired) return;
  }
}

TEST(WalCrash, SweepOfFailingOperations) {
  for (uint64_t count : {1u, 2u, 3u, 4u}) {
    SCOPED_TRACE("in a row: " + std::to_string(count));
    Sweep(Fault::kBeforeEffect, count);
    Sweep(Fault::kHalfEffect, count);
    Sweep(Fault::kAfterEffect, count);
  }
}

// The start that repairs a log fails half-way, the power goes, and the next start must find the
// same records.
TEST(WalCrash, ARepairMayBeInterrupted) {
  SyncTrackingFileSystem intact;
  {
    const OpenedWal opened = Open(&intact);
    for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(Write(opened.wal.get(), name).ok());
  }
  std::string torn_record = intact.Contents(SegmentPath(1));
  torn_record.resize(torn_record.size() - 9);
  const std::string torn_header = EncodeSegmentHeader(4).substr(0, 10);
  for (Fault fault : {Fault::kBeforeEffect, Fault::kHalfEffect, Fault::kAfterEffect}) {
    for (uint64_t operation = 1; operation <= 4; ++operation) {
      for (bool header : {false, true}) {
        SCOPED_TRACE("operation " + std::to_string(operation));
        const std::unique_ptr<SyncTrackingFileSystem> files = intact.Copy();
        files->SetContents(header ? SegmentPath(4) : SegmentPath(1),
                           header ? torn_header : torn_record);
        files->FailOperation(operation, fault);
        (void)Open(files.get());
        files->FailOperation(0, fault, 0);
        files->LoseUnsynced(0);
        const OpenedWal again = Open(files.get());
        ASSERT_TRUE(again.status.ok()) << again.status.ToString();
        EXPECT_EQ(again.listener->names(), header ? Names({"a", "b", "c"}) : Names({"a", "b"}));
        EXPECT_TRUE(Write(again.wal.get(), "next").ok());
      }
    }
  }
}

// A failed sync may have thrown away what it did not write: nothing behind the synced part counts,
// and the next records go to a new segment.
TEST(WalCrash, ASegmentIsGivenUpAfterAFailedSync) {
  SyncTrackingFileSystem files;
  {
    const OpenedWal opened = Open(&files);
    ASSERT_TRUE(Write(opened.wal.get(), "a").ok());
    // Of the next record's operations (writing, syncing) the second fails.
    files.FailOperation(files.operation_count() + 2, Fault::kBeforeEffect);
    EXPECT_FALSE(Write(opened.wal.get(), "b").ok());
    EXPECT_EQ(files.Contents(SegmentPath(1)).size(), 104u) << "cut back to the first record";
    ASSERT_TRUE(Write(opened.wal.get(), "c").ok());
    EXPECT_EQ(files.Paths(), (std::vector<std::string>{SegmentPath(1), SegmentPath(2)}));
  }
  EXPECT_EQ(Open(&files).listener->names(), (Names{"a", "b", "c"})) << "b's operation was carried";
}

}  // namespace
}  // namespace influxdb3::wal::testing
