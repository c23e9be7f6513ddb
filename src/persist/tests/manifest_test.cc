#include "persist/manifest.h"

#include <gtest/gtest.h>
#include <xxhash.h>

#include <cstring>
#include <fstream>
#include <random>
#include <sstream>

namespace influxdb3::persist {
namespace {

using util::ColumnId;
using util::DbId;
using util::StatusCode;
using util::TableId;

constexpr size_t kBytesMax = 1 << 20;
constexpr size_t kHeaderBytes = 64;

ParquetFile File(uint64_t id) {
  ParquetFile file;
  file.file_id = id;
  file.db_id = DbId(1);
  file.table_id = TableId(7);
  file.path = "n/dbs/1/7/1970-01-01/00-00/0000000003.parquet";
  file.size_bytes = 4096;
  file.row_count = 10;
  file.time_range = {-5, 599};
  file.chunk_time_ns = -600;
  file.generation = 2;
  file.order = 40;
  file.max_wal_seq = 39;
  file.series_count = 4;
  file.series_hash = 0x8877665544332211;
  return file;
}

Manifest Everything() {
  Manifest manifest;
  manifest.seq = 12;
  manifest.full_seq = 10;
  manifest.writer_id = 0x1122334455667788;
  manifest.previous_checksum = 99;
  manifest.file_id_limit = 1000;
  manifest.has_log_position = true;
  manifest.has_catalog = true;
  IndexChange& change = manifest.change;
  change.wal_covered_seq = 38;
  change.persisted_chunks = {{TableId(7), -600, 41}, {TableId(8), 0, 40}};
  change.catalog_ops = {model::CreateDatabaseOp{DbId(1), "a", 3600, 5},
                        model::CreateTableOp{DbId(1), TableId(7), "t", {{"host", {}}}},
                        model::SetNextIdsOp{DbId(4), TableId(9)}};
  change.added = {std::make_shared<ParquetFile>(File(3)), std::make_shared<ParquetFile>(File(4))};
  change.removed_file_ids = {1, 2};
  Tombstone tombstone{TableId(7), 41, {0, 10}, {{ColumnId(0), "x"}, {ColumnId(3), ""}}};
  change.added_tombstones = {std::make_shared<Tombstone>(tombstone)};
  change.removed_tombstone_seqs = {5};
  return manifest;
}

std::string Encode(const Manifest& manifest) {
  return EncodeManifest(manifest, kBytesMax).value();
}

/// Makes the checksums right again.
void Seal(std::string* bytes) {
  const uint64_t size = bytes->size() - kHeaderBytes;
  const uint64_t body = XXH3_64bits(bytes->data() + kHeaderBytes, size);
  std::memcpy(bytes->data() + 40, &size, sizeof(size));
  std::memcpy(bytes->data() + 48, &body, sizeof(body));
  const uint64_t header = XXH3_64bits(bytes->data(), 56);
  std::memcpy(bytes->data() + 56, &header, sizeof(header));
}

void ExpectEqual(const Manifest& left, const Manifest& right) {
  EXPECT_EQ(left.seq, right.seq);
  EXPECT_EQ(left.full_seq, right.full_seq);
  EXPECT_EQ(left.writer_id, right.writer_id);
  EXPECT_EQ(left.previous_checksum, right.previous_checksum);
  EXPECT_EQ(left.file_id_limit, right.file_id_limit);
  EXPECT_EQ(left.has_log_position, right.has_log_position);
  EXPECT_EQ(left.has_catalog, right.has_catalog);
  EXPECT_EQ(left.change.wal_covered_seq, right.change.wal_covered_seq);
  EXPECT_EQ(left.change.persisted_chunks, right.change.persisted_chunks);
  EXPECT_EQ(left.change.catalog_ops, right.change.catalog_ops);
  EXPECT_EQ(left.change.removed_file_ids, right.change.removed_file_ids);
  EXPECT_EQ(left.change.removed_tombstone_seqs, right.change.removed_tombstone_seqs);
  ASSERT_EQ(left.change.added.size(), right.change.added.size());
  for (size_t i = 0; i < left.change.added.size(); ++i) {
    EXPECT_EQ(*left.change.added[i], *right.change.added[i]);
  }
  ASSERT_EQ(left.change.added_tombstones.size(), right.change.added_tombstones.size());
  for (size_t i = 0; i < left.change.added_tombstones.size(); ++i) {
    EXPECT_EQ(*left.change.added_tombstones[i], *right.change.added_tombstones[i]);
  }
}

TEST(Manifest, ComesBackEqual) {
  const auto decoded = DecodeManifest(Encode(Everything()));
  ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
  ExpectEqual(*decoded, Everything());
}

TEST(Manifest, WhatIsAbsentStaysAbsent) {
  Manifest manifest;
  manifest.seq = 1;
  manifest.full_seq = 1;
  const auto decoded = DecodeManifest(Encode(manifest));
  ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
  ExpectEqual(*decoded, manifest);
  EXPECT_TRUE(decoded->full());
}

TEST(Manifest, EveryFlippedByteIsNoticed) {
  const std::string bytes = Encode(Everything());
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (const char flip : {'\x01', '\x80', '\xff'}) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ flip);
      const auto decoded = DecodeManifest(damaged);
      ASSERT_FALSE(decoded.ok()) << i;
      EXPECT_EQ(decoded.status().code(), StatusCode::kCorruption) << i;
    }
  }
}

TEST(Manifest, EveryCutIsNoticed) {
  const std::string bytes = Encode(Everything());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(DecodeManifest(bytes.substr(0, size)).status().code(), StatusCode::kCorruption);
  }
  EXPECT_EQ(DecodeManifest(bytes + "x").status().code(), StatusCode::kCorruption);
}

TEST(Manifest, EveryCutOfTheBodyIsNoticedWithoutChecksums) {
  const std::string bytes = Encode(Everything());
  for (size_t size = kHeaderBytes; size < bytes.size(); ++size) {
    std::string cut = bytes.substr(0, size);
    Seal(&cut);
    EXPECT_EQ(DecodeManifest(cut).status().code(), StatusCode::kCorruption) << size;
  }
  std::string longer = bytes + '\0';
  Seal(&longer);
  EXPECT_EQ(DecodeManifest(longer).status().code(), StatusCode::kCorruption);
}

TEST(Manifest, DamageBehindRightChecksumsIsHarmless) {
  const std::string bytes = Encode(Everything());
  std::mt19937_64 random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string damaged = bytes;
    const uint64_t changes = 1 + random() % 4;
    for (uint64_t i = 0; i < changes; ++i) {
      const size_t at = kHeaderBytes + random() % (bytes.size() - kHeaderBytes);
      damaged[at] = static_cast<char>(random() % 3 == 0 ? 0xff : random());
    }
    Seal(&damaged);
    const auto decoded = DecodeManifest(damaged);
    if (!decoded.ok()) {
      EXPECT_EQ(decoded.status().code(), StatusCode::kCorruption);
      continue;
    }
    EXPECT_EQ(Encode(*decoded).size(), bytes.size());
  }
}

TEST(Manifest, ALaterVersionIsTold) {
  std::string bytes = Encode(Everything());
  bytes[7] = '2';
  Seal(&bytes);
  const auto decoded = DecodeManifest(bytes);
  EXPECT_EQ(decoded.status().code(), StatusCode::kUnsupported);
  EXPECT_EQ(decoded.status().message(),
            "it was written in version '2' of the format, but this server knows only version '1'");
}

TEST(Manifest, ImpossibleEntriesAreRefused) {
  const auto code = [](const std::function<void(Manifest*)>& change) {
    Manifest manifest = Everything();
    change(&manifest);
    return DecodeManifest(Encode(manifest)).status().code();
  };
  const auto with_file = [&](const std::function<void(ParquetFile*)>& change) {
    return code([&](Manifest* manifest) {
      ParquetFile file = File(3);
      change(&file);
      manifest->change.added = {std::make_shared<ParquetFile>(file)};
    });
  };
  EXPECT_EQ(code([](Manifest*) {}), StatusCode::kOk);
  EXPECT_EQ(code([](Manifest* m) { m->seq = 0; }), StatusCode::kCorruption);
  EXPECT_EQ(code([](Manifest* m) { m->full_seq = 0; }), StatusCode::kCorruption);
  EXPECT_EQ(code([](Manifest* m) { m->full_seq = 13; }), StatusCode::kCorruption);
  EXPECT_EQ(code([](Manifest* m) { m->file_id_limit = 4; }), StatusCode::kCorruption);
  EXPECT_EQ(code([](Manifest* m) { m->file_id_limit = 5; }), StatusCode::kOk);
  EXPECT_EQ(with_file([](ParquetFile* f) { f->path = ""; }), StatusCode::kCorruption);
  EXPECT_EQ(with_file([](ParquetFile* f) { f->row_count = 0; }), StatusCode::kCorruption);
  EXPECT_EQ(with_file([](ParquetFile* f) { f->generation = 0; }), StatusCode::kCorruption);
  EXPECT_EQ(with_file([](ParquetFile* f) { f->time_range = {1, 0}; }), StatusCode::kCorruption);
}

TEST(Manifest, SizeIsLimited) {
  const size_t size = Encode(Everything()).size();
  EXPECT_TRUE(EncodeManifest(Everything(), size).ok());
  EXPECT_EQ(EncodeManifest(Everything(), size - 1).status().code(), StatusCode::kTooLarge);
}

/// The bytes of the last code block of the page: hexadecimal pairs up to three spaces.
std::string ExampleBytes() {
  std::ifstream page(INFLUXDB3_MANIFEST_PAGE);
  EXPECT_TRUE(page.good());
  std::string line;
  std::string block;
  std::string last_block;
  bool inside = false;
  while (std::getline(page, line)) {
    if (line == "```") {
      if (inside) last_block = block;
      block.clear();
      inside = !inside;
    } else if (inside) {
      block += line.substr(0, line.find("   ")) + " ";
    }
  }
  std::istringstream pairs(last_block);
  std::string bytes;
  std::string pair;
  while (pairs >> pair) bytes += static_cast<char>(std::stoi(pair, nullptr, 16));
  return bytes;
}

std::string Hex(const std::string& bytes) {
  std::string hex;
  char pair[4];
  for (const unsigned char byte : bytes) {
    std::snprintf(pair, sizeof(pair), "%02x ", byte);
    hex += pair;
  }
  return hex;
}

TEST(Manifest, TheExampleOfThePageIsWhatTheCodeWrites) {
  Manifest manifest;
  manifest.seq = 2;
  manifest.full_seq = 1;
  manifest.writer_id = 7;
  manifest.previous_checksum = 9;
  manifest.file_id_limit = 1'000'000'000;
  manifest.has_log_position = true;
  manifest.has_catalog = true;
  IndexChange& change = manifest.change;
  change.wal_covered_seq = 5;
  change.persisted_chunks = {{TableId(1), 0, 6}};
  change.catalog_ops = {model::CreateDatabaseOp{DbId(1), "a", std::nullopt, 0}};
  ParquetFile file;
  file.file_id = 3;
  file.db_id = DbId(1);
  file.table_id = TableId(1);
  file.path = "n/3";
  file.size_bytes = 4096;
  file.row_count = 2;
  file.time_range = {1, 2};
  file.order = 6;
  file.max_wal_seq = 6;
  file.series_count = 1;
  file.series_hash = 0x14;
  change.added = {std::make_shared<ParquetFile>(file)};
  change.removed_file_ids = {2};
  EXPECT_EQ(Hex(Encode(manifest)), Hex(ExampleBytes()));
}

}  // namespace
}  // namespace influxdb3::persist
