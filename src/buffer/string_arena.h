#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace influxdb3::buffer {

/// Bytes of strings that never move and are freed all at once. One writer; bytes handed out may be
/// read by any thread that learns of them through a lock.
class StringArena {
 public:
  /// A copy of `bytes` that lives as long as the arena.
  std::string_view Copy(std::string_view bytes);
  size_t allocated_bytes() const { return allocated_bytes_; }

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;
  size_t free_bytes_ = 0;
  size_t block_bytes_ = 0;
  size_t allocated_bytes_ = 0;
};

}  // namespace influxdb3::buffer
