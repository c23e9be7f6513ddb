#include "buffer/memory_gate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

#include "buffer/buffer_store.h"
#include "buffer/testing/test_batch.h"

namespace influxdb3::buffer {
namespace {

constexpr int64_t kForEverNs = int64_t{3600} * 1'000'000'000;

class MemoryGateTest : public ::testing::Test {
 protected:
  void Write() {
    wal::Record record;
    record.batch = testing::MakeBatch(util::DbId(1), util::TableId(1), {util::ColumnId(0)},
                                      {{{"a"}, 1, {{1, int64_t{1}}}}});
    buffer_.OnRecord(util::WalSeq(++seq_), record, false);
  }

  BufferStore buffer_{nullptr, 1000};
  uint64_t seq_ = 0;
  std::atomic<int> full_{0};
};

TEST_F(MemoryGateTest, LetsWritersInBelowTheLimitAndTurnsThemAwayAtIt) {
  Write();
  const uint64_t bytes = buffer_.stats().bytes;
  MemoryGate roomy(&buffer_, bytes + 1, 0, [&] { ++full_; });
  EXPECT_TRUE(roomy.Admit().ok());
  EXPECT_EQ(full_, 0);
  MemoryGate full(&buffer_, bytes, 0, [&] { ++full_; });
  const util::Status refused = full.Admit();
  EXPECT_EQ(refused.code(), util::StatusCode::kUnavailable);
  EXPECT_EQ(refused.message(), "there is no memory for more rows: " + std::to_string(bytes) +
                                   " bytes of them are waiting to be stored and at most " +
                                   std::to_string(bytes) + " may; try again later");
  EXPECT_EQ(full_, 1);
}

TEST_F(MemoryGateTest, AWriterThatWaitsGoesOnWhenRowsLeave) {
  Write();
  MemoryGate gate(&buffer_, 1, kForEverNs, [&] { ++full_; });
  util::Status admitted;
  std::thread writer([&] { admitted = gate.Admit(); });
  while (full_ == 0) std::this_thread::yield();
  buffer_.DropFrozen(buffer_.Freeze({}));
  buffer_.ForgetEmptyTables();
  gate.Changed();
  writer.join();
  EXPECT_TRUE(admitted.ok()) << admitted.ToString();
}

}  // namespace
}  // namespace influxdb3::buffer
