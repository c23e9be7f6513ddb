#include "wal/parallel_calls.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace influxdb3::wal {

void CallInParallel(size_t count, size_t parallel_max, const std::function<void(size_t)>& call) {
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next.fetch_add(1); i < count; i = next.fetch_add(1)) call(i);
  };
  std::vector<std::thread> helpers;
  for (size_t i = 1; i < std::min(count, parallel_max); ++i) helpers.emplace_back(work);
  work();
  for (std::thread& helper : helpers) helper.join();
}

}  // namespace influxdb3::wal
