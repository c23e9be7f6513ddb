#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "model/write_batch.h"

namespace influxdb3::buffer {

/// The number of the chunk that `time_ns` belongs to: rounded down, also before 1970.
int64_t ChunkKey(int64_t time_ns, int64_t chunk_duration_ns);

/// The begin of the chunk's span of time; the least timestamp where the begin lies below it.
int64_t ChunkTime(int64_t key, int64_t chunk_duration_ns);

/// Consecutive rows [begin, end) of a batch that belong to one chunk.
struct ChunkRun {
  int64_t key = 0;
  uint32_t begin = 0;
  uint32_t end = 0;
};

/// The runs of `batch` in order of its rows.
std::vector<ChunkRun> SplitByChunk(const model::TableBatch& batch, int64_t chunk_duration_ns);

/// A batch whose rows were brought into the order of their chunks; rows of one chunk keep their
/// order. For batches whose rows alternate between chunks so much that copying run by run would be
/// slower than copying twice.
class ReorderedBatch {
 public:
  ReorderedBatch(const model::TableBatch& batch, const std::vector<ChunkRun>& runs);
  const model::TableBatch& batch() const { return batch_; }
  /// One per chunk.
  const std::vector<ChunkRun>& runs() const { return runs_; }

  static bool Pays(const std::vector<ChunkRun>& runs);

 private:
  model::TableBatch batch_;
  std::vector<ChunkRun> runs_;
  std::vector<int64_t> time_;
  std::vector<uint32_t> series_;
  std::vector<std::unique_ptr<char[]>> values_;
  std::vector<std::unique_ptr<uint64_t[]>> validity_;
};

}  // namespace influxdb3::buffer
