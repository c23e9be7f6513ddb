#include "buffer/string_arena.h"

#include <algorithm>
#include <cstring>

namespace influxdb3::buffer {
namespace {

constexpr size_t kFirstBlockBytes = 256;
constexpr size_t kBlockBytesMax = size_t{64} << 10;

}  // namespace

std::string_view StringArena::Copy(std::string_view bytes) {
  if (bytes.size() > free_bytes_) {
    const size_t next_block_bytes = std::clamp(block_bytes_ * 2, kFirstBlockBytes, kBlockBytesMax);
    // A string that would use up most of a block gets its own, so that the free rest of the present
    // block is not lost.
    const bool own_block = bytes.size() > next_block_bytes / 4;
    const size_t size = own_block ? bytes.size() : next_block_bytes;
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    allocated_bytes_ += size;
    char* block = blocks_.back().get();
    if (own_block) {
      std::memcpy(block, bytes.data(), bytes.size());
      return {block, bytes.size()};
    }
    free_ = block;
    free_bytes_ = size;
    block_bytes_ = size;
  }
  char* copy = free_;
  std::memcpy(copy, bytes.data(), bytes.size());
  free_ += bytes.size();
  free_bytes_ -= bytes.size();
  return {copy, bytes.size()};
}

}  // namespace influxdb3::buffer
