#include "query/parquet_cache.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "object_store/memory_store.h"

namespace influxdb3::query {
namespace {

constexpr uint64_t kPiece = ParquetCache::kPieceBytes;

class ParquetCacheTest : public ::testing::Test {
 protected:
  void Make(uint64_t bytes_max) {
    ParquetCacheOptions options;
    options.bytes_max = bytes_max;
    options.prune_share = 0.5;
    options.prune_interval_ns = 1000;
    cache_ = std::make_unique<ParquetCache>(options, store_.get(), &clock_);
  }
  /// An object whose byte at i tells i and the object's number.
  std::string Put(int number, uint64_t size) {
    std::string bytes(size, '\0');
    for (uint64_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i / 3 + i % 7 + 11 * number);
    const std::string path = "f" + std::to_string(number);
    EXPECT_TRUE(store_->Put(path, bytes, object_store::PutMode::kCreate).ok());
    objects_.resize(std::max<size_t>(objects_.size(), number + 1));
    objects_[number] = bytes;
    return path;
  }
  void ExpectRead(int number, uint64_t offset, uint64_t length) {
    const std::string& object = objects_[number];
    std::string out(length, '?');
    const util::Status status =
        cache_->Read("f" + std::to_string(number), object.size(), offset, length, out.data());
    ASSERT_TRUE(status.ok()) << status.ToString();
    EXPECT_TRUE(out == object.substr(offset, length)) << offset << " " << length;
  }

  util::FakeClock clock_{5000};
  std::unique_ptr<object_store::ObjectStore> store_ = object_store::MakeMemoryStore();
  std::vector<std::string> objects_;
  std::unique_ptr<ParquetCache> cache_;
};

TEST_F(ParquetCacheTest, GivesTheObjectsBytesWhereverPiecesBegin) {
  Make(100 * kPiece);
  Put(0, 3 * kPiece + 17);
  ExpectRead(0, kPiece + 1, 5);  // the second piece is there, the others are not
  for (const uint64_t offset : {uint64_t{0}, uint64_t{1}, kPiece - 1, kPiece, 3 * kPiece + 16}) {
    for (const uint64_t length : {uint64_t{0}, uint64_t{1}, kPiece, 2 * kPiece + 3}) {
      if (offset + length <= objects_[0].size()) ExpectRead(0, offset, length);
    }
  }
  ExpectRead(0, 0, objects_[0].size());
  EXPECT_EQ(cache_->stats().bytes, objects_[0].size());
  EXPECT_EQ(cache_->stats().pieces, 4U);
  EXPECT_EQ(cache_->stats().misses, 4U);
}

TEST_F(ParquetCacheTest, WhatIsKeptIsNotFetchedAgain) {
  Make(100 * kPiece);
  const std::string path = Put(0, 2 * kPiece);
  ExpectRead(0, 0, 2 * kPiece);
  ASSERT_TRUE(store_->Delete(path).ok());
  ExpectRead(0, 100, kPiece);
  EXPECT_EQ(cache_->stats().hits, 2U);
}

TEST_F(ParquetCacheTest, WithoutRoomNothingIsKept) {
  Make(0);
  Put(0, 10);
  ExpectRead(0, 2, 5);
  ExpectRead(0, 2, 5);
  EXPECT_EQ(cache_->stats().bytes, 0U);
  EXPECT_EQ(cache_->stats().misses, 2U);
}

TEST_F(ParquetCacheTest, HoldsAsMuchAsItMayAndDropsWhatWasNotAskedForTheLongest) {
  Make(4 * kPiece);
  for (int i = 0; i < 6; ++i) Put(i, kPiece);
  for (int i = 0; i < 4; ++i) ExpectRead(i, 0, kPiece);
  EXPECT_EQ(cache_->stats().bytes, 4 * kPiece);
  EXPECT_EQ(cache_->stats().prunes, 0U);
  ExpectRead(0, 0, 1);
  ExpectRead(4, 0, kPiece);  // no room: half of the four go, 1 and 2
  EXPECT_EQ(cache_->stats().prunes, 1U);
  EXPECT_EQ(cache_->stats().bytes, 3 * kPiece);
  const uint64_t misses = cache_->stats().misses;
  for (const int i : {0, 3, 4}) ExpectRead(i, 0, kPiece);
  EXPECT_EQ(cache_->stats().misses, misses);
  ExpectRead(1, 0, kPiece);
  EXPECT_EQ(cache_->stats().misses, misses + 1);
  EXPECT_EQ(cache_->stats().bytes, 4 * kPiece);
  // Until the interval is over nothing is dropped, so nothing more is kept.
  ExpectRead(5, 0, kPiece);
  EXPECT_EQ(cache_->stats().prunes, 1U);
  EXPECT_EQ(cache_->stats().bytes, 4 * kPiece);
  clock_.Advance(1000);
  ExpectRead(5, 0, kPiece);
  EXPECT_EQ(cache_->stats().prunes, 2U);
  EXPECT_EQ(cache_->stats().bytes, 3 * kPiece);
}

TEST_F(ParquetCacheTest, AShortObjectAndAReadBehindItsEndAreCorruption) {
  Make(4 * kPiece);
  Put(0, 100);
  std::string out(200, '?');
  EXPECT_EQ(cache_->Read("f0", 150, 0, 150, out.data()).code(), util::StatusCode::kCorruption);
  EXPECT_EQ(cache_->Read("f0", 100, 60, 41, out.data()).code(), util::StatusCode::kCorruption);
  EXPECT_EQ(cache_->Read("f0", 100, 101, 1, out.data()).code(), util::StatusCode::kCorruption);
  EXPECT_EQ(cache_->Read("nothing", 10, 0, 10, out.data()).code(), util::StatusCode::kNotFound);
  EXPECT_EQ(cache_->stats().bytes, 0U);
}

TEST_F(ParquetCacheTest, ThreadsReadTheSameBytes) {
  Make(3 * kPiece);
  for (int i = 0; i < 4; ++i) Put(i, 2 * kPiece + 5);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 50; ++i) {
        clock_.Advance(300);
        ExpectRead((t + i) % 4, static_cast<uint64_t>(i) * 1000, kPiece + 7);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(cache_->stats().bytes, 3 * kPiece);
}

}  // namespace
}  // namespace influxdb3::query
