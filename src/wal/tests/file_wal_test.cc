#include "wal/file_wal.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstring>
#include <mutex>
#include <set>
#include <thread>

#include "wal/segment_format.h"
#include "wal/testing/sync_tracking_file_system.h"

namespace influxdb3::wal {
namespace {

using util::DbId;
using util::Status;
using util::StatusCode;

constexpr char kNode[] = "/data/node";

/// Records the databases that were created, in log order.
class NameListener : public Listener {
 public:
  void OnRecord(util::WalSeq seq, const Record& record, bool replay) override {
    std::lock_guard lock(mutex);
    EXPECT_GT(seq.value, last_seq);
    last_seq = seq.value;
    if (replay) ++replayed;
    for (const model::CatalogOp& op : record.ops) {
      names.push_back(std::get<model::CreateDatabaseOp>(op).name);
    }
  }
  std::mutex mutex;
  std::vector<std::string> names;
  uint64_t last_seq = 0;
  int replayed = 0;
};

/// A log over a tracked file system, opened and replayed.
struct Opened {
  std::unique_ptr<NameListener> listener = std::make_unique<NameListener>();
  std::unique_ptr<Wal> wal;
  Status status;
  ReplayStats stats;
};

Opened Open(SyncTrackingFileSystem* files, bool fail_on_error = false,
            size_t segment_bytes_max = size_t{1} << 20) {
  Options options;
  options.queue_bytes_max = size_t{1} << 20;
  options.segment_bytes_max = segment_bytes_max;
  options.replay_fail_on_error = fail_on_error;
  Opened opened;
  auto wal = OpenFileWalOn(files, kNode, options);
  opened.status = wal.status();
  if (!wal.ok()) return opened;
  opened.wal = std::move(wal).value();
  auto stats = opened.wal->Replay({opened.listener.get()});
  opened.status = stats.status();
  if (stats.ok()) opened.stats = *stats;
  return opened;
}

/// Submits one record and waits for its end.
Status Write(Wal* wal, const std::string& name) {
  auto record = std::make_shared<Record>();
  record->ops = {model::CreateDatabaseOp{DbId(1), name, std::nullopt, 0}};
  std::string payload = EncodeRecord(*record).value();
  std::mutex mutex;
  std::condition_variable changed;
  int calls = 0;
  Status result;
  const Status submitted = wal->Submit(record, std::move(payload), [&](Status status) {
    std::lock_guard lock(mutex);
    result = std::move(status);
    ++calls;
    changed.notify_one();
  });
  if (!submitted.ok()) return submitted;
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return calls > 0; });
  EXPECT_EQ(calls, 1);
  return result;
}

std::string OnlySegment(const SyncTrackingFileSystem& files) {
  std::vector<std::string> segments;
  for (const std::string& path : files.Paths()) {
    if (path.ends_with(".wal")) segments.push_back(path);
  }
  EXPECT_EQ(segments.size(), 1u);
  return segments.empty() ? "" : segments.front();
}

using Names = std::vector<std::string>;

TEST(FileWal, AcknowledgedRecordsAreReplayedInOrder) {
  SyncTrackingFileSystem files;
  {
    Opened opened = Open(&files);
    ASSERT_TRUE(opened.status.ok()) << opened.status.ToString();
    for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(Write(opened.wal.get(), name).ok());
    EXPECT_EQ(opened.listener->names, (Names{"a", "b", "c"}));
    EXPECT_EQ(opened.listener->replayed, 0);
  }
  Opened again = Open(&files);
  ASSERT_TRUE(again.status.ok()) << again.status.ToString();
  EXPECT_EQ(again.listener->names, (Names{"a", "b", "c"}));
  EXPECT_EQ(again.listener->replayed, 3);
  EXPECT_EQ(again.stats.records, 3u);
  ASSERT_TRUE(Write(again.wal.get(), "d").ok());
  EXPECT_EQ(again.listener->last_seq, 4u);
}

TEST(FileWal, NothingAcknowledgedIsLostWithThePower) {
  for (size_t kept_bytes : {size_t{0}, size_t{1}, size_t{40}, size_t{100000}}) {
    SyncTrackingFileSystem files;
    Names acknowledged;
    for (int round = 0; round < 4; ++round) {
      Opened opened = Open(&files, false, 200);
      ASSERT_TRUE(opened.status.ok()) << opened.status.ToString();
      ASSERT_EQ(opened.listener->names, acknowledged);
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

// One operation fails, then another, until a run sees no fault. After each: what was acknowledged
// is there, nothing else is except what was refused, and the log still takes records.
TEST(FileWal, SweepOfOneFailingOperation) {
  using Fault = SyncTrackingFileSystem::Fault;
  for (Fault fault : {Fault::kBeforeEffect, Fault::kHalfEffect, Fault::kAfterEffect}) {
    for (uint64_t operation = 1;; ++operation) {
      SCOPED_TRACE("operation " + std::to_string(operation));
      SyncTrackingFileSystem files;
      Names acknowledged;
      std::set<std::string> refused;
      {
        Opened opened = Open(&files, false, 150);
        files.FailOperation(files.operation_count() + operation, fault);
        for (int i = 0; i < 8 && opened.wal; ++i) {
          const std::string name = "n" + std::to_string(i);
          if (Write(opened.wal.get(), name).ok()) {
            acknowledged.push_back(name);
          } else {
            refused.insert(name);
          }
        }
        // One failure costs at most the record it hit.
        EXPECT_LE(refused.size(), 1u);
      }
      const bool fired = files.fault_fired();
      files.FailOperation(0, fault);
      files.LoseUnsynced(0);
      Opened again = Open(&files);
      ASSERT_TRUE(again.status.ok()) << again.status.ToString();
      Names found;
      for (const std::string& name : again.listener->names) {
        if (!refused.contains(name)) found.push_back(name);
      }
      EXPECT_EQ(found, acknowledged);
      EXPECT_TRUE(Write(again.wal.get(), "last").ok());
      if (!fired) break;
    }
  }
}

TEST(FileWal, CatalogOperationsOfARefusedWriteAreCarriedOver) {
  SyncTrackingFileSystem files;
  {
    Opened opened = Open(&files);
    files.FailAll(true);
    const Status refused = Write(opened.wal.get(), "carried");
    EXPECT_EQ(refused.code(), StatusCode::kIo);
    EXPECT_NE(refused.message().find("No space left on device"), std::string::npos);
    EXPECT_FALSE(Write(opened.wal.get(), "carried too").ok());
    files.FailAll(false);
    EXPECT_TRUE(Write(opened.wal.get(), "next").ok());
    EXPECT_EQ(opened.wal->stats().flush_failures, 2u);
    EXPECT_EQ(opened.wal->stats().queue_bytes, 0u);
  }
  Opened again = Open(&files);
  EXPECT_EQ(again.listener->names, (Names{"carried", "carried too", "next"}));
}

TEST(FileWal, ASecondServerIsRefused) {
  SyncTrackingFileSystem files;
  Opened first = Open(&files);
  Opened second = Open(&files);
  EXPECT_EQ(second.status.code(), StatusCode::kConflict);
  EXPECT_NE(second.status.message().find(kNode), std::string::npos);
}

TEST(FileWal, ShutdownFlushesAndRefusesFurtherRecords) {
  SyncTrackingFileSystem files;
  Opened opened = Open(&files);
  ASSERT_TRUE(Write(opened.wal.get(), "a").ok());
  EXPECT_TRUE(opened.wal->Shutdown().ok());
  EXPECT_TRUE(opened.wal->Shutdown().ok());
  EXPECT_EQ(Write(opened.wal.get(), "b").code(), StatusCode::kUnavailable);
}

TEST(FileWal, ManyWritersAreEachAcknowledgedOnce) {
  SyncTrackingFileSystem files;
  {
    Opened opened = Open(&files, false, 4096);
    std::vector<std::thread> writers;
    for (int writer = 0; writer < 4; ++writer) {
      writers.emplace_back([&, writer] {
        for (int i = 0; i < 100; ++i) {
          EXPECT_TRUE(
              Write(opened.wal.get(), std::to_string(writer) + "/" + std::to_string(i)).ok());
        }
      });
    }
    for (std::thread& writer : writers) writer.join();
  }
  Opened again = Open(&files);
  ASSERT_EQ(again.listener->names.size(), 400u);
  EXPECT_EQ(
      std::set<std::string>(again.listener->names.begin(), again.listener->names.end()).size(),
      400u);
}

// What each kind of damage to a log of three records does at start.
struct DamageCase {
  const char* what;
  void (*damage)(std::string* bytes);
  StatusCode code;  ///< kOk: the server starts
  size_t records_left;
  StatusCode strict_code;  ///< with --wal-replay-fail-on-error
};

size_t FrameSize(const std::string& bytes, size_t at) {
  FrameHeader header;
  std::memcpy(&header, bytes.data() + at, sizeof(header));
  return FrameBytes(header.payload_bytes);
}
size_t FrameStart(const std::string& bytes, int index) {
  size_t at = kSegmentHeaderBytes;
  for (int i = 0; i < index; ++i) at += FrameSize(bytes, at);
  return at;
}

const DamageCase kDamageCases[] = {
    {"intact", [](std::string*) {}, StatusCode::kOk, 3, StatusCode::kOk},
    {"last frame header cut", [](std::string* b) { b->resize(FrameStart(*b, 2) + 5); },
     StatusCode::kOk, 2, StatusCode::kCorruption},
    {"last payload cut", [](std::string* b) { b->resize(b->size() - 9); }, StatusCode::kOk, 2,
     StatusCode::kCorruption},
    {"last payload flipped", [](std::string* b) { (*b)[b->size() - 12] ^= 1; }, StatusCode::kOk, 2,
     StatusCode::kCorruption},
    {"zeros behind the end", [](std::string* b) { b->append(4096, '\0'); }, StatusCode::kOk, 3,
     StatusCode::kCorruption},
    {"garbage behind the end", [](std::string* b) { b->append(100, 'x'); }, StatusCode::kOk, 3,
     StatusCode::kCorruption},
    {"first payload flipped", [](std::string* b) { (*b)[FrameStart(*b, 0) + 40] ^= 1; },
     StatusCode::kCorruption, 0, StatusCode::kCorruption},
    {"middle checksum flipped", [](std::string* b) { (*b)[FrameStart(*b, 1) + 24] ^= 1; },
     StatusCode::kCorruption, 1, StatusCode::kCorruption},
    {"middle length enormous",
     [](std::string* b) { std::memset(b->data() + FrameStart(*b, 1) + 4, 0x7F, 4); },
     StatusCode::kCorruption, 1, StatusCode::kCorruption},
    {"wrong magic", [](std::string* b) { (*b)[0] ^= 1; }, StatusCode::kCorruption, 0,
     StatusCode::kCorruption},
    {"future version", [](std::string* b) { (*b)[7] = '2'; }, StatusCode::kCorruption, 0,
     StatusCode::kCorruption},
    {"header cut", [](std::string* b) { b->resize(10); }, StatusCode::kOk, 0,
     StatusCode::kCorruption},
    {"empty file", [](std::string* b) { b->clear(); }, StatusCode::kOk, 0, StatusCode::kCorruption},
    {"header only", [](std::string* b) { b->resize(kSegmentHeaderBytes); }, StatusCode::kOk, 0,
     StatusCode::kOk},
};

TEST(FileWal, DamageTable) {
  for (const DamageCase& damage_case : kDamageCases) {
    for (bool strict : {false, true}) {
      SCOPED_TRACE(std::string(damage_case.what) + (strict ? ", strict" : ""));
      SyncTrackingFileSystem files;
      {
        Opened opened = Open(&files);
        for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(Write(opened.wal.get(), name).ok());
      }
      const std::string path = OnlySegment(files);
      std::string bytes = files.Contents(path);
      damage_case.damage(&bytes);
      files.SetContents(path, bytes);
      Opened again = Open(&files, strict);
      EXPECT_EQ(again.status.code(), strict ? damage_case.strict_code : damage_case.code)
          << again.status.ToString();
      if (!again.status.ok()) {
        EXPECT_NE(again.status.message().find(path), std::string::npos);
        continue;
      }
      EXPECT_EQ(again.listener->names.size(), damage_case.records_left);
      // After the repair the log goes on without a gap and reads cleanly, also strictly.
      ASSERT_TRUE(Write(again.wal.get(), "z").ok());
      again.wal.reset();
      EXPECT_TRUE(Open(&files, true).status.ok());
    }
  }
}

TEST(FileWal, DamageBetweenSegments) {
  SyncTrackingFileSystem files;
  {
    Opened opened = Open(&files, false, 1);  // a segment per record
    for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(Write(opened.wal.get(), name).ok());
  }
  const std::string directory = std::string(kNode) + "/wal/";
  const std::string second = directory + SegmentFileName(2);
  const std::string bytes = files.Contents(second);

  files.SetContents(second, bytes.substr(0, bytes.size() - 1));
  EXPECT_EQ(Open(&files).status.code(), StatusCode::kCorruption) << "cut in the middle";

  ASSERT_TRUE(files.Remove(second).ok());
  const Status missing = Open(&files).status;
  EXPECT_EQ(missing.code(), StatusCode::kCorruption);
  EXPECT_NE(missing.message().find("record 2 should come next"), std::string::npos);

  files.SetContents(second, files.Contents(directory + SegmentFileName(1)));
  EXPECT_EQ(Open(&files).status.code(), StatusCode::kCorruption) << "a copy under another name";

  files.SetContents(second, bytes);
  EXPECT_TRUE(Open(&files).status.ok());
}

// A crash may persist the pages of one unsynced group in any order: a bad record with a good one of
// the same group behind it was never acknowledged and is a torn tail, not damage.
TEST(FileWal, ATornGroupIsCutAsAWhole) {
  SyncTrackingFileSystem files;
  const auto payload = [](const char* name) {
    Record record;
    record.ops = {model::CreateDatabaseOp{DbId(1), name, std::nullopt, 0}};
    return EncodeRecord(record).value();
  };
  std::string bytes = EncodeSegmentHeader(1);
  uint64_t seq = 1;
  for (const char* name : {"a", "b", "c"}) {
    const std::string body = payload(name);
    AppendFrame(seq, seq == 1 ? 1 : 2, body, PayloadHash(body), &bytes);
    ++seq;
  }
  bytes[FrameStart(bytes, 1) + 40] ^= 1;
  files.SetContents(std::string(kNode) + "/wal/" + SegmentFileName(1), bytes);
  const Opened opened = Open(&files);
  ASSERT_TRUE(opened.status.ok()) << opened.status.ToString();
  EXPECT_EQ(opened.listener->names, (Names{"a"}));
  EXPECT_GT(opened.stats.torn_tail_bytes, 0u);
}

}  // namespace
}  // namespace influxdb3::wal
