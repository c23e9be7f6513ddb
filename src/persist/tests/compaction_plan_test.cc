#include "persist/compaction_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace influxdb3::persist {
namespace {

using FilePtr = std::shared_ptr<const ParquetFile>;
using Files = std::vector<FilePtr>;

constexpr int64_t kMinute = 60'000'000'000;
constexpr int64_t kDay = 24 * 60 * kMinute;
constexpr uint64_t kMiB = uint64_t{1} << 20;

/// Ids of the inputs of each job.
using Jobs = std::vector<std::set<uint64_t>>;

FilePtr File(uint64_t id, model::TimeRange range, uint64_t bytes, uint64_t order) {
  auto file = std::make_shared<ParquetFile>();
  file->file_id = id;
  file->time_range = range;
  file->chunk_time_ns = range.min_ns;
  file->size_bytes = bytes;
  file->order = order;
  file->max_wal_seq = order;
  return file;
}

/// A file of one ten-minute chunk.
FilePtr Chunk(uint64_t id, int64_t chunk, uint64_t bytes, uint64_t order) {
  return File(id, {chunk * 10 * kMinute, chunk * 10 * kMinute + 10 * kMinute - 1}, bytes, order);
}

Jobs Plan(const Files& files, const std::vector<std::shared_ptr<const Tombstone>>& tombstones = {},
          const CompactionRules& rules = {}) {
  Jobs jobs;
  for (const CompactionJob& job : PlanCompaction(files, tombstones, rules)) {
    EXPECT_FALSE(job.outputs.empty());
    jobs.emplace_back();
    for (const FilePtr& file : job.inputs) jobs.back().insert(file->file_id);
    EXPECT_EQ(jobs.back().size(), job.inputs.size());
  }
  return jobs;
}

TEST(CompactionPlan, NothingToDo) {
  EXPECT_EQ(Plan({}), Jobs{});
  EXPECT_EQ(Plan({Chunk(1, 0, 1000, 1)}), Jobs{});
  EXPECT_EQ(Plan({Chunk(1, 0, 1000, 1), Chunk(2, 1, 1000, 2), Chunk(3, 2, 1000, 3)}), Jobs{})
      << "three neighbours wait for a fourth";
}

TEST(CompactionPlan, SmallNeighboursAreMerged) {
  EXPECT_EQ(
      Plan({Chunk(1, 0, 1000, 1), Chunk(2, 1, 900, 2), Chunk(3, 7, 1100, 3), Chunk(4, 3, 1000, 4)}),
      (Jobs{{1, 2, 3, 4}}));
}

TEST(CompactionPlan, ALargeNeighbourWaitsForMore) {
  const FilePtr large = Chunk(9, 0, 40 * kMiB, 1);
  const auto with_small = [&](int count, uint64_t bytes) {
    Files files = {large};
    for (int i = 1; i <= count; ++i) {
      files.push_back(Chunk(static_cast<uint64_t>(i), i, bytes, 1));
    }
    return Plan(files);
  };
  EXPECT_EQ(with_small(3, kMiB), Jobs{});
  EXPECT_EQ(with_small(4, kMiB), (Jobs{{1, 2, 3, 4}})) << "without the large one";
  EXPECT_EQ(with_small(3, 6 * kMiB), Jobs{}) << "40 is more than twice 18";
  EXPECT_EQ(with_small(3, 7 * kMiB), (Jobs{{1, 2, 3, 9}}));
}

TEST(CompactionPlan, FilesThatAreDoneStay) {
  Files files;
  for (uint64_t i = 0; i < 10; ++i) {
    files.push_back(Chunk(i, static_cast<int64_t>(i), 128 * kMiB, i));
  }
  EXPECT_EQ(Plan(files), Jobs{});
}

TEST(CompactionPlan, GroupsEndAtTheTargetSize) {
  Files files;
  for (uint64_t i = 0; i < 10; ++i) {
    files.push_back(Chunk(i, static_cast<int64_t>(i), 60 * kMiB, i));
  }
  EXPECT_EQ(Plan(files), (Jobs{{0, 1, 2, 3}, {4, 5, 6, 7}}));
}

TEST(CompactionPlan, GroupsEndAtMidnightUnlessTheyAreSmall) {
  const auto over_midnight = [&](uint64_t bytes) {
    Files files;
    for (uint64_t i = 0; i < 8; ++i) {
      files.push_back(Chunk(i, static_cast<int64_t>(140 + i), bytes, i));  // midnight before 144
    }
    return Plan(files);
  };
  EXPECT_EQ(over_midnight(1000), (Jobs{{0, 1, 2, 3, 4, 5, 6, 7}}));
  EXPECT_EQ(over_midnight(8 * kMiB), (Jobs{{0, 1, 2, 3}, {4, 5, 6, 7}}));
}

TEST(CompactionPlan, FilesThatOverlapAreMerged) {
  EXPECT_EQ(Plan({Chunk(1, 0, 1000, 1), Chunk(2, 0, 1000, 2), Chunk(3, 5, 1000, 2)}),
            (Jobs{{1, 2}}));
  EXPECT_EQ(Plan({File(1, {0, 10}, 1000, 1), File(2, {10, 20}, 1000, 2), File(3, {20, 30}, 9, 3)}),
            (Jobs{{1, 2, 3}}))
      << "through the one between them";
  EXPECT_EQ(Plan({File(1, {0, 9}, 1000, 1), File(2, {10, 20}, 1000, 2)}), Jobs{});
}

TEST(CompactionPlan, OverlapAndNeighboursInOneGo) {
  Files files;
  for (uint64_t i = 0; i < 12; ++i) {
    files.push_back(Chunk(i, static_cast<int64_t>(i / 3), 1000, i));
  }
  EXPECT_EQ(Plan(files), (Jobs{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}}));
}

TEST(CompactionPlan, LateRowsInALargeFilesTimeWait) {
  const FilePtr large = File(1, {0, kDay - 1}, 200 * kMiB, 1);
  EXPECT_EQ(Plan({large, Chunk(2, 3, kMiB, 2)}), Jobs{});
  EXPECT_EQ(Plan({large, Chunk(2, 3, 24 * kMiB, 2)}), Jobs{}) << "200 is more than 8 times 24";
  EXPECT_EQ(Plan({large, Chunk(2, 3, 25 * kMiB, 2)}), (Jobs{{1, 2}}));
  EXPECT_EQ(Plan({large, Chunk(2, 3, kMiB, 2), Chunk(3, 3, kMiB, 3), Chunk(4, 9, kMiB, 3)}),
            (Jobs{{2, 3}}))
      << "those of one chunk become one, others stay apart";
  Files many = {large};
  for (uint64_t i = 0; i < 16; ++i) {
    many.push_back(Chunk(i + 2, static_cast<int64_t>(2 * i), 1000, 2));
  }
  EXPECT_EQ(Plan(many).size(), 1u);
  EXPECT_EQ(Plan(many)[0].size(), 17u) << "too many to wait any longer";
  many.pop_back();
  EXPECT_EQ(Plan(many), Jobs{});
}

TEST(CompactionPlan, AFileAcrossTwoLargeOnesIsNoReasonToRewriteBoth) {
  const FilePtr first = File(1, {0, kDay - 1}, 200 * kMiB, 1);
  const FilePtr second = File(2, {kDay, 2 * kDay - 1}, 200 * kMiB, 2);
  const auto across = [&](uint64_t id, uint64_t bytes) {
    return File(id, {kDay - 60 * kMinute, kDay + 60 * kMinute}, bytes, id);
  };
  EXPECT_EQ(Plan({first, second, across(3, kMiB)}), Jobs{});
  EXPECT_EQ(Plan({first, second, across(3, kMiB), across(4, kMiB)}), (Jobs{{3, 4}}));
  EXPECT_EQ(Plan({first, second, across(3, 50 * kMiB)}), (Jobs{{1, 2, 3}}));
  Files many = {first, second};
  for (uint64_t i = 0; i < 32; ++i) {
    const auto begin = static_cast<int64_t>(i) * 89 * kMinute;
    many.push_back(File(i + 3, {begin, begin + 80 * kMinute}, 1000, 3));
  }
  EXPECT_EQ(Plan(many).size(), 1u);
  many.pop_back();
  EXPECT_EQ(Plan(many), Jobs{});
}

TEST(CompactionPlan, AJobIsClosedInOrder) {
  // 2 and 4 overlap, and the large one, between them in order, overlaps both.
  EXPECT_EQ(Plan({Chunk(2, 3, 1000, 2), File(3, {0, kDay}, 200 * kMiB, 3), Chunk(4, 3, 1000, 4)}),
            Jobs{});
  EXPECT_EQ(Plan({Chunk(2, 3, 1000, 2), File(3, {0, kDay}, 200 * kMiB, 4), Chunk(4, 3, 1000, 4)}),
            Jobs{})
      << "the same order does not do";
  EXPECT_EQ(Plan({Chunk(2, 3, 1000, 2), File(3, {0, kDay}, 200 * kMiB, 5), Chunk(4, 3, 1000, 4)}),
            (Jobs{{2, 4}}));
}

TEST(CompactionPlan, WhatWasDeletedIsRewritten) {
  const auto tombstone = [](uint64_t seq, model::TimeRange range) {
    return std::make_shared<Tombstone>(Tombstone{util::TableId(0), seq, range, {}});
  };
  const Files files = {Chunk(1, 0, 200 * kMiB, 5), Chunk(2, 1, 200 * kMiB, 9)};
  EXPECT_EQ(Plan(files, {tombstone(5, {0, kDay})}), Jobs{});
  EXPECT_EQ(Plan(files, {tombstone(6, {0, kDay})}), (Jobs{{1}}));
  EXPECT_EQ(Plan(files, {tombstone(10, {0, kDay})}), (Jobs{{1}, {2}}));
  EXPECT_EQ(Plan(files, {tombstone(10, {10 * kMinute, kDay})}), (Jobs{{2}}));
  EXPECT_EQ(Plan(files, {tombstone(10, {2 * kDay, 3 * kDay})}), Jobs{});
  const FilePtr large = File(1, {0, kDay - 1}, 200 * kMiB, 1);
  EXPECT_EQ(Plan({large, Chunk(2, 3, kMiB, 7), Chunk(3, 5, kMiB, 7)}, {tombstone(5, {0, kDay})}),
            (Jobs{{1}}));
  EXPECT_EQ(Plan({large, Chunk(2, 3, kMiB, 7), Chunk(3, 5, kMiB, 8)}, {tombstone(8, {0, kDay})}),
            (Jobs{{1}, {2}}));
}

TEST(CompactionPlan, LargeResultsAreSplitAtChunkBoundaries) {
  Files files;
  for (uint64_t i = 0; i < 6; ++i) files.push_back(File(i, {5, kDay + 7}, 100 * kMiB, i));
  const auto jobs = PlanCompaction(files, {}, {});
  ASSERT_EQ(jobs.size(), 1u);
  const auto& outputs = jobs[0].outputs;
  ASSERT_EQ(outputs.size(), 3u);
  EXPECT_EQ(outputs[0], (model::TimeRange{5, 8 * 60 * kMinute - 1}));
  EXPECT_EQ(outputs[1], (model::TimeRange{8 * 60 * kMinute, 16 * 60 * kMinute - 1}));
  EXPECT_EQ(outputs[2], (model::TimeRange{16 * 60 * kMinute, kDay + 7}));
}

TEST(CompactionPlan, AChunkIsNeverSplit) {
  const Files files = {Chunk(1, 0, 300 * kMiB, 1), Chunk(2, 0, 300 * kMiB, 2)};
  const auto jobs = PlanCompaction(files, {}, {});
  ASSERT_EQ(jobs.size(), 1u);
  ASSERT_EQ(jobs[0].outputs.size(), 1u);
  EXPECT_EQ(jobs[0].outputs[0], files[0]->time_range);
}

TEST(CompactionPlan, AllOfTimeIsOneFile) {
  const Files files = {File(1, {INT64_MIN, INT64_MAX}, 300 * kMiB, 1),
                       File(2, {INT64_MIN, INT64_MAX}, 300 * kMiB, 2)};
  const auto jobs = PlanCompaction(files, {}, {});
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(jobs[0].outputs.front().min_ns, INT64_MIN);
  EXPECT_EQ(jobs[0].outputs.back().max_ns, INT64_MAX);
}

/// Replaces files as a compactor would whose rows lie everywhere in their files' time.
class Simulation {
 public:
  explicit Simulation(const CompactionRules& rules) : rules_(rules) {}

  void Add(model::TimeRange range, uint64_t bytes, uint64_t order) {
    files_.push_back(File(next_id_++, range, bytes, order));
  }

  void Run() {
    for (int round = 0;; ++round) {
      ASSERT_LT(round, 50) << "it must come to an end";
      const auto jobs = PlanCompaction(files_, {}, rules_);
      if (jobs.empty()) return;
      std::set<uint64_t> used;
      for (const CompactionJob& job : jobs) {
        for (const FilePtr& input : job.inputs) ASSERT_TRUE(used.insert(input->file_id).second);
      }
      for (const CompactionJob& job : jobs) Apply(job);
    }
  }

  const Files& files() const { return files_; }
  uint64_t bytes_written() const { return bytes_written_; }

 private:
  void Apply(const CompactionJob& job) {
    ExpectClosed(job);
    uint64_t bytes = 0;
    for (const FilePtr& input : job.inputs) {
      bytes += input->size_bytes;
      std::erase(files_, input);
    }
    bytes_written_ += bytes;
    const uint64_t order = job.inputs.back()->order;
    int64_t end = INT64_MIN;
    for (const model::TimeRange& range : job.outputs) {
      EXPECT_GT(range.min_ns, end);
      EXPECT_FALSE(range.empty());
      end = range.max_ns;
      Add(range, bytes / job.outputs.size(), order);
    }
  }

  void ExpectClosed(const CompactionJob& job) const {
    const std::set<FilePtr> inside(job.inputs.begin(), job.inputs.end());
    const uint64_t newest = job.inputs.back()->order;
    for (const FilePtr& outside : files_) {
      if (inside.contains(outside)) continue;
      for (const FilePtr& file : inside) {
        EXPECT_LE(file->order, newest);
        if (!outside->time_range.Overlaps(file->time_range)) continue;
        EXPECT_TRUE(outside->order < file->order || outside->order > newest)
            << "order " << outside->order << " between " << file->order << " and " << newest;
      }
    }
  }

  const CompactionRules rules_;
  Files files_;
  uint64_t next_id_ = 1;
  uint64_t bytes_written_ = 0;
};

TEST(CompactionPlan, TenThousandLateWindowsBecomeAFewFiles) {
  Simulation simulation{CompactionRules()};
  for (int64_t i = 0; i < 10'000; ++i) {
    simulation.Add({i * 10 * kMinute, i * 10 * kMinute + 5 * kMinute}, 10'000, 1);
  }
  simulation.Run();
  EXPECT_LE(simulation.files().size(), 4u);
}

TEST(CompactionPlan, LiveDataIsRewrittenAFewTimesOnly) {
  for (const uint64_t bytes : {uint64_t{10'000}, kMiB, 20 * kMiB}) {
    Simulation simulation{CompactionRules()};
    uint64_t written = 0;
    for (int64_t i = 0; i < 2000; ++i) {
      simulation.Add({i * 10 * kMinute, (i + 1) * 10 * kMinute - 1}, bytes,
                     static_cast<uint64_t>(i + 1));
      written += bytes;
      simulation.Run();
    }
    EXPECT_LE(simulation.bytes_written(), 6 * written) << bytes;
    EXPECT_LE(simulation.files().size(), 20 + written / (40 * kMiB)) << bytes;
  }
}

TEST(CompactionPlan, RandomHistoriesStayClosedAndComeToAnEnd) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    std::mt19937_64 random(seed);
    CompactionRules rules;
    rules.target_file_bytes = 1000;
    rules.day_file_bytes = 100 + random() % 1000;
    rules.overlap_free_bytes = random() % 100;
    rules.overlap_factor = 1 + random() % 8;
    rules.overlap_count = 2 + random() % 16;
    Simulation simulation(rules);
    for (uint64_t order = 1; order <= 30; ++order) {
      std::set<uint64_t> chunks;  // those of one snapshot do not overlap
      const uint64_t count = 1 + random() % 6;
      for (uint64_t i = 0; i < count; ++i) chunks.insert(random() % 300);
      for (const uint64_t chunk : chunks) {
        const auto begin = static_cast<int64_t>(chunk) * 10 * kMinute;
        // Some files hold all chunks up to the next one.
        const auto next = chunks.upper_bound(chunk);
        const auto end = next == chunks.end() || random() % 3 != 0
                             ? begin + 10 * kMinute
                             : static_cast<int64_t>(*next) * 10 * kMinute;
        simulation.Add({begin + static_cast<int64_t>(random() % 100),
                        end - 1 - static_cast<int64_t>(random() % 100)},
                       1 + random() % 400, order);
      }
      if (random() % 3 == 0) simulation.Run();
      ASSERT_FALSE(HasFailure()) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace influxdb3::persist
