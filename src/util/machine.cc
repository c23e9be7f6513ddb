#include "util/machine.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>

namespace influxdb3::util {

size_t MemoryBytes() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page_bytes = sysconf(_SC_PAGESIZE);
  size_t bytes = static_cast<size_t>(std::max(pages, 1L)) * static_cast<size_t>(page_bytes);
  for (const char* path :
       {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    std::ifstream file(path);
    size_t limit = 0;
    // The file holds the word `max` when there is no limit.
    if (file >> limit && limit > 0) bytes = std::min(bytes, limit);
  }
  return bytes;
}

int CoreCount() {
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

}  // namespace influxdb3::util
