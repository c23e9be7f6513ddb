// What each kind of damage to a log does at start.

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "wal/segment_format.h"
#include "wal/testing/wal_fixture.h"

namespace influxdb3::wal::testing {
namespace {

using util::Status;
using util::StatusCode;

struct DamageCase {
  const char* what;
  void (*damage)(std::string* bytes);
  StatusCode code;  ///< kOk: the server starts
  size_t records_left;
  StatusCode strict_code;  ///< with --wal-replay-fail-on-error
};

size_t FrameStart(const std::string& bytes, int index) {
  size_t at = kSegmentHeaderBytes;
  for (int i = 0; i < index; ++i) {
    FrameHeader header;
    std::memcpy(&header, bytes.data() + at, sizeof(header));
    at += FrameBytes(header.payload_bytes);
  }
  return at;
}

void AppendNamed(uint64_t seq, uint64_t group, const std::string& name, std::string* segment) {
  const std::string payload = EncodeRecord(*NamedRecord(name)).value();
  AppendFrame(seq, group, payload, PayloadHash(payload), segment);
}

// The header of a later version, its checksum right.
std::string LaterHeader() {
  std::string header = EncodeSegmentHeader(1);
  header[7] = '2';
  const uint64_t checksum = PayloadHash(std::string_view(header).substr(0, 16));
  std::memcpy(header.data() + 16, &checksum, sizeof(checksum));
  return header;
}

const DamageCase kDamageCases[] = {
    {"intact", [](std::string*) {}, StatusCode::kOk, 3, StatusCode::kOk},
    {"last frame header cut", [](std::string* b) { b->resize(FrameStart(*b, 2) + 5); },
     StatusCode::kOk, 2, StatusCode::kCorruption},
    {"last payload cut", [](std::string* b) { b->resize(b->size() - 9); }, StatusCode::kOk, 2,
     StatusCode::kCorruption},
    {"last payload flipped", [](std::string* b) { (*b)[b->size() - 12] ^= 1; }, StatusCode::kOk, 2,
     StatusCode::kCorruption},
    {"last checksum flipped", [](std::string* b) { (*b)[FrameStart(*b, 2) + 24] ^= 1; },
     StatusCode::kOk, 2, StatusCode::kCorruption},
    {"last frame zeroed but for its end",
     [](std::string* b) {
       const size_t begin = FrameStart(*b, 2);
       std::memset(b->data() + begin, 0, b->size() - begin - 8);
       b->back() = 1;
     },
     StatusCode::kOk, 2, StatusCode::kCorruption},
    {"zeros behind the end", [](std::string* b) { b->append(100'000, '\0'); }, StatusCode::kOk, 3,
     StatusCode::kOk},
    {"a few zeros behind the end", [](std::string* b) { b->append(3, '\0'); }, StatusCode::kOk, 3,
     StatusCode::kOk},
    {"last payload cut, then zeros",
     [](std::string* b) {
       b->resize(b->size() - 30);
       b->append(4096, '\0');
     },
     StatusCode::kOk, 2, StatusCode::kCorruption},
    {"garbage behind the end", [](std::string* b) { b->append(100, 'x'); }, StatusCode::kOk, 3,
     StatusCode::kCorruption},
    {"first payload flipped", [](std::string* b) { (*b)[FrameStart(*b, 0) + 40] ^= 1; },
     StatusCode::kCorruption, 0, StatusCode::kCorruption},
    {"middle checksum flipped", [](std::string* b) { (*b)[FrameStart(*b, 1) + 24] ^= 1; },
     StatusCode::kCorruption, 1, StatusCode::kCorruption},
    {"middle sequence number flipped", [](std::string* b) { (*b)[FrameStart(*b, 1) + 8] ^= 8; },
     StatusCode::kCorruption, 1, StatusCode::kCorruption},
    {"middle length enormous",
     [](std::string* b) { std::memset(b->data() + FrameStart(*b, 1) + 4, 0x7F, 4); },
     StatusCode::kCorruption, 1, StatusCode::kCorruption},
    {"middle frame zeroed",
     [](std::string* b) {
       std::memset(b->data() + FrameStart(*b, 1), 0, FrameStart(*b, 2) - FrameStart(*b, 1));
     },
     StatusCode::kCorruption, 1, StatusCode::kCorruption},
    {"last frame twice", [](std::string* b) { b->append(b->substr(FrameStart(*b, 2))); },
     StatusCode::kOk, 3, StatusCode::kCorruption},
    {"first frame twice",
     [](std::string* b) {
       b->insert(FrameStart(*b, 1),
                 b->substr(FrameStart(*b, 0), FrameStart(*b, 1) - FrameStart(*b, 0)));
     },
     StatusCode::kCorruption, 1, StatusCode::kCorruption},
    {"wrong magic", [](std::string* b) { (*b)[0] ^= 1; }, StatusCode::kCorruption, 0,
     StatusCode::kCorruption},
    {"version flipped", [](std::string* b) { (*b)[7] = '2'; }, StatusCode::kCorruption, 0,
     StatusCode::kCorruption},
    {"later version", [](std::string* b) { b->replace(0, kSegmentHeaderBytes, LaterHeader()); },
     StatusCode::kUnsupported, 0, StatusCode::kUnsupported},
    {"header flipped", [](std::string* b) { (*b)[8] ^= 1; }, StatusCode::kCorruption, 0,
     StatusCode::kCorruption},
    {"header cut", [](std::string* b) { b->resize(10); }, StatusCode::kOk, 0,
     StatusCode::kCorruption},
    {"empty file", [](std::string* b) { b->clear(); }, StatusCode::kOk, 0, StatusCode::kCorruption},
    {"header only", [](std::string* b) { b->resize(kSegmentHeaderBytes); }, StatusCode::kOk, 0,
     StatusCode::kOk},
};

TEST(WalDamage, Table) {
  for (const DamageCase& damage_case : kDamageCases) {
    for (bool strict : {false, true}) {
      SCOPED_TRACE(std::string(damage_case.what) + (strict ? ", strict" : ""));
      SyncTrackingFileSystem files;
      {
        const OpenedWal opened = Open(&files);
        for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(Write(opened.wal.get(), name).ok());
      }
      const std::string path = SegmentPath(1);
      std::string bytes = files.Contents(path);
      damage_case.damage(&bytes);
      files.SetContents(path, bytes);
      OpenedWal again = Open(&files, {.fail_on_error = strict});
      EXPECT_EQ(again.status.code(), strict ? damage_case.strict_code : damage_case.code)
          << again.status.ToString();
      if (!again.status.ok()) {
        EXPECT_NE(again.status.message().find(path), std::string::npos);
        EXPECT_EQ(files.Contents(path), bytes) << "what is refused is not touched";
        continue;
      }
      EXPECT_EQ(again.listener->names().size(), damage_case.records_left);
      // After the repair the log goes on without a gap and reads cleanly, also strictly.
      ASSERT_TRUE(Write(again.wal.get(), "z").ok());
      again.wal.reset();
      EXPECT_TRUE(Open(&files, {.fail_on_error = true}).status.ok());
    }
  }
}

TEST(WalDamage, TheMessageSaysWhereAndHowToGoOn) {
  SyncTrackingFileSystem files;
  {
    const OpenedWal opened = Open(&files);
    for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(Write(opened.wal.get(), name).ok());
  }
  const std::string path = SegmentPath(1);
  std::string bytes = files.Contents(path);
  bytes[FrameStart(bytes, 1) + 40] ^= 1;
  files.SetContents(path, bytes);
  const Status status = Open(&files).status;
  // 24 bytes of header and 80 of the first record.
  EXPECT_NE(status.message().find("is damaged at offset 104"), std::string::npos)
      << status.message();
  EXPECT_NE(status.message().find("truncate -s 104 '" + path + "'"), std::string::npos);
  // As advised.
  bytes.resize(104);
  files.SetContents(path, bytes);
  EXPECT_EQ(Open(&files).listener->names(), Names{"a"});
}

TEST(WalDamage, BetweenSegments) {
  SyncTrackingFileSystem files;
  {
    const OpenedWal opened = Open(&files, {.segment_bytes_max = 1});  // a segment per record
    for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(Write(opened.wal.get(), name).ok());
  }
  const std::string second = SegmentPath(2);
  const std::string bytes = files.Contents(second);

  files.SetContents(second, bytes.substr(0, bytes.size() - 1));
  EXPECT_EQ(Open(&files).status.code(), StatusCode::kCorruption) << "cut in the middle";

  files.SetContents(second, bytes.substr(0, kSegmentHeaderBytes));
  EXPECT_EQ(Open(&files).status.code(), StatusCode::kCorruption) << "record gone";

  files.SetContents(second, "");
  EXPECT_EQ(Open(&files).status.code(), StatusCode::kCorruption) << "empty in the middle";

  ASSERT_TRUE(files.Remove(second).ok());
  const Status missing = Open(&files).status;
  EXPECT_EQ(missing.code(), StatusCode::kCorruption);
  EXPECT_NE(missing.message().find("record 2 should come next"), std::string::npos);

  files.SetContents(second, files.Contents(SegmentPath(1)));
  EXPECT_EQ(Open(&files).status.code(), StatusCode::kCorruption) << "a copy under another name";

  std::string twice = EncodeSegmentHeader(2);
  AppendNamed(2, 2, "b", &twice);
  AppendNamed(3, 3, "c", &twice);
  files.SetContents(second, twice);
  EXPECT_EQ(Open(&files).status.code(), StatusCode::kCorruption) << "record 3 stands there twice";

  files.SetContents(second, bytes + std::string(5000, '\0'));
  EXPECT_EQ(Open(&files).listener->names(), (Names{"a", "b", "c"})) << "reserved space left over";

  files.SetContents(second, bytes);
  EXPECT_TRUE(Open(&files).status.ok());
}

// A crash may persist the pages of one unsynced group in any order: a bad record with a good one of
// the same group behind it was never acknowledged and is a torn tail, not damage.
TEST(WalDamage, ATornGroupIsCutAsAWhole) {
  SyncTrackingFileSystem files;
  std::string bytes = EncodeSegmentHeader(1);
  AppendNamed(1, 1, "a", &bytes);
  AppendNamed(2, 2, "b", &bytes);
  AppendNamed(3, 2, "c", &bytes);
  bytes[FrameStart(bytes, 1) + 40] ^= 1;
  files.SetContents(SegmentPath(1), bytes);
  const OpenedWal opened = Open(&files);
  ASSERT_TRUE(opened.status.ok()) << opened.status.ToString();
  EXPECT_EQ(opened.listener->names(), (Names{"a"}));
  EXPECT_EQ(opened.stats.torn_tail_bytes, 160u);
}

TEST(WalDamage, APayloadOfALaterVersionIsNotCalledDamage) {
  SyncTrackingFileSystem files;
  std::string payload = EncodeRecord(*NamedRecord("a")).value();
  payload[0] = 2;
  std::string bytes = EncodeSegmentHeader(1);
  AppendFrame(1, 1, payload, PayloadHash(payload), &bytes);
  files.SetContents(SegmentPath(1), bytes);
  const Status status = Open(&files).status;
  EXPECT_EQ(status.code(), StatusCode::kUnsupported);
  EXPECT_NE(status.message().find("Start the version of the server that wrote it"),
            std::string::npos);
}

TEST(WalDamage, OtherFilesAreLeftAlone) {
  SyncTrackingFileSystem files;
  for (const char* name : {"/notes.txt", "/0000000000x.wal", "/1.wal", "/00000000001.wal.bak"}) {
    files.SetContents(std::string(kNode) + "/wal" + name, "x");
  }
  const OpenedWal opened = Open(&files);
  ASSERT_TRUE(opened.status.ok()) << opened.status.ToString();
  EXPECT_TRUE(Write(opened.wal.get(), "a").ok());
  EXPECT_EQ(files.Paths().size(), 5u);
}

}  // namespace
}  // namespace influxdb3::wal::testing
