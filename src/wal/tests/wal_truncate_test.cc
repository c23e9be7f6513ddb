// What is covered goes, what is not stays, whatever fails or crashes in between.

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "wal/segment_format.h"
#include "wal/testing/wal_fixture.h"

namespace influxdb3::wal::testing {
namespace {

using Fault = SyncTrackingFileSystem::Fault;
using util::StatusCode;
using util::WalSeq;

constexpr size_t kSegmentPerRecord = 1;

/// Records `first` to `last`, named by their numbers.
void WriteRecords(Wal* wal, int first, int last) {
  for (int i = first; i <= last; ++i) ASSERT_TRUE(Write(wal, std::to_string(i)).ok());
}

Names Numbers(int first, int last) {
  Names names;
  for (int i = first; i <= last; ++i) names.push_back(std::to_string(i));
  return names;
}

std::vector<std::string> Segments(std::initializer_list<uint64_t> first_seqs) {
  std::vector<std::string> paths;
  for (uint64_t seq : first_seqs) paths.push_back(SegmentPath(seq));
  return paths;
}

TEST(WalTruncate, RemovesWhatHoldsOnlyCoveredRecords) {
  SyncTrackingFileSystem files;
  {
    const OpenedWal opened = Open(&files, {.segment_bytes_max = kSegmentPerRecord});
    WriteRecords(opened.wal.get(), 1, 5);
    EXPECT_TRUE(opened.wal->Truncate(WalSeq(0)).ok());
    EXPECT_EQ(files.Paths(), Segments({1, 2, 3, 4, 5}));
    EXPECT_TRUE(opened.wal->Truncate(WalSeq(3)).ok());
    EXPECT_EQ(files.Paths(), Segments({4, 5}));
    EXPECT_TRUE(opened.wal->Truncate(WalSeq(2)).ok()) << "going back does nothing";
    EXPECT_EQ(files.Paths(), Segments({4, 5}));
    WriteRecords(opened.wal.get(), 6, 6);
  }
  files.LoseUnsynced(0);
  const OpenedWal again = Open(&files, {.covered_seq = 3});
  ASSERT_TRUE(again.status.ok()) << again.status.ToString();
  EXPECT_EQ(again.listener->names(), Numbers(4, 6));
  EXPECT_EQ(again.stats.records, 3u);
}

TEST(WalTruncate, ClosesAnEntirelyCoveredSegmentAndGoesOn) {
  SyncTrackingFileSystem files;
  {
    const OpenedWal opened = Open(&files);
    WriteRecords(opened.wal.get(), 1, 3);
    EXPECT_TRUE(opened.wal->Truncate(WalSeq(3)).ok());
    EXPECT_EQ(files.Paths(), Segments({}));
    WriteRecords(opened.wal.get(), 4, 4);
    EXPECT_EQ(files.Paths(), Segments({4}));
  }
  EXPECT_EQ(Open(&files, {.covered_seq = 3}).listener->names(), Numbers(4, 4));
}

TEST(WalTruncate, ClosesALargeSegmentWithCoveredRecords) {
  SyncTrackingFileSystem files;
  // An eighth of it holds the header and two records.
  const OpenedWal opened = Open(&files, {.segment_bytes_max = 8 * (24 + 160)});
  WriteRecords(opened.wal.get(), 1, 1);
  EXPECT_TRUE(opened.wal->Truncate(WalSeq(0)).ok());
  WriteRecords(opened.wal.get(), 2, 2);
  EXPECT_TRUE(opened.wal->Truncate(WalSeq(0)).ok()) << "nothing in it is covered: it goes on";
  WriteRecords(opened.wal.get(), 3, 3);
  EXPECT_EQ(files.Paths(), Segments({1}));
  EXPECT_TRUE(opened.wal->Truncate(WalSeq(1)).ok());
  WriteRecords(opened.wal.get(), 4, 4);
  EXPECT_EQ(files.Paths(), Segments({1, 4}));
  EXPECT_TRUE(opened.wal->Truncate(WalSeq(2)).ok());
  EXPECT_EQ(files.Paths(), Segments({1, 4})) << "record 3 is needed";
  EXPECT_TRUE(opened.wal->Truncate(WalSeq(3)).ok());
  EXPECT_EQ(files.Paths(), Segments({4}));
}

TEST(WalTruncate, SegmentsOfEarlierRunsCountToo) {
  SyncTrackingFileSystem files;
  for (int i = 1; i <= 3; ++i) WriteRecords(Open(&files).wal.get(), i, i);
  const OpenedWal opened = Open(&files);
  EXPECT_TRUE(opened.wal->Truncate(WalSeq(2)).ok());
  EXPECT_EQ(files.Paths(), Segments({3}));
}

TEST(WalTruncate, CoveredRecordsAreNotReplayedThoughTheyAreThere) {
  SyncTrackingFileSystem files;
  WriteRecords(Open(&files).wal.get(), 1, 5);
  const OpenedWal again = Open(&files, {.covered_seq = 3});
  EXPECT_EQ(again.listener->names(), Numbers(4, 5));
  WriteRecords(again.wal.get(), 6, 6);
  EXPECT_EQ(again.listener->last_seq(), 6u);
}

TEST(WalTruncate, NumberingGoesOnBehindWhatIsCovered) {
  SyncTrackingFileSystem files;
  {
    const OpenedWal empty = Open(&files, {.covered_seq = 41});
    ASSERT_TRUE(empty.status.ok()) << empty.status.ToString();
    EXPECT_EQ(empty.wal->stats().last_durable_seq, 41u);
    WriteRecords(empty.wal.get(), 42, 42);
    EXPECT_EQ(empty.listener->last_seq(), 42u);
  }
  {
    // All that is there is covered, and more.
    const OpenedWal shorter = Open(&files, {.covered_seq = 50});
    ASSERT_TRUE(shorter.status.ok()) << shorter.status.ToString();
    EXPECT_EQ(shorter.listener->replayed(), 0);
    WriteRecords(shorter.wal.get(), 51, 51);
  }
  const OpenedWal again = Open(&files, {.covered_seq = 50});
  ASSERT_TRUE(again.status.ok()) << again.status.ToString();
  EXPECT_EQ(again.listener->names(), Numbers(51, 51));
  EXPECT_EQ(files.Paths(), Segments({51}));
}

TEST(WalTruncate, AGapBehindWhatIsCoveredIsCorruption) {
  SyncTrackingFileSystem files;
  {
    const OpenedWal opened = Open(&files, {.segment_bytes_max = kSegmentPerRecord});
    WriteRecords(opened.wal.get(), 1, 5);
    ASSERT_TRUE(opened.wal->Truncate(WalSeq(3)).ok());
  }
  const util::Status gap = Open(&files, {.covered_seq = 2}).status;
  EXPECT_EQ(gap.code(), StatusCode::kCorruption);
  EXPECT_NE(gap.message().find("it begins with record 4, but record 3 should come first"),
            std::string::npos)
      << gap.message();
  EXPECT_TRUE(Open(&files, {.covered_seq = 3}).status.ok());
  EXPECT_EQ(Open(&files).status.code(), StatusCode::kCorruption);
}

// A power failure may bring back any of the removed segments.
TEST(WalTruncate, AnyCoveredSegmentsMayBeLeft) {
  SyncTrackingFileSystem intact;
  {
    const OpenedWal opened = Open(&intact, {.segment_bytes_max = kSegmentPerRecord});
    WriteRecords(opened.wal.get(), 1, 6);
  }
  for (unsigned gone = 0; gone < 16; ++gone) {
    SCOPED_TRACE(gone);
    const std::unique_ptr<SyncTrackingFileSystem> files = intact.Copy();
    for (uint64_t seq = 1; seq <= 4; ++seq) {
      if (((gone >> (seq - 1)) & 1) == 0) continue;
      ASSERT_TRUE(files->Remove(SegmentPath(seq)).ok());
    }
    const OpenedWal again = Open(files.get(), {.covered_seq = 4});
    ASSERT_TRUE(again.status.ok()) << again.status.ToString();
    EXPECT_EQ(again.listener->names(), Numbers(5, 6));
    EXPECT_EQ(files->Paths(), Segments({5, 6})) << "the start removes what is left";
  }
}

// Each operation fails in turn, also those of truncation; then the power goes.
void SweepTruncation(Fault fault) {
  for (uint64_t operation = 1;; ++operation) {
    SCOPED_TRACE("operation " + std::to_string(operation));
    SyncTrackingFileSystem files;
    std::set<std::string> refused;
    Names kept;
    {
      const OpenedWal opened = Open(&files, {.segment_bytes_max = 150});
      WriteRecords(opened.wal.get(), 1, 4);
      files.FailOperation(files.operation_count() + operation, fault);
      (void)opened.wal->Truncate(WalSeq(3));
      for (int i = 5; i <= 7; ++i) {
        const std::string name = std::to_string(i);
        if (Write(opened.wal.get(), name).ok()) {
          kept.push_back(name);
        } else {
          refused.insert(name);
        }
      }
      (void)opened.wal->Truncate(WalSeq(4));
    }
    const bool fired = files.fault_fired();
    files.FailOperation(0, fault, 0);
    files.LoseUnsynced(0);
    const OpenedWal again = Open(&files, {.covered_seq = 4});
    ASSERT_TRUE(again.status.ok()) << again.status.ToString();
    Names names = again.listener->names();
    std::erase_if(names, [&](const std::string& name) { return refused.contains(name); });
    EXPECT_EQ(names, kept);
    EXPECT_TRUE(Write(again.wal.get(), "last").ok());
    EXPECT_TRUE(again.wal->Truncate(WalSeq(again.listener->last_seq())).ok());
    EXPECT_EQ(files.Paths(), Segments({})) << "nothing is forgotten";
    if (!fired) return;
  }
}

TEST(WalTruncate, SweepOfFailingOperations) {
  SweepTruncation(Fault::kBeforeEffect);
  SweepTruncation(Fault::kHalfEffect);
  SweepTruncation(Fault::kAfterEffect);
}

TEST(WalTruncate, AnEmptySegmentIsNotTakenForTheNextOne) {
  SyncTrackingFileSystem files;
  files.SetContents(SegmentPath(1), EncodeSegmentHeader(1));
  const OpenedWal opened = Open(&files);
  WriteRecords(opened.wal.get(), 1, 1);
  EXPECT_TRUE(opened.wal->Truncate(WalSeq(0)).ok());
  EXPECT_EQ(files.Paths(), Segments({1}));
}

TEST(WalTruncate, StatsTellWhatSnapshotsAreTriggeredBy) {
  NameListener listener;
  // Intervals of a nanosecond: every record has one of its own.
  const auto wal =
      OpenMemoryWal({.queue_bytes_max = size_t{1} << 20, .flush_interval_ns = 1}).value();
  ASSERT_TRUE(wal->Replay({&listener}).ok());
  WriteRecords(wal.get(), 1, 3);
  EXPECT_EQ(wal->stats().last_durable_seq, 3u);
  EXPECT_EQ(wal->stats().uncovered_intervals, 3u);
  EXPECT_TRUE(wal->Truncate(WalSeq(2)).ok());
  EXPECT_EQ(wal->stats().covered_seq, 2u);
  EXPECT_EQ(wal->stats().uncovered_intervals, 1u);
  const auto hour = OpenMemoryWal({.queue_bytes_max = 1000, .flush_interval_ns = int64_t{1} << 60});
  ASSERT_TRUE((*hour)->Replay({}).ok());
  WriteRecords(hour->get(), 1, 3);
  EXPECT_EQ((*hour)->stats().uncovered_intervals, 1u);
}

}  // namespace
}  // namespace influxdb3::wal::testing
