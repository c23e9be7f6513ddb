#pragma once

#include <cstdint>
#include <vector>

#include "buffer/table_snapshot.h"
#include "query/duckdb/buffer_scan_data.h"

namespace influxdb3::query {

/// Single rows of a chunk.
struct ChunkRows {
  const buffer::ChunkView* chunk = nullptr;
  bool looks_up = false;  ///< all rows of the plan's looked_up series, found when they are read
  std::vector<uint32_t> rows;  ///< else these: chunk-wide, ascending
};

/// A piece of a scan that one thread takes at a time: a segment, or single rows of some chunks.
struct ScanUnit {
  const buffer::ChunkView* chunk = nullptr;      ///< of segment
  const buffer::SegmentView* segment = nullptr;  ///< null: single rows
  bool merged = false;                           ///< the segment is one of chunk->merged
  std::vector<ChunkRows> pieces;
};

struct ScanPlan {
  std::vector<ScanUnit> units;
  std::vector<uint32_t> looked_up;  ///< series
  uint64_t row_count = 0;           ///< to look at, roughly
};

ScanPlan PlanScan(const BufferScanData& data);

/// All rows of `series` in the chunk, ascending.
void CollectRows(const buffer::TableSnapshot& snapshot, const buffer::ChunkView& chunk,
                 const std::vector<uint32_t>& series, std::vector<uint32_t>* rows);

/// The segment that holds a chunk-wide row.
const buffer::SegmentView& SegmentOf(const buffer::ChunkView& chunk, uint32_t row);

bool IsSuperseded(const buffer::ChunkView& chunk, uint32_t row);

}  // namespace influxdb3::query
