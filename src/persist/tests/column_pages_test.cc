// Single rows of single columns, found by the pages they are in, against the rows of the file.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>

#include <arrow/api.h>
#include <fmt/format.h>

#include "object_store/memory_store.h"
#include "persist/column_pages.h"
#include "persist/layout_cache.h"
#include "persist/testing/file_rows.h"

namespace influxdb3::persist {
namespace {

using model::ColumnType;
using testing::TextRow;
using util::Result;
using util::Status;

using Rows = std::vector<TextRow>;
using Text = std::optional<std::string>;

constexpr const char* kPath = "n/f.parquet";

/// Tags host and zone, then i, u, f, s, b, then time.
model::TableSchema AllTypes() {
  return model::TableSchema(util::DbId(1), util::TableId(2), "t",
                            {{"host", ColumnType::kTag},
                             {"zone", ColumnType::kTag},
                             {"i", ColumnType::kInt64},
                             {"u", ColumnType::kUInt64},
                             {"f", ColumnType::kFloat64},
                             {"s", ColumnType::kString},
                             {"b", ColumnType::kBool}});
}

/// Rows of twelve series, one without tags, of lengths that pages do not divide.
Rows SomeRows(uint32_t seed) {
  std::mt19937 random(seed);
  const auto field = [&](const std::string& text) -> Text {
    return random() % 4 == 0 ? Text() : Text(text);
  };
  Rows rows;
  for (const Text& host : {Text(), Text("a"), Text("b"), Text("long name of a host")}) {
    for (const Text& zone : {Text(), Text(""), Text("z")}) {
      const auto count = static_cast<int64_t>(1 + random() % 37);
      for (int64_t i = 0; i < count; ++i) {
        const auto number = static_cast<int64_t>(random() % 1000);
        TextRow row;
        row.time_ns = 1000 + i * 10 + number % 7;
        row.values = {
            host,
            zone,
            field(fmt::format("{}", number - 500)),
            field(fmt::format("{}", 18446744073709551000U + static_cast<uint64_t>(number % 600))),
            field(fmt::format("{}.25", number)),
            field(number % 5 == 0 ? "" : fmt::format("text {}", number)),
            field(number % 2 == 0 ? "true" : "false")};
        rows.push_back(std::move(row));
      }
    }
  }
  return rows;
}

std::string Show(const Rows& rows) {
  std::string text;
  for (const TextRow& row : rows) {
    for (const Text& value : row.values) text += value ? "'" + *value + "' " : "NULL ";
    text += fmt::format("{}\n", row.time_ns);
  }
  return text;
}

class ColumnPagesTest : public ::testing::Test {
 protected:
  void Write(const Rows& rows, uint32_t group_rows, uint32_t page_rows) {
    ParquetFile file;
    file.path = kPath;
    TableWriterOptions options;
    options.row_group_rows_max = group_rows;
    options.page_rows_max = page_rows;
    auto writer = TableWriter::Open(store_.get(), schema_, file, options);
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE((*writer)->Append(*testing::MakeBatch(schema_, rows)).ok());
    auto finished = (*writer)->Finish();
    ASSERT_TRUE(finished.ok()) << finished.status().ToString();
    file_ = *finished;
  }

  ReadBytes Reader() {
    return [this](uint64_t offset, uint64_t length, char* out) -> Status {
      bytes_read_ += length;
      ASSIGN_OR_RETURN(const std::string bytes, store_->GetRange(kPath, offset, length));
      if (bytes.size() != length) return Status::Corruption("short");
      std::memcpy(out, bytes.data(), bytes.size());
      return Status::Ok();
    };
  }

  static Text TextOf(const ColumnRows& rows, int column, size_t row) {
    if (!rows.IsValid(row)) return std::nullopt;
    switch (rows.kind) {
      case ColumnRows::Kind::kBools: return rows.bools[row] != 0 ? "true" : "false";
      case ColumnRows::Kind::kTexts: {
        const uint64_t begin = row == 0 ? 0 : rows.ends[row - 1];
        return rows.text.substr(begin, rows.ends[row] - begin);
      }
      case ColumnRows::Kind::kWords: break;
    }
    if (column == 3) return fmt::format("{}", rows.words[row]);
    if (column != 4) return fmt::format("{}", static_cast<int64_t>(rows.words[row]));
    double value = 0;
    std::memcpy(&value, &rows.words[row], sizeof(value));
    return fmt::format("{}", value);
  }

  /// The ranges' rows of one column but the tags.
  Result<std::vector<Text>> Read(const FileLayout& file, const GroupLayout& group, int column,
                                 const std::vector<RowRange>& ranges) {
    ColumnRows rows;
    RETURN_IF_ERROR(ReadColumn(file, group, column, ranges, Reader(), &rows));
    std::vector<Text> texts;
    size_t count = 0;
    for (const RowRange& range : ranges) count += range.end - range.begin;
    for (size_t row = 0; row < count; ++row) texts.push_back(TextOf(rows, column, row));
    return texts;
  }

  /// All rows of the file by way of its layout.
  Result<Rows> ReadWhole() {
    ASSIGN_OR_RETURN(const auto file, FileLayout::Read(file_, Reader()));
    Rows rows;
    for (size_t number = 0; number < file->groups().size(); ++number) {
      ASSIGN_OR_RETURN(const auto group, file->ReadGroup(number, Reader()));
      const std::vector<RowRange> all = {{0, group->row_count}};
      std::vector<std::vector<Text>> columns;
      for (int column = 2; column < 8; ++column) {
        ASSIGN_OR_RETURN(columns.emplace_back(), Read(*file, *group, column, all));
      }
      for (size_t run = 0; run < group->run_ends.size(); ++run) {
        for (uint32_t row = group->Run(run).begin; row < group->Run(run).end; ++row) {
          TextRow text;
          for (const GroupLayout::Tag& tag : group->tags) {
            const int32_t code = tag.codes[run];
            text.values.push_back(code < 0 ? Text() : Text(tag.values[static_cast<size_t>(code)]));
          }
          for (size_t column = 0; column < 5; ++column) text.values.push_back(columns[column][row]);
          text.time_ns = std::stoll(*columns[5][row]);
          rows.push_back(std::move(text));
        }
      }
    }
    return rows;
  }

  const model::TableSchema schema_ = AllTypes();
  std::shared_ptr<object_store::ObjectStore> store_ = object_store::MakeMemoryStore();
  ParquetFile file_;
  uint64_t bytes_read_ = 0;
};

TEST_F(ColumnPagesTest, WholeFilesComeBack) {
  const Rows rows = SomeRows(1);
  for (const uint32_t page_rows : {1U, 2U, 7U, 16U, 1'000'000U}) {
    Write(rows, 50, page_rows);
    const auto found = ReadWhole();
    ASSERT_TRUE(found.ok()) << found.status().ToString();
    EXPECT_EQ(Show(*found), Show(rows)) << page_rows;
  }
}

TEST_F(ColumnPagesTest, RangesOfRows) {
  const Rows rows = SomeRows(2);
  std::mt19937 random(3);
  const auto pick = [&](uint32_t count) { return static_cast<uint32_t>(random()) % count; };
  for (const uint32_t page_rows : {3U, 8U, 1'000'000U}) {
    Write(rows, 1'000'000, page_rows);
    const auto file = FileLayout::Read(file_, Reader());
    ASSERT_TRUE(file.ok());
    const auto group = (*file)->ReadGroup(0, Reader());
    ASSERT_TRUE(group.ok());
    for (int turn = 0; turn < 40; ++turn) {
      std::vector<RowRange> ranges;
      std::vector<size_t> wanted;
      uint32_t row = pick(20);
      while (row < rows.size()) {
        const uint32_t end = std::min<uint32_t>(row + pick(12), static_cast<uint32_t>(rows.size()));
        ranges.push_back({row, end});
        for (; row < end; ++row) wanted.push_back(row);
        row += pick(60);
      }
      for (int column = 2; column < 7; ++column) {
        const auto found = Read(**file, **group, column, ranges);
        ASSERT_TRUE(found.ok()) << found.status().ToString();
        std::vector<Text> expected;
        for (const size_t one : wanted) {
          expected.push_back(rows[one].values[static_cast<size_t>(column)]);
        }
        EXPECT_EQ(*found, expected) << column;
      }
    }
  }
}

TEST_F(ColumnPagesTest, NoRows) {
  Write(SomeRows(4), 1000, 5);
  const auto file = FileLayout::Read(file_, Reader());
  ASSERT_TRUE(file.ok());
  const auto group = (*file)->ReadGroup(0, Reader());
  ASSERT_TRUE(group.ok());
  bytes_read_ = 0;
  for (int column = 2; column < 8; ++column) {
    EXPECT_TRUE(Read(**file, **group, column, {})->empty());
    EXPECT_TRUE(Read(**file, **group, column, {{3, 3}, {9, 9}})->empty());
  }
  EXPECT_EQ(bytes_read_, 0U);
}

TEST_F(ColumnPagesTest, PagesWithoutWantedRowsAreNotRead) {
  Rows rows;
  for (int64_t i = 0; i < 10'000; ++i) {
    rows.push_back(
        {{"a", "z", fmt::format("{}", i * i), "1", fmt::format("{}.5", i * 7), "x", "true"}, i});
  }
  Write(rows, 1'000'000, 100);
  const auto file = FileLayout::Read(file_, Reader());
  ASSERT_TRUE(file.ok());
  const auto group = (*file)->ReadGroup(0, Reader());
  ASSERT_TRUE(group.ok());
  EXPECT_EQ((*group)->run_ends, std::vector<uint32_t>{10'000});
  ASSERT_EQ((*group)->page_times.size(), 100U);
  EXPECT_EQ((*group)->page_times[3], (model::TimeRange{300, 399}));
  bytes_read_ = 0;
  ASSERT_TRUE(Read(**file, **group, 4, {{0, 10'000}}).ok());
  const uint64_t all = bytes_read_;
  bytes_read_ = 0;
  EXPECT_EQ(*Read(**file, **group, 4, {{5000, 5001}}), std::vector<Text>{"35000.5"});
  EXPECT_LT(bytes_read_ * 50, all);
}

TEST_F(ColumnPagesTest, ADamagedFileGivesAnErrorOrItsRows) {
  const Rows rows = SomeRows(5);
  Write(rows, 60, 16);
  const std::string bytes = *store_->Get(kPath);
  // Nothing guards the footer. What it says must not make the reader fail in other ways.
  uint32_t footer_bytes = 0;
  std::memcpy(&footer_bytes, bytes.data() + bytes.size() - 8, sizeof(footer_bytes));
  const size_t footer = bytes.size() - 8 - footer_bytes;
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x41);
    ASSERT_TRUE(store_->Put(kPath, damaged, object_store::PutMode::kOverwrite).ok());
    const auto found = ReadWhole();
    if (found.ok()) {
      EXPECT_TRUE(*found == rows || i >= footer) << "byte " << i << " of " << bytes.size();
    } else {
      EXPECT_EQ(found.status().code(), util::StatusCode::kCorruption) << found.status().ToString();
    }
  }
}

TEST_F(ColumnPagesTest, TheCacheKeepsWhatFits) {
  Write(SomeRows(6), 50, 8);
  LayoutCache cache(size_t{1} << 20);
  const auto file = cache.File(file_, Reader());
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE(cache.Group(**file, 1, Reader()).ok());
  bytes_read_ = 0;
  EXPECT_EQ(*cache.File(file_, Reader()), *file);
  ASSERT_TRUE(cache.Group(**file, 1, Reader()).ok());
  EXPECT_EQ(bytes_read_, 0U);
  EXPECT_GT(cache.size_bytes(), 0U);
  EXPECT_LE(cache.size_bytes(), size_t{1} << 20);

  LayoutCache tiny(1);
  ASSERT_TRUE(tiny.File(file_, Reader()).ok());
  EXPECT_EQ(tiny.size_bytes(), 0U);
  EXPECT_GT(bytes_read_, 0U);
}

TEST_F(ColumnPagesTest, ErrorsOfTheStoreArePassedOn) {
  Write(SomeRows(7), 50, 8);
  const ReadBytes failing = [](uint64_t, uint64_t, char*) { return Status::Unavailable("away"); };
  EXPECT_EQ(FileLayout::Read(file_, failing).status().code(), util::StatusCode::kUnavailable);
  const auto file = FileLayout::Read(file_, Reader());
  ASSERT_TRUE(file.ok());
  EXPECT_EQ((*file)->ReadGroup(0, failing).status().code(), util::StatusCode::kUnavailable);
  const auto group = (*file)->ReadGroup(0, Reader());
  ASSERT_TRUE(group.ok());
  ColumnRows rows;
  EXPECT_EQ(ReadColumn(**file, **group, 4, {{0, 10}}, failing, &rows).code(),
            util::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace influxdb3::persist
