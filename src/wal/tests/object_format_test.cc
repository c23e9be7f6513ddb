// An object's bytes: what docs/format/wal.md says, and that no damage goes unseen.

#include "wal/object_format.h"

#include <gtest/gtest.h>

#include "wal/testing/object_wal_fixture.h"

namespace influxdb3::wal::testing {
namespace {

using util::StatusCode;

const std::string kWriter = "0123456789abcdef";

/// Reads all frames; how many there were.
util::Result<int> CountFrames(std::string_view bytes) {
  ASSIGN_OR_RETURN(const ObjectHeader header, DecodeObjectHeader(bytes));
  ObjectFrames frames(bytes, header);
  for (int count = 0;; ++count) {
    ASSIGN_OR_RETURN(const std::optional<std::string_view> payload, frames.Next());
    if (!payload) return count;
  }
}

TEST(ObjectFormat, HeaderAndFramesComeBack) {
  const std::string bytes = MakeObject(7, {"a", "b", "c"}, kWriter, kObjectOpensWriter);
  const ObjectHeader header = DecodeObjectHeader(bytes).value();
  EXPECT_EQ(header.first_seq, 7u);
  EXPECT_EQ(header.last_seq, 9u);
  EXPECT_EQ(header.object_bytes, bytes.size());
  EXPECT_EQ(header.flags, kObjectOpensWriter);
  EXPECT_EQ(header.writer_id, kWriter);
  ObjectFrames frames(bytes, header);
  for (const char* name : {"a", "b", "c"}) {
    const auto payload = frames.Next();
    ASSERT_TRUE(payload.ok());
    EXPECT_EQ(**payload, EncodeRecord(*NamedRecord(name)).value());
  }
  EXPECT_EQ(frames.seq(), 9u);
  EXPECT_FALSE(frames.Next()->has_value());
}

TEST(ObjectFormat, TheHeaderIsLaidOutAsThePageSays) {
  const std::string bytes = MakeObject(7, {"a", "b"}, kWriter, kObjectOpensWriter);
  EXPECT_EQ(bytes.substr(0, kSegmentHeaderBytes), EncodeSegmentHeader(7));
  EXPECT_EQ(bytes.substr(24, 4), "WOBJ");
  EXPECT_EQ(bytes.substr(28, 4), std::string("\1\0\0\0", 4));
  EXPECT_EQ(bytes.substr(32, 8), std::string("\10\0\0\0\0\0\0\0", 8));
  EXPECT_EQ(static_cast<unsigned char>(bytes[40]), bytes.size());
  EXPECT_EQ(bytes.substr(48, 16), kWriter);
  EXPECT_EQ(bytes.substr(72, 4), "WREC");
}

TEST(ObjectFormat, EveryFlippedByteIsSeen) {
  const std::string intact = MakeObject(1, {"a", "bcd"}, kWriter);
  ASSERT_EQ(CountFrames(intact).value(), 2);
  for (size_t i = 0; i < intact.size(); ++i) {
    std::string bytes = intact;
    bytes[i] = static_cast<char>(bytes[i] ^ 0x10);
    EXPECT_EQ(CountFrames(bytes).status().code(), StatusCode::kCorruption) << "byte " << i;
  }
}

TEST(ObjectFormat, EveryOtherLengthIsSeen) {
  const std::string intact = MakeObject(1, {"a", "bcd"}, kWriter);
  for (size_t size = 0; size < intact.size(); ++size) {
    EXPECT_EQ(CountFrames(intact.substr(0, size)).status().code(), StatusCode::kCorruption) << size;
  }
  EXPECT_EQ(CountFrames(intact + '\0').status().code(), StatusCode::kCorruption);
  EXPECT_EQ(CountFrames(intact + intact).status().code(), StatusCode::kCorruption);
}

TEST(ObjectFormat, NamesSortAsNumbers) {
  EXPECT_EQ(ObjectFileName(1), "00000000000000000001.wal");
  EXPECT_EQ(ObjectFileName(UINT64_MAX), "18446744073709551615.wal");
  EXPECT_EQ(ParseObjectPath("node/wal/00000000000000000042.wal"), 42u);
  EXPECT_EQ(ParseObjectPath("00000000000000000042.wal"), 42u);
  for (const char* other :
       {"node/wal/00000000042.wal", "node/wal/000000000000000000042.wal", "node/wal/x.wal",
        "node/wal/00000000000000000042.wal.tmp", "node/wal/99999999999999999999.wal", ""}) {
    EXPECT_EQ(ParseObjectPath(other), std::nullopt) << other;
  }
}

TEST(ObjectFormat, WriterIdsDiffer) {
  EXPECT_EQ(NewWriterId().size(), kWriterIdBytes);
  EXPECT_NE(NewWriterId(), NewWriterId());
}

}  // namespace
}  // namespace influxdb3::wal::testing
