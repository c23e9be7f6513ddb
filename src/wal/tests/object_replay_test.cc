// What a start makes of the objects it finds.

#include "wal/object_replay.h"

#include <gtest/gtest.h>

#include <cstring>
#include <thread>

#include "object_store/memory_store.h"
#include "object_store/testing/faulty_store.h"
#include "wal/testing/object_wal_fixture.h"

namespace influxdb3::wal::testing {
namespace {

using object_store::Operation;
using object_store::PutMode;
using object_store::testing::FaultAction;
using object_store::testing::FaultRule;
using object_store::testing::FaultyObjectStore;
using util::Status;
using util::StatusCode;

const std::string kWriter = "0123456789abcdef";

class ObjectReplayTest : public ::testing::Test {
 protected:
  void Put(uint64_t first_seq, const std::string& bytes) {
    ASSERT_TRUE(store_.Put(ObjectPath(first_seq), bytes, PutMode::kOverwrite).ok());
  }
  /// Objects of two records each: 1–2, 3–4, 5–6.
  void PutThree() {
    for (uint64_t seq : {1u, 3u, 5u}) {
      Put(seq, MakeObject(seq, {std::to_string(seq), std::to_string(seq + 1)}, kWriter));
    }
  }
  OpenedWal OpenLog(uint64_t covered_seq = 0) {
    return OpenObjects(&store_, {.covered_seq = covered_seq});
  }
  Status Refusal(uint64_t covered_seq = 0) { return OpenLog(covered_seq).status; }
  void AddRule(Operation operation, uint64_t first_match, uint64_t match_count, FaultAction action,
               const Status& error = Status::Unavailable("away"), const std::string& glob = "*") {
    FaultRule rule;
    rule.operation = operation;
    rule.first_match = first_match;
    rule.match_count = match_count;
    rule.action = action;
    rule.error = error;
    rule.path_glob = glob;
    store_.AddRule(rule);
  }

  FaultyObjectStore store_{object_store::MakeMemoryStore()};
};

void ExpectDamage(const Status& status, uint64_t first_seq, const std::string& what) {
  EXPECT_EQ(status.code(), StatusCode::kCorruption) << status.ToString();
  EXPECT_NE(status.message().find("'" + ObjectPath(first_seq) + "'"), std::string::npos)
      << status.message();
  EXPECT_NE(status.message().find(what), std::string::npos) << status.message();
}

TEST_F(ObjectReplayTest, GivesWhatIsNotCovered) {
  PutThree();
  const Names all = {"1", "2", "3", "4", "5", "6"};
  for (uint64_t covered = 0; covered <= 6; ++covered) {
    const OpenedWal opened = OpenLog(covered);
    ASSERT_TRUE(opened.status.ok()) << opened.status.ToString();
    EXPECT_EQ(opened.listener->names(), Names(all.begin() + static_cast<long>(covered), all.end()));
    EXPECT_EQ(opened.wal->stats().last_durable_seq, 6u);
  }
  EXPECT_EQ(OpenLog(9).wal->stats().last_durable_seq, 9u);
}

TEST_F(ObjectReplayTest, ReadsNoObjectThatIsCovered) {
  PutThree();
  const uint64_t before = store_.calls(Operation::kGet);
  ASSERT_TRUE(OpenLog(4).status.ok());
  EXPECT_EQ(store_.calls(Operation::kGet) - before, 1u);
}

TEST_F(ObjectReplayTest, AMissingObjectIsNamed) {
  PutThree();
  ASSERT_TRUE(store_.Delete(ObjectPath(3)).ok());
  ExpectDamage(Refusal(), 3, "that object is missing");
  ExpectDamage(Refusal(2), 3, "that object is missing");
  EXPECT_TRUE(OpenLog(4).status.ok());
  ASSERT_TRUE(store_.Delete(ObjectPath(1)).ok());
  ExpectDamage(Refusal(), 1, "that object is missing");
  ExpectDamage(Refusal(3), 4, "that object is missing");
}

TEST_F(ObjectReplayTest, AnObjectThatAListingLacksIsMissing) {
  PutThree();
  AddRule(Operation::kList, 1, 1, FaultAction::kMissingFromList, Status(), "*3.wal");
  ExpectDamage(Refusal(), 3, "that object is missing");
}

// Then the log goes on too early, where it meets the object that it did not see.
TEST_F(ObjectReplayTest, WhatAListingLacksAtTheEndIsNotOverwritten) {
  PutThree();
  const std::string last = store_.Get(ObjectPath(5)).value();
  AddRule(Operation::kList, 1, 1, FaultAction::kMissingFromList, Status(), "*5.wal");
  {
    const OpenedWal opened = OpenLog();
    ASSERT_TRUE(opened.status.ok());
    EXPECT_EQ(opened.listener->names(), (Names{"1", "2", "3", "4"}));
    EXPECT_EQ(Write(opened.wal.get(), "x").code(), StatusCode::kUnavailable);
  }
  EXPECT_EQ(store_.Get(ObjectPath(5)).value(), last);
  EXPECT_EQ(OpenLog().listener->names(), (Names{"1", "2", "3", "4", "5", "6"}));
}

TEST_F(ObjectReplayTest, ADamagedObjectIsRefusedWhereverItIs) {
  for (uint64_t damaged : {1u, 3u, 5u}) {
    PutThree();
    const std::string intact = store_.Get(ObjectPath(damaged)).value();
    std::string flipped = intact;
    flipped[150] = static_cast<char>(flipped[150] ^ 1);
    for (const std::string& bytes : {intact.substr(0, intact.size() - 8), intact.substr(0, 100),
                                     intact.substr(0, 30), std::string(), flipped, intact + "x"}) {
      Put(damaged, bytes);
      ExpectDamage(Refusal(), damaged, "the server does not start without them");
    }
  }
}

TEST_F(ObjectReplayTest, TheOffsetOfDamageIsTold) {
  PutThree();
  std::string bytes = store_.Get(ObjectPath(3)).value();
  bytes[bytes.size() - 20] = 'x';
  Put(3, bytes);
  ExpectDamage(Refusal(), 3, "at offset 152: a record there is damaged");
}

TEST_F(ObjectReplayTest, ADamagedCoveredObjectDoesNotMatter) {
  PutThree();
  Put(1, "x");
  EXPECT_EQ(OpenLog(2).listener->names(), (Names{"3", "4", "5", "6"}));
}

TEST_F(ObjectReplayTest, ADamagedAnswerIsNotADamagedObject) {
  PutThree();
  AddRule(Operation::kGet, 2, 1, FaultAction::kShortBody);
  EXPECT_EQ(OpenLog().listener->names().size(), 6u);
  EXPECT_EQ(store_.faults(), 1u) << store_.Log();
}

TEST_F(ObjectReplayTest, ObjectsThatDoNotFitTheirNamesAreRefused) {
  PutThree();
  Put(3, MakeObject(4, {"x"}, kWriter));
  ExpectDamage(Refusal(), 3, "its header belongs to another object");
  Put(3, MakeObject(3, {"3", "4", "too many"}, kWriter));
  ExpectDamage(Refusal(), 5, "record 5 stands in the object in front of it too");
}

TEST_F(ObjectReplayTest, AnotherVersionIsNotDamage) {
  PutThree();
  std::string bytes = store_.Get(ObjectPath(3)).value();
  bytes[7] = '2';
  const uint64_t checksum = PayloadHash(std::string_view(bytes).substr(0, 16));
  std::memcpy(bytes.data() + 16, &checksum, sizeof(checksum));
  Put(3, bytes);
  const Status status = Refusal();
  EXPECT_EQ(status.code(), StatusCode::kUnsupported) << status.ToString();
  EXPECT_NE(status.message().find(ObjectPath(3)), std::string::npos);
  EXPECT_NE(status.message().find("version '2'"), std::string::npos);
}

TEST_F(ObjectReplayTest, AStoreThatIsAwayForAMomentIsTriedAgain) {
  PutThree();
  AddRule(Operation::kList, 1, 3, FaultAction::kFailBefore);
  AddRule(Operation::kGet, 2, 5, FaultAction::kFailBefore,
          Status(StatusCode::kDeadlineExceeded, "late"));
  EXPECT_EQ(OpenLog().listener->names().size(), 6u);
  EXPECT_EQ(store_.faults(), 8u) << store_.Log();
}

TEST_F(ObjectReplayTest, AnErrorThatStaysIsPassedOn) {
  PutThree();
  AddRule(Operation::kGet, 1, 100, FaultAction::kFailBefore);
  const Status status = Refusal();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_NE(status.message().find("away"), std::string::npos) << status.message();
}

TEST_F(ObjectReplayTest, AnObjectThatGoesAwayTellsOfAnotherServer) {
  PutThree();
  AddRule(Operation::kGet, 1, 1, FaultAction::kFailBefore, Status::NotFound("gone"), "*3.wal");
  const Status status = Refusal();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_NE(status.message().find("another server is running with the same node id"),
            std::string::npos)
      << status.message();
}

TEST_F(ObjectReplayTest, HasFewObjectsInMemory) {
  for (uint64_t seq = 1; seq <= 40; ++seq) {
    Put(seq, MakeObject(seq, {std::to_string(seq)}, kWriter));
  }
  FaultRule hang;
  hang.operation = Operation::kGet;
  hang.match_count = 40;
  hang.action = FaultAction::kHang;
  store_.AddRule(hang);
  std::thread releasing([&] {
    store_.WaitForHanging(5);
    store_.Release();
  });
  NameListener listener;
  const size_t object_bytes = MakeObject(10, {"10"}, kWriter).size();
  const auto result = ReplayObjects(&store_, "node/wal", {&listener}, 0, {20, 5 * object_bytes});
  releasing.join();
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(listener.names().size(), 40u);
  EXPECT_EQ(store_.most_at_once(), 5u) << "as many as the bytes allow";
}

}  // namespace
}  // namespace influxdb3::wal::testing
