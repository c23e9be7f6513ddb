#include "persist/merge_reader.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include <arrow/api.h>
#include <fmt/format.h>

#include "persist/testing/file_rows.h"

namespace influxdb3::persist {
namespace {

using model::ColumnType;
using model::TimeRange;
using testing::MakeBatch;
using testing::TextRow;
using util::ColumnId;
using util::Result;
using util::Status;
using util::StatusCode;
using util::TableId;

using Rows = std::vector<TextRow>;
using Tombstones = std::vector<std::shared_ptr<const Tombstone>>;

const std::optional<std::string> kNull = std::nullopt;

/// Tags b, a; fields of all types. The file's columns: b, a, i, u, f, s, o.
std::shared_ptr<const model::TableSchema> Schema() {
  return std::make_shared<model::TableSchema>(
      util::DbId(1), TableId(2), "t",
      std::vector<model::ColumnDef>{{"i", ColumnType::kInt64},
                                    {"b", ColumnType::kTag},
                                    {"u", ColumnType::kUInt64},
                                    {"a", ColumnType::kTag},
                                    {"f", ColumnType::kFloat64},
                                    {"s", ColumnType::kString},
                                    {"o", ColumnType::kBool}});
}

TextRow Row(std::optional<std::string> b, std::optional<std::string> a, int64_t time,
            std::vector<std::optional<std::string>> fields) {
  TextRow row{{std::move(b), std::move(a)}, time};
  row.values.insert(row.values.end(), fields.begin(), fields.end());
  row.values.resize(7);
  return row;
}

/// Rows in batches of `batch_rows`, with empty batches between them; an error behind the last one
/// if given.
class RowsReader : public TableReader {
 public:
  RowsReader(Rows rows, size_t batch_rows, Status end = Status::Ok())
      : rows_(std::move(rows)), batch_rows_(batch_rows), end_(std::move(end)) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    empty_ = !empty_;
    if (empty_) return MakeBatch(*Schema(), {});
    if (at_ == rows_.size()) {
      if (!end_.ok()) return end_;
      return std::shared_ptr<arrow::RecordBatch>();
    }
    const size_t end = std::min(rows_.size(), at_ + batch_rows_);
    const auto begin = rows_.begin();
    auto batch = MakeBatch(
        *Schema(), Rows(begin + static_cast<ptrdiff_t>(at_), begin + static_cast<ptrdiff_t>(end)));
    at_ = end;
    return batch;
  }

 private:
  const Rows rows_;
  const size_t batch_rows_;
  const Status end_;
  size_t at_ = 0;
  bool empty_ = false;
};

struct SortedRun {
  Rows rows;
  uint64_t order = 0;
};

Result<Rows> Merge(const std::vector<SortedRun>& runs, const Tombstones& tombstones = {},
                   const TimeRange& range = TimeRange::All(), uint32_t batch_rows_max = 3) {
  std::vector<MergeInput> inputs;
  for (const SortedRun& run : runs) {
    inputs.push_back({std::make_unique<RowsReader>(run.rows, 4), run.order, run.order});
  }
  const auto reader =
      MergeReader::Make(Schema(), std::move(inputs), tombstones, range, batch_rows_max);
  Rows rows;
  while (true) {
    ASSIGN_OR_RETURN(const auto batch, reader->Next());
    if (batch == nullptr) return rows;
    EXPECT_GT(batch->num_rows(), 0);
    EXPECT_LE(batch->num_rows(), batch_rows_max);
    EXPECT_TRUE(batch->ValidateFull().ok());
    for (TextRow& row : testing::RowsOf(*batch)) rows.push_back(std::move(row));
  }
}

std::shared_ptr<const Tombstone> Deletion(uint64_t wal_seq, TimeRange range,
                                          std::vector<std::pair<ColumnId, std::string>> tags) {
  return std::make_shared<Tombstone>(Tombstone{TableId(2), wal_seq, range, std::move(tags)});
}

constexpr ColumnId kB(1);
constexpr ColumnId kA(3);

TEST(MergeReader, NoInputsAndEmptyInputsGiveNothing) {
  EXPECT_TRUE(Merge({})->empty());
  EXPECT_TRUE(Merge({{{}, 1}, {{}, 2}})->empty());
}

TEST(MergeReader, RowsComeInOrderOfTheKey) {
  const SortedRun first{
      {Row(kNull, "x", 5, {"1"}), Row("a", kNull, 5, {"2"}), Row("b", "x", 1, {"3"})}, 1};
  const SortedRun second{{Row(kNull, kNull, 9, {"4"}), Row("a", kNull, 4, {"5"}),
                          Row("a", kNull, 6, {"6"}), Row("a", "x", 0, {"7"})},
                         2};
  EXPECT_EQ(*Merge({first, second}),
            (Rows{second.rows[0], first.rows[0], second.rows[1], first.rows[1], second.rows[2],
                  second.rows[3], first.rows[2]}));
}

TEST(MergeReader, FieldsOfTheSameKeyAreMergedByOrder) {
  const SortedRun newest{{Row("a", "x", 1, {kNull, kNull, "3", "", kNull})}, 9};
  const SortedRun oldest{{Row("a", "x", 1, {"1", "1", "1", "one", kNull})}, 1};
  const SortedRun middle{{Row("a", "x", 1, {kNull, "2", "2", kNull, kNull})}, 5};
  const Rows expected = {Row("a", "x", 1, {"1", "2", "3", "", kNull})};
  EXPECT_EQ(*Merge({newest, oldest, middle}), expected);
  EXPECT_EQ(*Merge({middle, newest, oldest}), expected);
}

TEST(MergeReader, TheRangeHasBothEnds) {
  const SortedRun run{
      {Row("a", "x", INT64_MIN, {"1"}), Row("a", "x", 1, {"1"}), Row("a", "x", 2, {"1"}),
       Row("a", "x", 3, {"1"}), Row("a", "x", INT64_MAX, {"1"})},
      1};
  EXPECT_EQ(*Merge({run}), run.rows);
  EXPECT_EQ(*Merge({run, {run.rows, 2}}), run.rows);
  EXPECT_EQ(*Merge({run}, {}, {2, 2}), (Rows{run.rows[2]}));
  EXPECT_EQ(*Merge({run}, {}, {2, INT64_MAX}), (Rows{run.rows[2], run.rows[3], run.rows[4]}));
  EXPECT_TRUE(Merge({run}, {}, {4, 10})->empty());
}

TEST(MergeReader, TombstonesHideOlderFilesOnly) {
  const SortedRun older{{Row("a", "x", 1, {"1", "1"}), Row("a", "x", 2, {"1", "1"})}, 4};
  const SortedRun newer{{Row("a", "x", 1, {"2"})}, 6};
  EXPECT_EQ(*Merge({older, newer}, {Deletion(5, {0, 1}, {})}),
            (Rows{Row("a", "x", 1, {"2"}), older.rows[1]}))
      << "the older row's other field must not come through";
  EXPECT_EQ(*Merge({older, newer}, {Deletion(4, {0, 9}, {})}),
            (Rows{Row("a", "x", 1, {"2", "1"}), older.rows[1]}));
  EXPECT_TRUE(Merge({older, newer}, {Deletion(7, {0, 9}, {})})->empty());
}

TEST(MergeReader, TombstonesGoByTags) {
  const SortedRun run{{Row(kNull, kNull, 1, {"1"}), Row(kNull, "x", 1, {"1"}),
                       Row("a", kNull, 1, {"1"}), Row("a", "x", 1, {"1"}), Row("a", "y", 1, {"1"})},
                      1};
  const auto without = [&](std::vector<size_t> gone) {
    Rows rows;
    for (size_t i = 0; i < run.rows.size(); ++i) {
      if (std::find(gone.begin(), gone.end(), i) == gone.end()) rows.push_back(run.rows[i]);
    }
    return rows;
  };
  const auto merged = [&](std::vector<std::pair<ColumnId, std::string>> tags) {
    return *Merge({run}, {Deletion(2, {0, 9}, std::move(tags))});
  };
  EXPECT_EQ(merged({{kB, "a"}}), without({2, 3, 4}));
  EXPECT_EQ(merged({{kA, "x"}}), without({1, 3}));
  EXPECT_EQ(merged({{kA, "x"}, {kB, "a"}}), without({3}));
  EXPECT_EQ(merged({{kA, ""}}), without({0, 2})) << "NULL";
  EXPECT_EQ(merged({{kA, "x"}, {kB, ""}}), without({1}));
  EXPECT_EQ(merged({{kB, "z"}}), without({}));
  EXPECT_EQ(merged({{ColumnId(77), "z"}}), without({})) << "a tag that no file has";
  EXPECT_EQ(merged({{ColumnId(77), ""}}), without({0, 1, 2, 3, 4}));
}

TEST(MergeReader, BatchesEndWhenTheirStringsAreLong) {
  Rows rows;
  for (int i = 0; i < 40; ++i) {
    rows.push_back(Row("a", "x", i, {kNull, kNull, kNull, std::string(1 << 20, 'x')}));
  }
  std::vector<MergeInput> inputs;
  inputs.push_back({std::make_unique<RowsReader>(rows, 1), 1, 1});
  const auto reader = MergeReader::Make(Schema(), std::move(inputs), {}, TimeRange::All(), 100'000);
  std::vector<int64_t> sizes;
  while (const auto batch = reader->Next().value()) sizes.push_back(batch->num_rows());
  EXPECT_EQ(sizes, (std::vector<int64_t>{16, 16, 8}));
}

TEST(MergeReader, ErrorsOfAnInputArePassedOn) {
  std::vector<MergeInput> inputs;
  inputs.push_back({std::make_unique<RowsReader>(Rows{Row("a", "x", 1, {"1"})}, 1), 1, 1});
  inputs.push_back({std::make_unique<RowsReader>(Rows{Row("a", "x", 2, {"1"})}, 1,
                                                 Status::Corruption("damaged")),
                    2, 2});
  const auto reader = MergeReader::Make(Schema(), std::move(inputs), {}, TimeRange::All(), 100);
  EXPECT_EQ(reader->Next().status().code(), StatusCode::kCorruption);
}

/// The same, done as plainly as can be.
Rows MergePlainly(const std::vector<SortedRun>& runs, const Tombstones& tombstones,
                  const TimeRange& range) {
  std::vector<const SortedRun*> in_order;
  for (const SortedRun& run : runs) in_order.push_back(&run);
  std::sort(in_order.begin(), in_order.end(), [](const SortedRun* left, const SortedRun* right) {
    return left->order < right->order;
  });
  std::map<std::tuple<std::optional<std::string>, std::optional<std::string>, int64_t>, TextRow>
      merged;
  for (const SortedRun* run : in_order) {
    for (const TextRow& row : run->rows) {
      const auto hides = [&](const std::shared_ptr<const Tombstone>& tombstone) {
        if (tombstone->wal_seq <= run->order || row.time_ns < tombstone->range.min_ns ||
            row.time_ns > tombstone->range.max_ns) {
          return false;
        }
        return std::all_of(tombstone->tags.begin(), tombstone->tags.end(), [&](const auto& tag) {
          return row.values[tag.first == kB ? 0 : 1].value_or("") == tag.second;
        });
      };
      if (row.time_ns < range.min_ns || row.time_ns > range.max_ns) continue;
      if (std::any_of(tombstones.begin(), tombstones.end(), hides)) continue;
      const auto [found, added] =
          merged.try_emplace({row.values[0], row.values[1], row.time_ns}, row);
      for (size_t i = 2; i < row.values.size() && !added; ++i) {
        if (row.values[i].has_value()) found->second.values[i] = row.values[i];
      }
    }
  }
  Rows rows;
  for (const auto& [key, row] : merged) rows.push_back(row);
  return rows;
}

class RandomRuns {
 public:
  explicit RandomRuns(uint64_t seed) : random_(seed) {}

  uint64_t Below(uint64_t bound) { return random_() % bound; }

  std::optional<std::string> Tag() {
    const uint64_t value = Below(4);
    return value == 0 ? kNull : std::optional(std::string(1, static_cast<char>('a' + value)));
  }

  std::optional<std::string> Field(std::string value) {
    return Below(3) == 0 ? kNull : std::optional(std::move(value));
  }

  SortedRun MakeRun(uint64_t order) {
    SortedRun run;
    run.order = order;
    std::map<std::tuple<std::optional<std::string>, std::optional<std::string>, int64_t>, TextRow>
        rows;
    const uint64_t count = Below(60);
    for (uint64_t i = 0; i < count; ++i) {
      const auto b = Tag();
      const auto a = Tag();
      const auto time = static_cast<int64_t>(Below(20));
      const std::string number = std::to_string(Below(1000));
      rows[{b, a, time}] = Row(
          b, a, time,
          {Field(number), Field(number), Field(number + ".5"),
           Field(std::string(Below(5), 'x') + number), Field(Below(2) == 0 ? "true" : "false")});
    }
    for (auto& [key, row] : rows) run.rows.push_back(std::move(row));
    return run;
  }

 private:
  std::mt19937_64 random_;
};

TEST(MergeReader, AgreesWithAPlainMap) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    RandomRuns random(seed);
    std::vector<SortedRun> runs;
    const uint64_t run_count = random.Below(7);
    for (uint64_t i = 0; i < run_count; ++i) runs.push_back(random.MakeRun(10 * (i + 1)));
    for (size_t i = runs.size(); i > 1; --i) std::swap(runs[i - 1], runs[random.Below(i)]);
    Tombstones tombstones;
    const uint64_t tombstone_count = random.Below(4);
    for (uint64_t i = 0; i < tombstone_count; ++i) {
      const auto begin = static_cast<int64_t>(random.Below(20));
      std::vector<std::pair<ColumnId, std::string>> tags;
      if (random.Below(2) == 0) tags.emplace_back(kB, random.Tag().value_or(""));
      if (random.Below(2) == 0) tags.emplace_back(kA, random.Tag().value_or(""));
      tombstones.push_back(Deletion(random.Below(80),
                                    {begin, begin + static_cast<int64_t>(random.Below(10))}, tags));
    }
    const auto begin = static_cast<int64_t>(random.Below(5));
    const TimeRange range = random.Below(2) == 0
                                ? TimeRange::All()
                                : TimeRange{begin, begin + static_cast<int64_t>(random.Below(20))};
    const Rows expected = MergePlainly(runs, tombstones, range);
    for (const uint32_t batch_rows : {1u, 5u, 1000u}) {
      const auto merged = Merge(runs, tombstones, range, batch_rows);
      ASSERT_TRUE(merged.ok());
      ASSERT_EQ(*merged, expected) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace influxdb3::persist
